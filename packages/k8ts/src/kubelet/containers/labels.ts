/** Labels and annotations on sandboxes and containers, by upstream's names: what a restarted kubelet adopts pods by. */
import type { PodContainer, DesiredPod } from "../pods/pod-spec.ts";
import { containerNameLabel, podNameLabel, podNamespaceLabel, podUidLabel } from "../server/source.ts";
import { containerHash } from "./container-hash.ts";

export { containerNameLabel, podNameLabel, podNamespaceLabel, podUidLabel };

export const hashAnnotation = "io.kubernetes.container.hash";
export const restartCountAnnotation = "io.kubernetes.container.restartCount";
export const terminationMessagePathAnnotation = "io.kubernetes.container.terminationMessagePath";
export const terminationMessagePolicyAnnotation = "io.kubernetes.container.terminationMessagePolicy";
export const preStopHandlerAnnotation = "io.kubernetes.container.preStopHandler";
const portsAnnotation = "io.kubernetes.container.ports";
export const deletionGraceAnnotation = "io.kubernetes.pod.deletionGracePeriod";
export const terminationGraceAnnotation = "io.kubernetes.pod.terminationGracePeriod";

/** A sandbox's labels: the pod's own and its identity. */
export function sandboxLabels(pod: DesiredPod): Record<string, string> {
  return { ...pod.metadata.labels, ...podIdentity(pod) };
}

/** A container's labels. */
export function containerLabels(pod: DesiredPod, container: PodContainer): Record<string, string> {
  return { ...podIdentity(pod), [containerNameLabel]: container.spec.name };
}

function podIdentity(pod: DesiredPod): Record<string, string> {
  return {
    [podNameLabel]: pod.metadata.name ?? "",
    [podNamespaceLabel]: pod.metadata.namespace ?? "",
    [podUidLabel]: pod.metadata.uid ?? "",
  };
}

/** A container's annotations: what killing it needs when the pod itself is no longer known. */
export function containerAnnotations(
  pod: DesiredPod,
  container: PodContainer,
  restartCount: number,
): Record<string, string> {
  const { spec } = container;
  const annotations: Record<string, string> = {
    [hashAnnotation]: containerHash(spec),
    [restartCountAnnotation]: String(restartCount),
    [terminationMessagePathAnnotation]: spec.terminationMessagePath ?? "",
    [terminationMessagePolicyAnnotation]: spec.terminationMessagePolicy ?? "",
  };
  const deletionGrace = pod.metadata.deletionGracePeriodSeconds;
  if (deletionGrace !== undefined) annotations[deletionGraceAnnotation] = String(deletionGrace);
  const grace = pod.spec?.terminationGracePeriodSeconds;
  if (grace !== undefined) annotations[terminationGraceAnnotation] = String(grace);
  if (spec.lifecycle?.preStop) annotations[preStopHandlerAnnotation] = JSON.stringify(spec.lifecycle.preStop);
  if (spec.ports?.length) annotations[portsAnnotation] = JSON.stringify(spec.ports);
  return annotations;
}
