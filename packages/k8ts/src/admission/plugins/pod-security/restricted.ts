/** The restricted level: current practice of hardening pods. Texts and order are upstream's. */
import { findProcMounts } from "./baseline.ts";
import {
  containersText,
  distinct,
  plural,
  quoted,
  type Check,
  type PodUnderCheck,
  type Violation,
} from "./pod-under-check.ts";
import { findSeccomp } from "./seccomp.ts";

type Found = Violation | undefined;
type Find = (pod: PodUnderCheck) => Found;

function findEscalation(pod: PodUnderCheck): Found {
  const bad = pod.named((_, context) => context?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  const detail = `${containersText(bad)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: "allowPrivilegeEscalation != false", detail };
}

function findCapabilities(pod: PodUnderCheck): Found {
  const isForbidden = (name: string): boolean => name !== "NET_BIND_SERVICE";
  const keeping = pod.named((_, context) => !context?.capabilities?.drop?.includes("ALL"));
  const adding = pod.named((_, context) => context?.capabilities?.add?.some(isForbidden) ?? false);
  const details: string[] = [];
  if (keeping.length > 0) details.push(`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) {
    const added = pod.containers.flatMap((one) => one.securityContext?.capabilities?.add ?? []).filter(isForbidden);
    const names = quoted(distinct(added));
    details.push(`${containersText(adding)} must not include ${names} in securityContext.capabilities.add`);
  }
  return details.length === 0 ? undefined : { reason: "unrestricted capabilities", detail: details.join("; ") };
}

/** Volume sources that reach nothing of the host. */
const allowed = "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret".split(" ");

function findVolumes({ spec }: PodUnderCheck): Found {
  const sourceOf = (volume: object): string => Object.keys(volume).find((key) => key !== "name") ?? "unknown";
  const bad = (spec.volumes ?? []).filter((volume) => !allowed.includes(sourceOf(volume)));
  if (bad.length === 0) return undefined;
  const types = distinct(bad.map(sourceOf));
  const names = `${plural("volume", bad)} ${quoted(bad.map(({ name }) => name))}`;
  const uses = bad.length === 1 ? "uses" : "use";
  const detail = `${names} ${uses} ${plural("restricted volume type", types)} ${quoted(types)}`;
  return { reason: "restricted volume types", detail };
}

function findRoot(pod: PodUnderCheck): Found {
  const reason = "runAsNonRoot != true";
  const ofPod = pod.context?.runAsNonRoot;
  const bad = pod.named((_, context) => context?.runAsNonRoot === false);
  const setters = pod.setters(ofPod === false, bad);
  if (setters !== undefined) return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  const silent = ofPod ? [] : pod.named((_, context) => context?.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true` };
}

function findRootUser(pod: PodUnderCheck): Found {
  const bad = pod.named((_, context) => context?.runAsUser === 0);
  const setters = pod.setters(pod.context?.runAsUser === 0, bad);
  return setters === undefined ? undefined : { reason: "runAsUser=0", detail: `${setters} must not set runAsUser=0` };
}

const unlessWindows =
  (find: Find): Find =>
  (pod) =>
    pod.isWindows ? undefined : find(pod);
const unlessOwnUsers =
  (find: Find): Find =>
  (pod) =>
    pod.hasOwnUsers ? undefined : find(pod);
const findNoSeccomp: Find = (pod) => findSeccomp(pod, true);

/** The checks, by name. */
export const restricted: readonly Check[] = [
  {
    id: "allowPrivilegeEscalation",
    rules: [
      { since: 8, find: findEscalation },
      { since: 25, find: unlessWindows(findEscalation) },
    ],
  },
  {
    id: "capabilities_restricted",
    covers: "capabilities_baseline",
    rules: [
      { since: 22, find: findCapabilities },
      { since: 25, find: unlessWindows(findCapabilities) },
    ],
  },
  { id: "procMount_restricted", covers: "procMount", rules: [{ since: 35, find: findProcMounts }] },
  { id: "restrictedVolumes", covers: "hostPathVolumes", rules: [{ since: 0, find: findVolumes }] },
  {
    id: "runAsNonRoot",
    rules: [
      { since: 0, find: findRoot },
      { since: 35, find: unlessOwnUsers(findRoot) },
    ],
  },
  {
    id: "runAsUser",
    rules: [
      { since: 23, find: findRootUser },
      { since: 35, find: unlessOwnUsers(findRootUser) },
    ],
  },
  {
    id: "seccompProfile_restricted",
    covers: "seccompProfile_baseline",
    rules: [
      { since: 19, find: findNoSeccomp },
      { since: 25, find: unlessWindows(findNoSeccomp) },
    ],
  },
];
