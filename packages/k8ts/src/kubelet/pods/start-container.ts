/** Starts one container: image, configuration, create, start, postStart. Whatever fails becomes what the container waits for. */
import { configMaps, secrets, type Secret } from "@k8ts/api/core/v1";
import type { DeepReadonly } from "@k8ts/api";
import { containerConfig } from "../containers/container-config.ts";
import { containerMounts } from "../containers/container-mounts.ts";
import { containerEnvironment, type EnvironmentSources } from "../containers/environment.ts";
import type { NodeFacts } from "../containers/field-reference.ts";
import { runHook } from "../containers/lifecycle-hooks.ts";
import { podLogDirectory } from "../containers/sandbox-config.ts";
import { linkedServices, serviceEnvironment } from "../containers/service-environment.ts";
import { ImageError } from "../images/image-manager.ts";
import type { ContainerConfig, Image, PodSandboxConfig } from "../runtimes/runtime.ts";
import type { PodVolumes } from "../volumes/volume.ts";
import { killContainer } from "./kill-container.ts";
import { latestContainer, type ObservedPod } from "./observed-pod.ts";
import { podDirectory, type PodDependencies } from "./pod-dependencies.ts";
import { podText, type DesiredPod, type PodContainer } from "./pod-spec.ts";
import { durationText } from "./backoff.ts";
import { containerHash } from "../containers/container-hash.ts";

/** Thrown where a container could not be started; `reason` is what its status waits for. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly reason: string;
  /** Milliseconds after which another try makes sense; undefined: soon. */
  readonly retryAfter: number | undefined;

  constructor(reason: string, message: string, retryAfter?: number) {
    super(message);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

/** One container to start. */
export interface StartRequest {
  readonly pod: DesiredPod;
  readonly container: PodContainer;
  readonly observed: ObservedPod;
  readonly sandboxId: string;
  readonly sandbox: PodSandboxConfig;
  readonly podIPs: readonly string[];
  readonly volumes: PodVolumes;
  /** Aborts where the pod is to end. */
  readonly signal: AbortSignal;
}

/** Resolves when the container runs (and its postStart hook is through). Throws StartError, or the signal's reason. */
export async function startContainer(dependencies: PodDependencies, request: StartRequest): Promise<void> {
  const { events, runtime, node } = dependencies;
  const { pod, container, signal } = request;
  checkBackoff(dependencies, request);
  const say = (type: "Normal" | "Warning", reason: string, message: string): void =>
    events.container(pod, container.spec.name, type, reason, message);
  const failed = (error: unknown): string => {
    const { message } = error as Error;
    say("Warning", "Failed", `Error: ${message}`);
    return message;
  };
  const image = await ensureImage(dependencies, request, say);
  signal.throwIfAborted();
  let config: ContainerConfig;
  try {
    config = await configure(dependencies, request, image);
  } catch (error) {
    throw new StartError("CreateContainerConfigError", failed(error));
  }
  signal.throwIfAborted();
  let id: string;
  try {
    id = await runtime.createContainer(request.sandboxId, config, request.sandbox);
  } catch (error) {
    throw new StartError("CreateContainerError", failed(error));
  }
  say("Normal", "Created", "Container created");
  try {
    await runtime.startContainer(id);
  } catch (error) {
    throw new StartError("RunContainerError", failed(error));
  }
  say("Normal", "Started", "Container started");
  dependencies.logger.debug("Started a container", {
    pod: podText(pod),
    container: container.spec.name,
    node: node.nodeName,
  });
  await postStart(dependencies, request, id);
}

function crashKey({ pod, container }: StartRequest): string {
  return `${pod.metadata.uid}_${container.spec.name}_${containerHash(container.spec)}`;
}

/** A container that keeps ending waits ever longer before it starts again. */
function checkBackoff({ crashes, events }: PodDependencies, request: StartRequest): void {
  const { pod, container, observed } = request;
  const { name } = container.spec;
  const last = observed.containers.find((one) => one.name === name && one.state === "EXITED");
  if (last === undefined) return;
  const key = crashKey(request);
  const wait = crashes.left(key, last.finishedAt);
  if (wait > 0) {
    const text = podText(pod);
    events.container(pod, name, "Warning", "BackOff", `Back-off restarting failed container ${name} in pod ${text}`);
    const message = `back-off ${durationText(crashes.get(key))} restarting failed container=${name} pod=${text}`;
    throw new StartError("CrashLoopBackOff", message, wait);
  }
  crashes.next(key, last.finishedAt);
}

type Say = (type: "Normal" | "Warning", reason: string, message: string) => void;

async function ensureImage(dependencies: PodDependencies, request: StartRequest, say: Say): Promise<Image> {
  const { pod, container, sandbox, signal } = request;
  const { image = "", imagePullPolicy: policy } = container.spec;
  const wanted = dependencies.images.ensure({
    pod,
    image,
    policy,
    sandbox,
    report: say,
    secrets: () => pullSecrets(dependencies, pod),
  });
  try {
    return await untilAborted(wanted, signal);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    say("Warning", "Failed", `Error: ${error.reason}`);
    throw new StartError(error.reason, error.message, error.retryAfter);
  }
}

/** The promise's result, or the signal's reason as soon as it aborts. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason as Error);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    promise.catch(() => undefined);
    aborted.promise.catch(() => undefined);
  }
}

async function pullSecrets({ volumes, events }: PodDependencies, pod: DesiredPod): Promise<DeepReadonly<Secret>[]> {
  const found: DeepReadonly<Secret>[] = [];
  const missing: string[] = [];
  for (const { name = "" } of pod.spec?.imagePullSecrets ?? []) {
    if (name === "") continue;
    const secret = await volumes.object(pod, secrets, name).catch(() => undefined);
    if (secret === undefined) missing.push(name);
    else found.push(secret);
  }
  if (missing.length > 0) {
    const message = `Unable to retrieve some image pull secrets (${missing.join(", ")}); attempting to pull the image may not succeed.`;
    events.pod(pod, "Warning", "FailedToRetrieveImagePullSecret", message);
  }
  return found;
}

/** What a pod does not know of itself. */
function nodeFacts({ node }: PodDependencies, podIPs: readonly string[]): NodeFacts {
  return { podIPs, hostIPs: node.hostIPs, allocatable: node.allocatable() };
}

async function configure(dependencies: PodDependencies, request: StartRequest, image: Image): Promise<ContainerConfig> {
  const { node, files, random, directories } = dependencies;
  const { pod, container, podIPs, volumes, observed } = request;
  const { namespace = "", uid = "" } = pod.metadata;
  const services = linkedServices(node.services(), namespace, pod.spec?.enableServiceLinks !== false);
  const variables = await containerEnvironment({
    pod,
    container: container.spec,
    services: serviceEnvironment(services),
    facts: nodeFacts(dependencies, podIPs),
    sources: environmentSources(dependencies, request),
  });
  const restartCount = await nextRestartCount(dependencies, request);
  const mounts = await containerMounts({
    pod,
    container: container.spec,
    files,
    random,
    podDirectory: podDirectory(directories, uid),
    podIPs,
    clusterDomain: node.clusterDomain,
    volumes,
    variables,
  });
  const { memoryCapacity, profiles } = node;
  const targetId = targetOf(container, observed);
  const settings = { restartCount, image, variables, mounts, memoryCapacity, profiles, targetId };
  const config = containerConfig(pod, container, settings);
  const logs = `${podLogDirectory(directories.podLogs, pod)}/${container.spec.name}`;
  await files.makeDirectory(logs, 0o755);
  return config;
}

function environmentSources({ volumes, files }: PodDependencies, request: StartRequest): EnvironmentSources {
  const { pod } = request;
  return {
    configMap: (_, name) => volumes.object(pod, configMaps, name),
    secret: (_, name) => volumes.object(pod, secrets, name),
    async volumeFile(volume, path) {
      const mounted = request.volumes.get(volume);
      if (mounted === undefined) throw new Error(`cannot find the volume "${volume}" referenced by FileKeyRef`);
      if (path.split("/").includes("..")) throw new Error(`path "${path}" must not contain '..'`);
      return new TextDecoder().decode(await files.readFile(`${mounted.path}/${path}`));
    },
  };
}

function targetOf(container: PodContainer, observed: ObservedPod): string | undefined {
  const name = container.targetContainerName;
  if (!name) return undefined;
  const target = latestContainer(observed, name);
  if (target === undefined) throw new Error(`unable to find target container ${name}`);
  return target.id;
}

/** One more than the newest attempt's; where the runtime has forgotten it, the logs that are left tell. */
async function nextRestartCount({ files, directories }: PodDependencies, request: StartRequest): Promise<number> {
  const { pod, container, observed } = request;
  const latest = latestContainer(observed, container.spec.name);
  if (latest !== undefined) return latest.restartCount + 1;
  const logs = `${podLogDirectory(directories.podLogs, pod)}/${container.spec.name}`;
  let count = 0;
  for (const file of files.real ? await files.list(logs).catch(() => []) : []) {
    const match = /^(\d+)\.log(\..*)?$/.exec(file);
    if (match !== null) count = Math.max(count, Number(match[1]) + 1);
  }
  return count;
}

async function postStart(dependencies: PodDependencies, request: StartRequest, containerId: string): Promise<void> {
  const { pod, container, podIPs, signal } = request;
  const { spec } = container;
  const handler = spec.lifecycle?.postStart;
  if (handler === undefined) return;
  const { runtime, clock, events, logger } = dependencies;
  const podIP = podIPs[0] ?? "";
  const hook = runHook(handler, { pod, container: spec, containerId, podIP, runtime, clock, signal });
  try {
    await untilAborted(hook, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    logger.warn("PostStart hook failed", { pod: podText(pod), container: spec.name, error });
    events.container(pod, spec.name, "Warning", "FailedPostStartHook", "PostStartHook failed");
    const dying = { id: containerId, name: spec.name, annotations: {} };
    const kill = {
      pod,
      container: dying,
      podIP,
      message: "FailedPostStartHook",
      reason: "FailedPostStartHook" as const,
    };
    await killContainer(dependencies, { ...kill, signal });
    throw new StartError("PostStartHookError", (error as Error).message);
  }
}
