/** A container's environment: envFrom, then env in the order it is declared, then the Services' variables. */
import type { DeepReadonly } from "@k8ts/api";
import type { ConfigMap, EnvFromSource, EnvVarSource, Secret } from "@k8ts/api/core/v1";
import type { ContainerSpec, DesiredPod } from "../pods/pod-spec.ts";
import { expandReferences } from "./expansion.ts";
import { fieldValue, resourceValue, type NodeFacts } from "./field-reference.ts";
import { parseEnvFile } from "./env-file.ts";

/** Where the values of a pod's references come from. Each gives undefined for what does not exist. */
export interface EnvironmentSources {
  configMap(namespace: string, name: string): Promise<DeepReadonly<ConfigMap> | undefined>;
  secret(namespace: string, name: string): Promise<DeepReadonly<Secret> | undefined>;
  /** A file in one of the pod's volumes; throws where there is no such volume. */
  volumeFile(volume: string, path: string): Promise<string>;
}

/** What an environment is made from. */
export interface EnvironmentInput {
  readonly pod: DesiredPod;
  readonly container: ContainerSpec;
  readonly services: ReadonlyMap<string, string>;
  readonly facts: NodeFacts;
  readonly sources: EnvironmentSources;
}

/** One variable, as the runtime takes it. */
export interface Variable {
  readonly key: string;
  readonly value: string;
}

/** The container's variables. Throws what CreateContainerConfigError shows. */
export async function containerEnvironment(input: EnvironmentInput): Promise<Variable[]> {
  const variables = new Map<string, string>();
  for (const source of input.container.envFrom ?? []) await addAll(input, source, variables);
  const lookup = (name: string): string | undefined => variables.get(name) ?? input.services.get(name);
  for (const variable of input.container.env ?? []) {
    let value: string | undefined = variable.value ?? "";
    if (value !== "") value = expandReferences(value, lookup);
    else if (variable.valueFrom !== undefined) value = await sourcedValue(input, variable.valueFrom);
    if (value !== undefined) variables.set(variable.name, value);
  }
  for (const [name, value] of input.services) if (!variables.has(name)) variables.set(name, value);
  return [...variables].map(([key, value]) => ({ key, value }));
}

async function addAll(
  { pod, sources }: EnvironmentInput,
  { configMapRef, secretRef, prefix = "" }: DeepReadonly<EnvFromSource>,
  variables: Map<string, string>,
): Promise<void> {
  const namespace = pod.metadata.namespace ?? "";
  if (configMapRef !== undefined) {
    const found = required(await sources.configMap(namespace, configMapRef.name ?? ""), "configmap", configMapRef);
    for (const [key, value] of Object.entries(found?.data ?? {})) variables.set(prefix + key, value);
  } else if (secretRef !== undefined) {
    const found = required(await sources.secret(namespace, secretRef.name ?? ""), "secret", secretRef);
    for (const [key, value] of Object.entries(found?.data ?? {})) variables.set(prefix + key, decodeSecret(value));
  }
}

/** A Secret's value: base64 in the API, text in an environment. */
function decodeSecret(value: string): string {
  return Buffer.from(value, "base64").toString("utf8");
}

function required<T>(found: T | undefined, noun: string, reference: { name?: string; optional?: boolean }) {
  if (found === undefined && reference.optional !== true) throw new Error(`${noun} "${reference.name}" not found`);
  return found;
}

/** Undefined: optional and absent, so the variable is left out. */
async function sourcedValue(input: EnvironmentInput, from: DeepReadonly<EnvVarSource>): Promise<string | undefined> {
  const { pod, container, facts, sources } = input;
  const namespace = pod.metadata.namespace ?? "";
  if (from.fieldRef !== undefined) return fieldValue(pod, from.fieldRef.fieldPath, facts);
  if (from.resourceFieldRef !== undefined) return resourceValue(pod, container, from.resourceFieldRef, facts);
  if (from.configMapKeyRef !== undefined) {
    const reference = from.configMapKeyRef;
    const found = required(await sources.configMap(namespace, reference.name ?? ""), "configmap", reference);
    return keyed(found?.data?.[reference.key], found, `ConfigMap ${namespace}/${reference.name}`, reference);
  }
  if (from.secretKeyRef !== undefined) {
    const reference = from.secretKeyRef;
    const found = required(await sources.secret(namespace, reference.name ?? ""), "secret", reference);
    const value = keyed(found?.data?.[reference.key], found, `Secret ${namespace}/${reference.name}`, reference);
    return value === undefined ? undefined : decodeSecret(value);
  }
  if (from.fileKeyRef !== undefined) return await fileValue(sources, from.fileKeyRef);
  return "";
}

function keyed(
  value: string | undefined,
  found: unknown,
  of: string,
  reference: { key: string; optional?: boolean },
): string | undefined {
  if (value === undefined && found !== undefined && reference.optional !== true)
    throw new Error(`couldn't find key ${reference.key} in ${of}`);
  return value;
}

async function fileValue(
  sources: EnvironmentSources,
  reference: DeepReadonly<NonNullable<EnvVarSource["fileKeyRef"]>>,
): Promise<string | undefined> {
  const text = await sources.volumeFile(reference.volumeName, reference.path);
  let value: string | undefined;
  try {
    value = parseEnvFile(text).get(reference.key);
  } catch (cause) {
    throw new Error("couldn't parse env file", { cause });
  }
  if (value || reference.optional === true) return value || undefined;
  throw new Error(`environment variable key "${reference.key}" not found in file "${reference.path}"`);
}
