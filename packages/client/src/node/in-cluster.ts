/** The access of a pod: the service account that the kubelet mounts, and the API server's address from the environment. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServerAccess } from "./server-access.ts";

const serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Throws, in client-go's words, where the process does not run in a pod. */
export async function inClusterAccess(
  env: Readonly<Record<string, string | undefined>> = process.env,
  directory: string = serviceAccountDirectory,
): Promise<ServerAccess> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port) {
    throw new Error(
      "unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined",
    );
  }
  const tokenFile = join(directory, "token");
  const token = (await readFile(tokenFile, "utf8")).trim();
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    certificateAuthority: await readFile(join(directory, "ca.crt"), "utf8"),
    token,
    tokenFile,
  };
}
