/** Writing kubeconfig files with everything embedded. */
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** What a kubeconfig says: one cluster, one user, one context. */
export interface KubeconfigContent {
  /** "https://127.0.0.1:6443". */
  readonly server: string;
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
  /** Name of the user entry. */
  readonly user: string;
  /** Name of the cluster entry. */
  readonly cluster: string;
  readonly namespace?: string;
}

/** The text of a kubeconfig. */
export function kubeconfigText(content: KubeconfigContent): string {
  const base64 = (pem: string): string => Buffer.from(pem).toString("base64");
  const context = `${content.user}@${content.cluster}`;
  const lines = [
    "apiVersion: v1",
    "kind: Config",
    "clusters:",
    `- name: ${JSON.stringify(content.cluster)}`,
    "  cluster:",
    `    server: ${JSON.stringify(content.server)}`,
    `    certificate-authority-data: ${base64(content.caPem)}`,
    "users:",
    `- name: ${JSON.stringify(content.user)}`,
    "  user:",
    `    client-certificate-data: ${base64(content.certPem)}`,
    `    client-key-data: ${base64(content.keyPem)}`,
    "contexts:",
    `- name: ${JSON.stringify(context)}`,
    "  context:",
    `    cluster: ${JSON.stringify(content.cluster)}`,
    `    user: ${JSON.stringify(content.user)}`,
    ...(content.namespace ? [`    namespace: ${JSON.stringify(content.namespace)}`] : []),
    `current-context: ${JSON.stringify(context)}`,
    "preferences: {}",
  ];
  return `${lines.join("\n")}\n`;
}

/** Writes a kubeconfig (0600), whole or not at all. */
export async function writeKubeconfig(path: string, content: KubeconfigContent): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, kubeconfigText(content), { mode: 0o600 });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
}
