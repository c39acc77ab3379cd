import assert from "node:assert/strict";
import { test } from "node:test";
import { isUnauthorized, unauthorized, VirtualClock } from "@k8ts/api";
import { authenticatorUnion, type ClientCertificate, type Credentials } from "../authenticator.ts";
import { anonymousAuthenticator } from "./anonymous.ts";
import { bootstrapTokenAuthenticator } from "./bootstrap-token.ts";
import { clientCertificateAuthenticator } from "./client-certificate.ts";
import { staticTokenAuthenticator } from "./static-token.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const certificate = (more: Partial<ClientCertificate> = {}): ClientCertificate => ({
  trusted: true,
  commonName: "alice",
  organizations: ["devs"],
  notAfter: now + 1000,
  fingerprint: "ab",
  ...more,
});
const credentials = (more: Partial<Credentials>): Credentials => ({ path: "/api", ...more });

test("a certificate names the user and its groups", async () => {
  const found = await clientCertificateAuthenticator(new VirtualClock(now)).authenticate(
    credentials({ certificate: certificate() }),
  );
  assert.deepEqual(found?.user.groups, ["devs", "system:authenticated"]);
  assert.equal(found?.user.name, "alice");
});

for (const [what, more] of [
  ["untrusted", { trusted: false }],
  ["expired since the handshake", { notAfter: now - 1 }],
] as const) {
  test(`a certificate is refused: ${what}`, () => {
    const authenticator = clientCertificateAuthenticator(new VirtualClock(now));
    assert.throws(
      () => void authenticator.authenticate(credentials({ certificate: certificate(more) })),
      isUnauthorized,
    );
  });
}

test("static tokens", async () => {
  const authenticator = staticTokenAuthenticator(new Map([["abc", { name: "bob", groups: ["g"] }]]));
  assert.equal((await authenticator.authenticate(credentials({ bearerToken: "abc" })))?.user.name, "bob");
  assert.equal(await authenticator.authenticate(credentials({ bearerToken: "abd" })), undefined);
  assert.equal(await authenticator.authenticate(credentials({})), undefined);
});

test("everybody may ask whether the server lives, and nothing else, without credentials", async () => {
  const authenticator = anonymousAuthenticator();
  assert.equal((await authenticator.authenticate(credentials({ path: "/livez" })))?.user.name, "system:anonymous");
  assert.equal(await authenticator.authenticate(credentials({ path: "/api" })), undefined);
  assert.equal(await authenticator.authenticate(credentials({ path: "/livez", bearerToken: "x" })), undefined);
});

test("a union takes the first user found, and throws only where nobody finds one", async () => {
  const failing = { authenticate: () => Promise.reject(unauthorized()) };
  const finding = { authenticate: () => ({ user: { name: "x", groups: [] } }) };
  assert.equal((await authenticatorUnion(failing, finding).authenticate(credentials({})))?.user.name, "x");
  await assert.rejects(async () => authenticatorUnion(failing).authenticate(credentials({})), isUnauthorized);
  assert.equal(await authenticatorUnion().authenticate(credentials({})), undefined);
});

const base64 = (entries: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, Buffer.from(value).toString("base64")]));

const token = {
  "token-id": "abcdef",
  "token-secret": "0123456789abcdef",
  "usage-bootstrap-authentication": "true",
  "auth-extra-groups": "system:bootstrappers:workers",
};

// what the Secret says otherwise, and whether it still authenticates
const bootstrapTokens: readonly (readonly [Record<string, unknown>, Record<string, string>, boolean])[] = [
  [{}, {}, true],
  [{}, { expiration: "2026-06-01T00:00:00Z" }, true],
  [{}, { expiration: "2025-06-01T00:00:00Z" }, false],
  [{}, { expiration: "soon" }, false],
  [{}, { "token-secret": "0123456789abcdeX" }, false],
  [{}, { "usage-bootstrap-authentication": "false" }, false],
  [{}, { "auth-extra-groups": "system:masters" }, false],
  [{ type: "Opaque" }, {}, false],
  [{ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }, {}, false],
];

for (const [object, data, good] of bootstrapTokens) {
  test(`a bootstrap token is ${good ? "good" : "refused"}: ${JSON.stringify({ ...object, ...data })}`, async () => {
    const secret = {
      metadata: {},
      type: "bootstrap.kubernetes.io/token",
      data: base64({ ...token, ...data }),
      ...object,
    };
    const source = {
      get: async (_resource: unknown, namespace: string, name: string) =>
        namespace === "kube-system" && name === "bootstrap-token-abcdef" ? (secret as never) : undefined,
      follow: async () => {},
    };
    const authenticator = bootstrapTokenAuthenticator(source, new VirtualClock(now));
    const found = await authenticator.authenticate(credentials({ bearerToken: "abcdef.0123456789abcdef" }));
    assert.equal(found?.user.name, good ? "system:bootstrap:abcdef" : undefined);
    if (good)
      assert.deepEqual(found?.user.groups, [
        "system:bootstrappers",
        "system:bootstrappers:workers",
        "system:authenticated",
      ]);
    assert.equal(await authenticator.authenticate(credentials({ bearerToken: "ghijkl.0123456789abcdef" })), undefined);
  });
}
