import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { removalOf, ruleWords } from "./portmap-chains.ts";

const empty = [
  "-P PREROUTING ACCEPT",
  "-N CNI-HOSTPORT-DNAT",
  "-N CNI-HOSTPORT-MASQ",
  "-N CNI-HOSTPORT-SETMARK",
  "-N USERS-OWN",
  "-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT",
  '-A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ',
  "-A POSTROUTING -j USERS-OWN",
  "-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE",
];

describe("the portmap plugin's chains", () => {
  it("go when no host port is left, and nothing else does", () => {
    assert.deepEqual(removalOf(empty), [
      ["-D", "PREROUTING", "-m", "addrtype", "--dst-type", "LOCAL", "-j", "CNI-HOSTPORT-DNAT"],
      [
        "-D",
        "POSTROUTING",
        "-m",
        "comment",
        "--comment",
        "CNI portfwd requiring masquerade",
        "-j",
        "CNI-HOSTPORT-MASQ",
      ],
      ["-F", "CNI-HOSTPORT-DNAT"],
      ["-F", "CNI-HOSTPORT-MASQ"],
      ["-F", "CNI-HOSTPORT-SETMARK"],
      ["-X", "CNI-HOSTPORT-DNAT"],
      ["-X", "CNI-HOSTPORT-MASQ"],
      ["-X", "CNI-HOSTPORT-SETMARK"],
    ]);
  });

  it("stay while a host port is in use, ours or anybody's", () => {
    const used = [...empty, "-A CNI-HOSTPORT-DNAT -p tcp -m multiport --dports 8080 -j CNI-DN-1234"];
    assert.deepEqual(removalOf(used), []);
  });

  it("need no removal where they are not", () => assert.deepEqual(removalOf(["-P PREROUTING ACCEPT"]), []));

  it("reads quoted comments", () =>
    assert.deepEqual(ruleWords(String.raw`-A X "a \"b\" c" -j Y`), ["-A", "X", 'a "b" c', "-j", "Y"]));
});
