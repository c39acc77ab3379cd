/** Rules of containers' environment variables. */
import {
  fieldInvalid,
  isConfigMapKey,
  isDnsLabel,
  isDnsSubdomain,
  isRelaxedEnvVarName,
  maskTrailingDash,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { EnvFromSource, EnvVar, EnvVarSource, FileKeySelector } from "@k8ts/api/core/v1";
import { checkFormat, checkRequired, checkRequiredFormat } from "../meta/field-checks.ts";
import { checkContainerResourceField, checkObjectField, envFieldPaths } from "./downward-api.ts";
import { checkNoBacksteps } from "./volume-paths.ts";

type In<T> = DeepReadonly<T>;

const tooManySources = "may not have more than one field specified at a time";

/** A container's `env`. */
export function checkEnv(variables: readonly In<EnvVar>[] | undefined, path: string, faults: FieldError[]): void {
  variables?.forEach((variable, index) => {
    const at = `${path}[${index}]`;
    checkRequiredFormat(variable.name, isRelaxedEnvVarName, `${at}.name`, faults);
    if (variable.valueFrom) checkSource(variable.valueFrom, variable.value, `${at}.valueFrom`, faults);
  });
}

function checkSource(source: In<EnvVarSource>, value: string | undefined, path: string, faults: FieldError[]): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  if (fieldRef) checkObjectField(fieldRef, envFieldPaths, `${path}.fieldRef`, faults);
  if (resourceFieldRef) checkContainerResourceField(resourceFieldRef, `${path}.resourceFieldRef`, false, faults);
  if (configMapKeyRef) checkKeyRef(configMapKeyRef, `${path}.configMapKeyRef`, faults);
  if (secretKeyRef) checkKeyRef(secretKeyRef, `${path}.secretKeyRef`, faults);
  if (fileKeyRef) checkFileKeyRef(fileKeyRef, `${path}.fileKeyRef`, faults);
  const count = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  if (count === 0) {
    const detail =
      "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
    faults.push(fieldInvalid(path, "", detail));
  } else if (value) faults.push(fieldInvalid(path, "", "may not be specified when `value` is not empty"));
  else if (count > 1) faults.push(fieldInvalid(path, "", tooManySources));
}

function checkKeyRef(ref: { readonly name?: string; readonly key?: string }, path: string, faults: FieldError[]): void {
  checkFormat(ref.name ?? "", isDnsSubdomain, `${path}.name`, faults);
  checkRequiredFormat(ref.key, isConfigMapKey, `${path}.key`, faults);
}

function checkFileKeyRef(ref: In<FileKeySelector>, path: string, faults: FieldError[]): void {
  checkRequiredFormat(ref.key, isRelaxedEnvVarName, `${path}.key`, faults);
  checkRequiredFormat(ref.volumeName, isDnsLabel, `${path}.volumeName`, faults);
  checkRequired(ref.path, `${path}.path`, faults);
  checkNoBacksteps(ref.path, `${path}.path`, faults);
}

/** A container's `envFrom`. */
export function checkEnvFrom(
  sources: readonly In<EnvFromSource>[] | undefined,
  path: string,
  faults: FieldError[],
): void {
  sources?.forEach((source, index) => {
    const at = `${path}[${index}]`;
    if (source.prefix) checkFormat(source.prefix, isRelaxedEnvVarName, `${at}.prefix`, faults);
    if (source.configMapRef) checkEnvSourceName(source.configMapRef.name, `${at}.configMapRef.name`, faults);
    if (source.secretRef) checkEnvSourceName(source.secretRef.name, `${at}.secretRef.name`, faults);
    if (!source.configMapRef && !source.secretRef) {
      faults.push(fieldInvalid(path, "", "must specify one of: `configMapRef` or `secretRef`"));
    } else if (source.configMapRef && source.secretRef) faults.push(fieldInvalid(path, "", tooManySources));
  });
}

/** Upstream lets such a name end with a dash, as it would a generateName. */
function checkEnvSourceName(name: string | undefined, path: string, faults: FieldError[]): void {
  checkRequiredFormat(name, (text) => isDnsSubdomain(maskTrailingDash(text)), path, faults);
}
