/** Annotations of pods and templates that mean something to the server. */
import { fieldForbidden, fieldInvalid, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { PodSpec } from "@k8ts/api/core/v1";
import { checkTolerations } from "./pod-scheduling.ts";
import { eachContainer } from "./pod-visit.ts";
import { checkDescendingPath } from "./volume-paths.ts";

type In<T> = DeepReadonly<T>;
type Annotations = Readonly<Record<string, string>> | undefined;

/** Marks a static pod that a kubelet reports. */
export const mirrorAnnotation = "kubernetes.io/config.mirror";
const tolerationsAnnotation = "scheduler.alpha.kubernetes.io/tolerations";
const deletionCost = "controller.kubernetes.io/pod-deletion-cost";
const appArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";
const seccompPod = "seccomp.security.alpha.kubernetes.io/pod";
const seccompPrefix = "container.seccomp.security.alpha.kubernetes.io/";

/** All such annotations. */
export function checkPodAnnotations(
  annotations: Annotations,
  spec: In<PodSpec>,
  path: string,
  faults: FieldError[],
): void {
  if (!annotations) return;
  const mirror = annotations[mirrorAnnotation];
  if (mirror !== undefined && !spec.nodeName) {
    const detail = "must set spec.nodeName if mirror pod annotation is set";
    faults.push(fieldInvalid(`${path}[${mirrorAnnotation}]`, mirror, detail));
  }
  if (annotations[tolerationsAnnotation]) checkTolerationsText(annotations[tolerationsAnnotation], path, faults);
  const cost = annotations[deletionCost];
  if (cost !== undefined && !isInt32(cost)) {
    faults.push(fieldInvalid(`${path}[${deletionCost}]`, cost, "must be a 32bit integer"));
  }
  for (const key in annotations) {
    if (key === seccompPod || key.startsWith(seccompPrefix)) checkSeccomp(annotations[key]!, `${path}.${key}`, faults);
    else if (key.startsWith(appArmorPrefix)) checkAppArmor(key, annotations[key]!, spec, path, faults);
  }
}

function checkTolerationsText(text: string, path: string, faults: FieldError[]): void {
  try {
    checkTolerations(JSON.parse(text) as never, `${path}.${tolerationsAnnotation}`, faults);
  } catch (error) {
    faults.push(fieldInvalid(path, tolerationsAnnotation, (error as Error).message));
  }
}

/** As Go's strconv takes it: no leading zeros or plus sign are used here. */
function isInt32(text: string): boolean {
  const value = Number(text);
  return /^-?(0|[1-9][0-9]*)$/.test(text) && value >= -2_147_483_648 && value <= 2_147_483_647;
}

function checkSeccomp(profile: string, path: string, faults: FieldError[]): void {
  if (["runtime/default", "docker/default", "unconfined"].includes(profile)) return;
  if (profile.startsWith("localhost/")) checkDescendingPath(profile.slice("localhost/".length), path, faults);
  else faults.push(fieldInvalid(path, profile, "must be a valid seccomp profile"));
}

function checkAppArmor(key: string, profile: string, spec: In<PodSpec>, path: string, faults: FieldError[]): void {
  const name = key.slice(appArmorPrefix.length);
  let found = false;
  eachContainer(spec, "", (container) => {
    found ||= container.name === name;
  });
  if (!found) faults.push(fieldInvalid(`${path}[${key}]`, name, "container not found"));
  if (["", "runtime/default", "unconfined"].includes(profile) || profile.startsWith("localhost/")) return;
  faults.push(fieldInvalid(`${path}[${key}]`, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`));
}

/** On update, the annotations that may not come, go or change. */
export function checkPodAnnotationsUpdate(
  annotations: Annotations,
  old: Annotations,
  path: string,
  faults: FieldError[],
): void {
  const keys = new Set([...Object.keys(old ?? {}), ...Object.keys(annotations ?? {})]);
  for (const key of keys) {
    const was = old?.[key];
    if (was === annotations?.[key]) continue;
    const verb = was === undefined ? "add" : "remove or update";
    if (key.startsWith(appArmorPrefix)) {
      faults.push(fieldForbidden(`${path}[${key}]`, `may not ${verb} AppArmor annotations`));
    } else if (key === mirrorAnnotation) {
      faults.push(fieldForbidden(`${path}[${key}]`, `may not ${verb} mirror pod annotation`));
    }
  }
}
