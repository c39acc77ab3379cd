/** Rules of paths in volumes, mounts and security profiles. */
import { fieldInvalid, fieldRequired, type FieldError } from "@k8ts/api";

/** No ".." step anywhere. */
export function checkNoBacksteps(target: string | undefined, path: string, faults: FieldError[]): void {
  if (target?.split("/").includes("..")) faults.push(fieldInvalid(path, target, "must not contain '..'"));
}

/** A path below something: relative, without "..". */
export function checkDescendingPath(target: string | undefined, path: string, faults: FieldError[]): void {
  if (target?.startsWith("/")) faults.push(fieldInvalid(path, target, "must be a relative path"));
  checkNoBacksteps(target, path, faults);
}

/** A descending path whose first step does not start with "..", which the kubelet keeps for itself. */
export function checkNonReservedPath(target: string | undefined, path: string, faults: FieldError[]): void {
  checkDescendingPath(target, path, faults);
  if (target?.startsWith("..") && !target.startsWith("../")) {
    faults.push(fieldInvalid(path, target, "must not start with '..'"));
  }
}

/** A path that must be given and be non-reserved. */
export function checkRequiredNonReservedPath(target: string | undefined, path: string, faults: FieldError[]): void {
  if (!target) faults.push(fieldRequired(path));
  checkNonReservedPath(target, path, faults);
}
