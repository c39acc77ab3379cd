/** Profiles of system calls, which both levels look at. */
import { containersText, distinct, quoted, type PodUnderCheck, type Violation } from "./pod-under-check.ts";

const reason = "seccompProfile";
const isBad = (type: string | undefined): boolean =>
  type !== undefined && type !== "RuntimeDefault" && type !== "Localhost";

/** Profiles that are none of the safe ones, and where one is `required`, containers that have none. */
export function findSeccomp(pod: PodUnderCheck, required: boolean): Violation | undefined {
  const ofPod = pod.context?.seccompProfile;
  const bad = pod.named((_, context) => isBad(context?.seccompProfile?.type));
  const setters = pod.setters(isBad(ofPod?.type), bad);
  if (setters !== undefined) {
    const values = distinct(pod.values((context) => context.seccompProfile?.type).filter(isBad));
    return { reason, detail: `${setters} must not set securityContext.seccompProfile.type to ${quoted(values)}` };
  }
  if (!required || ofPod) return undefined;
  const without = pod.named((_, context) => !context?.seccompProfile);
  if (without.length === 0) return undefined;
  const detail = `pod or ${containersText(without)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason, detail };
}
