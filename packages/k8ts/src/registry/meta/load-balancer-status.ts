/** Where a load balancer says it is reached: in the status of Services and Ingresses. */
import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDnsSubdomain,
  parseIP,
  type FieldError,
} from "@k8ts/api";
import { checkFormat } from "./field-checks.ts";
import { checkLegacyIP } from "./addresses.ts";

/** One point of entry. */
export interface LoadBalancerPoint {
  readonly ip?: string;
  readonly hostname?: string;
  readonly ipMode?: string;
}

/** Addresses and host names; `modes` where an address must say how it is to be used. */
export function checkLoadBalancerPoints(
  points: readonly LoadBalancerPoint[] | undefined,
  old: readonly LoadBalancerPoint[] | undefined,
  modes: boolean,
  faults: FieldError[],
): void {
  const accepted = (old ?? []).map(({ ip }) => ip ?? "").filter(Boolean);
  points?.forEach(({ ip, hostname, ipMode }, index) => {
    const path = `status.loadBalancer.ingress[${index}]`;
    if (ip) checkLegacyIP(ip, `${path}.ip`, faults, accepted);
    if (modes) checkMode(ip, ipMode, `${path}.ipMode`, faults);
    if (!hostname) return;
    checkFormat(hostname, isDnsSubdomain, `${path}.hostname`, faults);
    if (parseIP(hostname))
      faults.push(fieldInvalid(`${path}.hostname`, hostname, "must be a DNS name, not an IP address"));
  });
}

function checkMode(ip: string | undefined, mode: string | undefined, path: string, faults: FieldError[]): void {
  if (mode === undefined) {
    if (ip) faults.push(fieldRequired(path, "must be specified when `ip` is set"));
  } else if (!ip) faults.push(fieldForbidden(path, "may not be specified when `ip` is not set"));
  else if (mode !== "VIP" && mode !== "Proxy") faults.push(fieldNotSupported(path, mode, ["Proxy", "VIP"]));
}
