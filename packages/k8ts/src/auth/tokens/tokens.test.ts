import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import {
  isUnauthorized,
  seededRandom,
  VirtualClock,
  type DeepReadonly,
  type KubernetesObject,
  type Resource,
} from "@k8ts/api";
import type { ObjectSource } from "../object-source.ts";
import { createIssuer, type ServiceAccountIssuer, type TokenSpec } from "./issuer.ts";
import { TokenVerifier } from "./verifier.ts";

const newKey = (): string =>
  generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }) as string;
const key = newKey();
const issuerName = "https://kubernetes.default.svc";

/** A few objects by resource and name. */
class Objects implements ObjectSource {
  readonly byKey = new Map<string, object>();

  put(resource: string, namespace: string, name: string, uid: string, more: object = {}): void {
    this.byKey.set(`${resource}/${namespace}/${name}`, { metadata: { namespace, name, uid, ...more } });
  }

  async get<T extends KubernetesObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
  ): Promise<DeepReadonly<T> | undefined> {
    return this.byKey.get(`${resource.resource}/${namespace}/${name}`) as DeepReadonly<T> | undefined;
  }

  async follow(): Promise<void> {}
}

interface World {
  clock: VirtualClock;
  objects: Objects;
  issuer: ServiceAccountIssuer;
  verifier: TokenVerifier;
}

function world(privateKeyPem = key): World {
  const clock = new VirtualClock(Date.parse("2026-01-01T00:00:00Z"));
  const objects = new Objects();
  objects.put("serviceaccounts", "default", "robot", "sa-uid");
  objects.put("pods", "default", "p", "pod-uid");
  objects.put("secrets", "default", "s", "secret-uid");
  objects.put("nodes", "", "n", "node-uid");
  const issuer = createIssuer({ privateKeyPem, issuer: issuerName, clock, random: seededRandom(1) });
  return { clock, objects, issuer, verifier: new TokenVerifier(issuer, objects, clock) };
}

const spec = (more: Partial<TokenSpec> = {}): TokenSpec => ({
  account: { namespace: "default", name: "robot", uid: "sa-uid" },
  audiences: [issuerName],
  expirationSeconds: 600,
  bound: {},
  ...more,
});

test("a token says whose it is and what it is bound to", async () => {
  const { issuer, verifier } = world();
  const bound = { pod: { name: "p", uid: "pod-uid" }, node: { name: "n", uid: "node-uid" } };
  const token = await issuer.issue(spec({ bound, warnAfterSeconds: 60 }));
  const { user, audiences } = await verifier.verify(token);
  assert.equal(user.name, "system:serviceaccount:default:robot");
  assert.equal(user.uid, "sa-uid");
  assert.deepEqual(user.groups, ["system:serviceaccounts", "system:serviceaccounts:default"]);
  assert.deepEqual(user.extra?.["authentication.kubernetes.io/pod-name"], ["p"]);
  assert.deepEqual(user.extra?.["authentication.kubernetes.io/node-uid"], ["node-uid"]);
  assert.match(user.extra?.["authentication.kubernetes.io/credential-id"]?.[0] ?? "", /^JTI=/);
  assert.deepEqual(audiences, [issuerName]);
  const claims = JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
  assert.equal(claims["kubernetes.io"].warnafter, claims.iat + 60);
  assert.deepEqual(claims["kubernetes.io"].serviceaccount, { name: "robot", uid: "sa-uid" });
});

// what happens after the token was issued, and the text it is refused with
const deaths: readonly (readonly [string, Partial<TokenSpec>, (world: World) => unknown, RegExp])[] = [
  ["expired", {}, ({ clock }) => clock.advance(700_000), /has expired/],
  ["account gone", {}, ({ objects }) => objects.byKey.delete("serviceaccounts/default/robot"), /"robot" not found/],
  [
    "account made anew",
    {},
    ({ objects }) => objects.put("serviceaccounts", "default", "robot", "other"),
    /service account UID \(other\) does not match claim \(sa-uid\)/,
  ],
  [
    "account being deleted",
    {},
    ({ objects }) =>
      objects.put("serviceaccounts", "default", "robot", "sa-uid", { deletionTimestamp: "2025-12-31T00:00:00Z" }),
    /has been deleted/,
  ],
  [
    "pod gone",
    { bound: { pod: { name: "p", uid: "pod-uid" } } },
    ({ objects }) => objects.byKey.delete("pods/default/p"),
    /has been invalidated/,
  ],
  [
    "pod made anew",
    { bound: { pod: { name: "p", uid: "pod-uid" } } },
    ({ objects }) => objects.put("pods", "default", "p", "x"),
    /pod UID \(x\) does not match/,
  ],
  [
    "secret gone",
    { bound: { secret: { name: "s", uid: "secret-uid" } } },
    ({ objects }) => objects.byKey.delete("secrets/default/s"),
    /has been invalidated/,
  ],
  [
    "node gone",
    { bound: { node: { name: "n", uid: "node-uid" } } },
    ({ objects }) => objects.byKey.delete("nodes//n"),
    /has been invalidated/,
  ],
  ["for somebody else", { audiences: ["vault"] }, () => {}, /is invalid for the target audiences/],
];

for (const [what, more, happen, text] of deaths) {
  test(`a token is refused: ${what}`, async () => {
    const here = world();
    const token = await here.issuer.issue(spec(more));
    await happen(here);
    await assert.rejects(here.verifier.verify(token), (error: Error) => {
      assert.match((error.cause as Error).message, text);
      return isUnauthorized(error);
    });
  });
}

test("a pod's token outlives its node", async () => {
  const { issuer, verifier, objects } = world();
  const bound = { pod: { name: "p", uid: "pod-uid" }, node: { name: "n", uid: "node-uid" } };
  const token = await issuer.issue(spec({ bound }));
  objects.byKey.delete("nodes//n");
  await verifier.verify(token);
});

test("a token is asked anew after it was verified once", async () => {
  const { issuer, verifier, objects } = world();
  const token = await issuer.issue(spec());
  await verifier.verify(token);
  objects.byKey.clear();
  await assert.rejects(verifier.verify(token), isUnauthorized);
});

const resigned = (token: string, change: (claims: Record<string, unknown>) => void, head?: object): string => {
  const [first = "", body = "", signature = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as Record<string, unknown>;
  change(claims);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${head ? encode(head) : first}.${encode(claims)}.${signature}`;
};

test("forged tokens are refused", async () => {
  const { issuer, verifier } = world();
  const token = await issuer.issue(spec());
  const foreign = await world(newKey()).issuer.issue(spec());
  const forgeries = [
    foreign,
    resigned(token, (claims) => (claims["sub"] = "system:serviceaccount:kube-system:admin")),
    resigned(token, () => {}, { alg: "none" }),
    resigned(token, () => {}, { alg: "HS256", kid: "x" }),
    `${token.slice(0, -4)}AAAA`,
    token.split(".").slice(0, 2).join("."),
    "a.b.c",
    "",
  ];
  for (const forged of forgeries) await assert.rejects(verifier.verify(forged), isUnauthorized, forged.slice(0, 40));
});

test("keys that are being retired still verify, the first one signs", async () => {
  const old = world();
  const token = await old.issuer.issue(spec());
  const publicPem = old.issuer.key(old.issuer.keys()[0]!["kid"]!)!.export({ type: "spki", format: "pem" }) as string;
  const { clock, objects } = old;
  const rotated = createIssuer({
    privateKeyPem: newKey(),
    publicKeyPems: [publicPem],
    issuer: issuerName,
    clock,
    random: seededRandom(2),
  });
  await new TokenVerifier(rotated, objects, clock).verify(token);
  assert.equal(rotated.keys().length, 2);
  assert.ok(rotated.keys().every((jwk) => jwk["d"] === undefined));
});
