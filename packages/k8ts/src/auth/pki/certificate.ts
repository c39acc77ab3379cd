/**
 * Making X.509 v3 certificates (RFC 5280) with P-256 keys. Written by hand on node:crypto: a cluster's certificates are
 * made while its first start is being waited for, and the libraries that could do it take longer to load than all the
 * rest takes to start.
 */
import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { isIPv4 } from "node:net";
import * as der from "./der.ts";

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

const oids = {
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

const signatureAlgorithm = der.sequence(der.objectIdentifier(oids.ecdsaWithSha256));

const attribute = (oid: string, value: string): Buffer =>
  der.set(der.sequence(der.objectIdentifier(oid), der.utf8String(value)));

function nameOf(commonName: string, organizations: readonly string[] = []): Buffer {
  return der.sequence(
    ...organizations.map((organization) => attribute(oids.organization, organization)),
    attribute(oids.commonName, commonName),
  );
}

const extension = (oid: string, value: Uint8Array, critical = false): Buffer =>
  der.sequence(der.objectIdentifier(oid), ...(critical ? [der.derTrue] : []), der.octetString(value));

/** The 16 bytes of an IPv6 address, or the 4 of an IPv4 one. */
function ipBytes(ip: string): Buffer {
  if (isIPv4(ip)) return Buffer.from(ip.split(".").map(Number));
  const [head = "", tail] = ip.replace(/%.*/, "").split("::");
  const groups = (text: string): number[] => text.split(":").filter(Boolean).flatMap(groupBytes);
  const left = groups(head);
  if (tail === undefined) return Buffer.from(left);
  const right = groups(tail);
  return Buffer.from([...left, ...Array.from({ length: 16 - left.length - right.length }, () => 0), ...right]);
}

const groupBytes = (group: string): number[] => {
  if (group.includes(".")) return group.split(".").map(Number);
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
};

function alternativeNames(request: CertificateRequest): Buffer[] {
  const names = [
    ...(request.dnsNames ?? []).map((name) => der.tlv(0x82, Buffer.from(name, "ascii"))),
    ...(request.ips ?? []).map((ip) => der.tlv(0x87, ipBytes(ip))),
  ];
  return names.length > 0 ? [extension(oids.subjectAltName, der.sequence(...names))] : [];
}

function usageExtensions(usage: CertificateRequest["usage"]): Buffer[] {
  if (usage === "ca") {
    return [
      // digitalSignature, keyEncipherment, keyCertSign
      extension(oids.keyUsage, der.bitString(Buffer.from([0b1010_0100]), 2), true),
      extension(oids.basicConstraints, der.sequence(der.derTrue), true),
    ];
  }
  const purposes = [
    ...(usage === "client" ? [] : [oids.serverAuth]),
    ...(usage === "server" ? [] : [oids.clientAuth]),
  ].map((oid) => der.objectIdentifier(oid));
  return [
    // digitalSignature, keyEncipherment
    extension(oids.keyUsage, der.bitString(Buffer.from([0b1010_0000]), 5), true),
    extension(oids.extendedKeyUsage, der.sequence(...purposes)),
    extension(oids.basicConstraints, der.sequence(), true),
  ];
}

/** SHA-1 of the public key's bits: RFC 5280 4.2.1.2 method 1. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const info = publicKey.export({ type: "spki", format: "der" });
  // A P-256 point is the last 65 bytes of its SubjectPublicKeyInfo.
  return createHash("sha1").update(info.subarray(-65)).digest();
}

function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Who signs: the CA's name and key. */
export interface Issuer {
  readonly commonName: string;
  readonly privateKey: KeyObject;
}

/** Makes a key pair and its certificate, signed by `issuer` or, without one, by itself. */
export function issueCertificate(request: CertificateRequest, issuer?: Issuer): KeyPair {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certPem = certify(request, keys.publicKey, issuer ?? { ...request, privateKey: keys.privateKey });
  return { certPem, keyPem: keys.privateKey.export({ type: "pkcs8", format: "pem" }) as string };
}

/** Signs a certificate for somebody's public key. */
export function certify(request: CertificateRequest, publicKey: KeyObject, issuer: Issuer): string {
  const authority = keyIdentifier(createPublicKey(issuer.privateKey));
  const extensions = [
    ...usageExtensions(request.usage),
    extension(oids.subjectKeyIdentifier, der.octetString(keyIdentifier(publicKey))),
    extension(oids.authorityKeyIdentifier, der.sequence(der.tlv(0x80, authority))),
    ...alternativeNames(request),
  ];
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const body = der.sequence(
    der.tlv(0xa0, der.unsignedInteger(Buffer.from([2]))),
    der.unsignedInteger(serial),
    signatureAlgorithm,
    nameOf(issuer.commonName),
    der.sequence(der.time(request.notBefore), der.time(request.notAfter)),
    nameOf(request.commonName, request.organizations),
    publicKey.export({ type: "spki", format: "der" }),
    der.tlv(0xa3, der.sequence(...extensions)),
  );
  const signature = sign("sha256", body, issuer.privateKey);
  return pem("CERTIFICATE", der.sequence(body, signatureAlgorithm, der.bitString(signature)));
}
