/** Quality of service: who is killed first when memory runs out, and under which cgroup a pod lives. */
import { podQosClass, type QosClass } from "@k8ts/api";
import type { DesiredPod } from "../pods/pod-spec.ts";

/** The pod's class: the one in its status where there is one (it never changes), else computed from its resources. */
export function qosClass(pod: DesiredPod): QosClass {
  return (pod.status?.qosClass as QosClass | undefined) ?? podQosClass(pod.spec);
}
