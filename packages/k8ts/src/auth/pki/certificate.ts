/** Making X.509 certificates (RFC 5280) with P-256 keys, on @peculiar/x509: loaded only when one must be made. */
import { createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import type * as X509 from "@peculiar/x509";

/** A certificate and its private key, both in PEM. */
export interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** What a certificate says. */
export interface CertificateRequest {
  readonly commonName: string;
  /** Kubernetes reads these as groups. */
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ips?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly usage: "ca" | "server" | "client" | "server and client";
}

/** Who signs: the CA's name and key. */
export interface Issuer {
  readonly commonName: string;
  readonly privateKey: KeyObject;
}

type Library = typeof X509;

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

let loading: Promise<Library> | undefined;

/** The library needs its polyfill loaded before itself. */
function library(): Promise<Library> {
  loading ??= import("reflect-metadata").then(() => import("@peculiar/x509"));
  return loading;
}

const webKey = (key: KeyObject, usage: "sign" | "verify"): Promise<CryptoKey> => {
  const exported =
    key.type === "private" ? key.export({ type: "pkcs8", format: "der" }) : key.export({ type: "spki", format: "der" });
  return crypto.subtle.importKey(key.type === "private" ? "pkcs8" : "spki", exported, algorithm, true, [usage]);
};

const nameOf = (commonName: string, organizations: readonly string[] = []): { [type: string]: string[] }[] => [
  ...organizations.map((organization) => ({ O: [organization] })),
  { CN: [commonName] },
];

function usageExtensions(x509: Library, usage: CertificateRequest["usage"]): X509.Extension[] {
  const { KeyUsageFlags, KeyUsagesExtension, BasicConstraintsExtension, ExtendedKeyUsage } = x509;
  const signs = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment;
  if (usage === "ca") {
    return [
      new KeyUsagesExtension(signs | KeyUsageFlags.keyCertSign, true),
      new BasicConstraintsExtension(true, undefined, true),
    ];
  }
  const purposes = [
    ...(usage === "client" ? [] : [ExtendedKeyUsage.serverAuth]),
    ...(usage === "server" ? [] : [ExtendedKeyUsage.clientAuth]),
  ];
  return [
    new KeyUsagesExtension(signs, true),
    new x509.ExtendedKeyUsageExtension(purposes),
    new BasicConstraintsExtension(false, undefined, true),
  ];
}

function alternativeNames(x509: Library, { dnsNames = [], ips = [] }: CertificateRequest): X509.Extension[] {
  const names = [
    ...dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...ips.map((value) => ({ type: "ip" as const, value })),
  ];
  return names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [];
}

/** Makes a key pair and its certificate, signed by `issuer` or, without one, by itself. */
export async function issueCertificate(request: CertificateRequest, issuer?: Issuer): Promise<KeyPair> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certPem = await certify(request, keys.publicKey, issuer ?? { ...request, privateKey: keys.privateKey });
  return { certPem, keyPem: keys.privateKey.export({ type: "pkcs8", format: "pem" }) as string };
}

/** Signs a certificate for somebody's public key; resolves to its PEM. */
export async function certify(request: CertificateRequest, publicKey: KeyObject, issuer: Issuer): Promise<string> {
  const x509 = await library();
  const subjectKey = await webKey(publicKey, "verify");
  const authorityKey = await webKey(createPublicKey(issuer.privateKey), "verify");
  const serial = randomBytes(16);
  // Positive, and of full length.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial.toString("hex"),
    subject: nameOf(request.commonName, request.organizations),
    issuer: nameOf(issuer.commonName),
    notBefore: dateOf(request.notBefore),
    notAfter: dateOf(request.notAfter),
    publicKey: subjectKey,
    signingKey: await webKey(issuer.privateKey, "sign"),
    signingAlgorithm: algorithm,
    extensions: [
      ...usageExtensions(x509, request.usage),
      await x509.SubjectKeyIdentifierExtension.create(subjectKey),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKey),
      ...alternativeNames(x509, request),
    ],
  });
  return `${certificate.toString("pem").trimEnd()}\n`;
}

/** A certificate's times have whole seconds. */
const dateOf = (milliseconds: number): Date => new Date(Math.floor(milliseconds / 1000) * 1000);
