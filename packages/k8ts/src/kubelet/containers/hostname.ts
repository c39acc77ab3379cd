/** A pod's hostname and domain, as its sandbox and its /etc/hosts have them. */
import { isDnsLabel, isDnsSubdomain } from "@k8ts/api";
import { podText, type DesiredPod } from "../pods/pod-spec.ts";

/** What the kernel allows, less the terminating zero. */
const maxHostname = 63;

/** The pod's name in its own network; `domain` is "" for a pod without subdomain. */
export interface PodHostname {
  readonly hostname: string;
  readonly domain: string;
}

function check(faults: readonly string[], field: string, value: string, noun: string): void {
  if (faults.length > 0) throw new Error(`pod ${field} "${value}" is not a valid DNS ${noun}: ${faults.join(";")}`);
}

function truncated(pod: DesiredPod, hostname: string): string {
  if (hostname.length <= maxHostname) return hostname;
  const short = hostname.slice(0, maxHostname).replace(/[-.]+$/, "");
  if (short === "") throw new Error(`hostname for pod "${pod.metadata.name}" was invalid: "${hostname}"`);
  return short;
}

/** Hostname and domain; throws in upstream's words where the spec's are malformed. */
export function podHostname(pod: DesiredPod, clusterDomain: string): PodHostname {
  const { hostname, hostnameOverride, subdomain } = pod.spec ?? {};
  if (hostnameOverride !== undefined) {
    check(isDnsSubdomain(hostnameOverride), "HostnameOverride", hostnameOverride, "subdomain");
    return { hostname: truncated(pod, hostnameOverride), domain: "" };
  }
  if (hostname) check(isDnsLabel(hostname), "Hostname", hostname, "label");
  if (subdomain) check(isDnsLabel(subdomain), "Subdomain", subdomain, "label");
  return {
    hostname: truncated(pod, hostname || (pod.metadata.name ?? "")),
    domain: subdomain ? `${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` : "",
  };
}

/** What `hostname` prints inside: the short name, or with setHostnameAsFQDN the full one. */
export function kernelHostname(pod: DesiredPod, { hostname, domain }: PodHostname): string {
  if (pod.spec?.setHostnameAsFQDN !== true || domain === "") return hostname;
  const full = `${hostname}.${domain}`;
  if (full.length > 64)
    throw new Error(
      `failed to construct FQDN from pod hostname and cluster domain, FQDN ${full} is too long (64 characters is the max, ${full.length} characters requested) (pod: ${podText(pod)})`,
    );
  return full;
}
