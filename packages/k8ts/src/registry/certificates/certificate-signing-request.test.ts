import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CertificateSigningRequest, CertificateSigningRequestSpec } from "@k8ts/api/certificates/v1";
import { createFaults, defaulted, row, strategyOf, testContext, updateFaults } from "../strategy-fixture.ts";
import { certificateRequestFault } from "./certificate-request-signature.ts";

/** Requests of "jane", made with openssl, in base64 of DER. */
const ecdsa =
  "MIHXMH8CAQAwHTEMMAoGA1UECgwDZGV2MQ0wCwYDVQQDDARqYW5lMFkwEwYHKoZI" +
  "zj0CAQYIKoZIzj0DAQcDQgAEAyhLpFq48fxCJNeZsbNzMR76ZwftscN6lBvlVq3L" +
  "Lpy37J6Egk5sqdk8I6S8xyVUQmCNvsnWXswIvCokHS/LN6AAMAoGCCqGSM49BAMC" +
  "A0gAMEUCIQCGUnYlLZIpT1DGsQj3nmzxur9qGLFQ1d15kVIhDiSt/wIgIXqYAX5K" +
  "UU3rpUOft1l/DT/Cl79D7fWsmMq9FAOjhEI=";
const ed25519 =
  "MIGcMFACAQAwHTEMMAoGA1UECgwDZGV2MQ0wCwYDVQQDDARqYW5lMCowBQYDK2Vw" +
  "AyEAg4OqZ/N/uoNn/KavWBpeb0/gC10wJVe76O/oIPMxSAqgADAFBgMrZXADQQAa" +
  "WH/Dv82wiPqZmmQaMZJBmJ/ipeStqGgiVKxMPF3AIGFNW0xDtoCiy7D9nPvnC2B0" +
  "0ffVnVpqlGrkXW4vYYwH";

const pem = (der: string, type = "CERTIFICATE REQUEST"): string =>
  `-----BEGIN ${type}-----\n${der}\n-----END ${type}-----\n`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

type Status = CertificateSigningRequest["status"];
const request = (spec: Partial<CertificateSigningRequestSpec> = {}, status?: Status): CertificateSigningRequest => ({
  apiVersion: "certificates.k8s.io/v1",
  kind: "CertificateSigningRequest",
  metadata: { name: "jane" },
  spec: {
    request: base64(pem(ecdsa)),
    signerName: "kubernetes.io/kube-apiserver-client",
    usages: ["client auth"],
    ...spec,
  },
  ...(status && { status }),
});
const condition = (type: string, status = "True"): { type: string; status: string } => ({ type, status });
const conditions = (...types: string[]): Status => ({ conditions: types.map((type) => condition(type)) });

describe("the key of a request", () => {
  test("has signed it", () => {
    assert.equal(certificateRequestFault(pem(ecdsa)), undefined);
    assert.equal(certificateRequestFault(pem(ed25519)), undefined);
  });

  test("has not signed what was changed since", () => {
    const der = Buffer.from(ecdsa, "base64");
    const at = der.indexOf("jane");
    der.write("john", at);
    assert.equal(certificateRequestFault(pem(der.toString("base64"))), "x509: ECDSA verification failure");
  });

  const malformed: Record<string, [string, RegExp]> = {
    "another type of block": [pem(ecdsa, "CERTIFICATE"), /must be CERTIFICATE REQUEST$/],
    nothing: ["", /must be CERTIFICATE REQUEST$/],
    "a request that ends too early": [pem(ecdsa.slice(0, 100)), /^asn1: syntax error: data truncated$/],
    "something that is no request": [pem("MAA="), /^asn1: structure error/],
    "lengths beyond all bounds": [pem("MIX//////w=="), /^asn1: structure error: length too large$/],
  };
  for (const [name, [text, fault]] of Object.entries(malformed)) {
    test(`is not found in ${name}`, () => assert.match(certificateRequestFault(text) ?? "", fault));
  }
});

describe("is refused for", () => {
  const faulty: readonly [string, CertificateSigningRequest, RegExp][] = [
    ["no usages", request({ usages: [] }), /^spec\.usages: Required value$/],
    ["a usage that nobody knows", request({ usages: ["fun"] }), /^spec\.usages\[0\]: Unsupported value: "fun"/],
    ["a usage said twice", request({ usages: ["any", "any"] }), /^spec\.usages\[1\]: Duplicate value: "any"$/],
    ["a moment's validity", request({ expirationSeconds: 599 }), /may not specify a duration less than 600 seconds/],
    ["a signer without a path", request({ signerName: "example.com" }), /^spec\.signerName: Invalid value/],
    ["the legacy signer", request({ signerName: "kubernetes.io/legacy-unknown" }), /legacy signerName is not allowed/],
    ["no request", request({ request: base64("hello") }), /PEM block type must be CERTIFICATE REQUEST$/],
  ];
  for (const [name, object, fault] of faulty) {
    test(name, () => assert.match(createFaults(object).join("; "), fault));
  }
});

test("is about whoever makes it, whatever it says", () => {
  const object = request({ username: "root", groups: ["system:masters"], uid: "1" });
  strategyOf(object).prepareForCreate!(object, testContext("jane", ["dev"]));
  assert.deepEqual([object.spec.username, object.spec.groups, object.spec.uid], ["jane", ["dev"], undefined]);
});

describe("conditions", () => {
  const faulty: readonly [string, string, Status, Status, RegExp][] = [
    ["decide through status", "status", conditions("Approved"), {}, /may not add a condition of type "Approved"$/],
    ["take back a decision", "approval", {}, conditions("Denied"), /may not remove a condition of type "Denied"$/],
    ["take back a failure", "status", {}, conditions("Failed"), /may not remove a condition of type "Failed"$/],
    ["decide both ways", "approval", conditions("Approved", "Denied"), {}, /mutually exclusive$/],
    ["decide by halves", "approval", { conditions: [condition("Denied", "False")] }, {}, /Unsupported value: "False"/],
    ["say a thing twice", "status", conditions("Odd", "Odd"), {}, /Duplicate value: "Odd"$/],
    ["issue while approving", "status", { certificate: base64("x") }, {}, /must contain at least one CERTIFICATE/],
  ];
  for (const [name, subresource, now, before, fault] of faulty) {
    test(`may not ${name}`, () =>
      assert.match(updateFaults(request({}, now), request({}, before), subresource).join("; "), fault));
  }

  test("of other types may be set in either subresource", () => {
    assert.deepEqual(updateFaults(request({}, conditions("Approved", "Noted")), request(), "approval"), []);
    assert.deepEqual(updateFaults(request({}, conditions("Noted")), request(), "status"), []);
  });

  test("that decided stay as they were when status is written", () => {
    const before = { conditions: [{ ...condition("Approved"), reason: "ByJane" }] };
    const object = defaulted(request({}, { conditions: [{ ...condition("Approved"), reason: "ByJohn" }] }));
    strategyOf(object).status!.prepareForUpdate(object, request({}, before), testContext());
    assert.equal(object.status?.conditions?.[0]?.reason, "ByJane");
  });
});

test("shows how far it has come", () => {
  const shown = (status: Status): unknown => row(request({ expirationSeconds: 3600 }, status))["Condition"];
  assert.equal(shown({}), "Pending");
  assert.equal(shown({ ...conditions("Approved"), certificate: base64("x") }), "Approved,Issued");
  assert.equal(shown(conditions("Denied")), "Denied");
});
