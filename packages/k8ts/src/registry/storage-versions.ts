/** In which version each resource is stored, where it is served in several; facts of upstream 1.36. */
import type { ResourceSchema } from "@k8ts/api";

/** Resources kept in another version than the most stable one, because an older server must still read them. */
const overrides: Readonly<Record<string, string>> = {
  "leasecandidates.coordination.k8s.io": "v1beta1",
  "mutatingadmissionpolicies.admissionregistration.k8s.io": "v1beta1",
  "mutatingadmissionpolicybindings.admissionregistration.k8s.io": "v1beta1",
  "clustertrustbundles.certificates.k8s.io": "v1beta1",
  "podcertificaterequests.certificates.k8s.io": "v1beta1",
  "storageversionmigrations.storagemigration.k8s.io": "v1beta1",
  "devicetaintrules.resource.k8s.io": "v1alpha3",
  "resourcepoolstatusrequests.resource.k8s.io": "v1alpha3",
  "workloads.scheduling.k8s.io": "v1alpha2",
  "podgroups.scheduling.k8s.io": "v1alpha2",
};

/** Resources that two groups serve from one place: the second is a view of the first. */
const cohabiting: Readonly<Record<string, string>> = { "events.events.k8s.io": "events" };

/** `plural.group`, or the plural of a core resource. */
export const qualifiedName = (resource: Pick<ResourceSchema, "group" | "resource">): string =>
  resource.group === "" ? resource.resource : `${resource.resource}.${resource.group}`;

/** The name under which all versions of a resource meet. */
export function storageName(resource: ResourceSchema): string {
  const name = qualifiedName(resource);
  return cohabiting[name] ?? name;
}

/** Of a resource's versions, the one that is stored. */
export function storageVersion(versions: readonly ResourceSchema[]): ResourceSchema {
  const own = versions.filter((resource) => storageName(resource) === qualifiedName(resource));
  const override = overrides[qualifiedName(own[0]!)];
  const forced = own.find((resource) => resource.version === override);
  return forced ?? own.toSorted((a, b) => compareVersions(b.version, a.version))[0]!;
}

const maturity = { alpha: 0, beta: 1, stable: 2 } as const;

function rank(version: string): [number, number, number] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return [-1, 0, 0];
  const level = (match[2] ?? "stable") as keyof typeof maturity;
  return [maturity[level], Number(match[1]), Number(match[3] ?? 0)];
}

/** Kubernetes' order of versions: stable before beta before alpha, then by number. Positive where `a` is the better. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [rank(a), rank(b)];
  for (const [index, value] of left.entries()) if (value !== right[index]) return value - right[index]!;
  return 0;
}
