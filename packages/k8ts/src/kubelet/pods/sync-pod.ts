/** Carries out a plan: sandbox, kills, starts, in the order that upstream's SyncPod keeps. */
import { sandboxConfig, podLogDirectory } from "../containers/sandbox-config.ts";
import { podDns } from "../containers/pod-dns.ts";
import type { PodSandboxConfig } from "../runtimes/runtime.ts";
import type { StartFailure } from "../status/container-statuses.ts";
import { qosClass } from "../status/qos-class.ts";
import type { PodVolumes } from "../volumes/volume.ts";
import { killContainer } from "./kill-container.ts";
import { killPod } from "./kill-pod.ts";
import { podIPs, type ObservedPod } from "./observed-pod.ts";
import { planPod } from "./plan.ts";
import type { PodActions } from "./pod-actions.ts";
import type { PodDependencies } from "./pod-dependencies.ts";
import { ephemeralContainer, ephemeralContainers, initContainers, isHostNetwork, isSidecar } from "./pod-spec.ts";
import { regularContainers, type DesiredPod, type PodContainer } from "./pod-spec.ts";
import type { ResourceAllocation } from "./resource-allocation.ts";
import { resizeContainers } from "./resize-containers.ts";
import { startContainer, StartError } from "./start-container.ts";

/** One pod to bring to what its spec says. */
export interface SyncRequest {
  readonly pod: DesiredPod;
  readonly observed: ObservedPod;
  readonly volumes: PodVolumes;
  /** Why containers could not be started; kept up to date here. */
  readonly failures: Map<string, StartFailure>;
  /** What its containers have of cpu and memory; kept up to date here. */
  readonly resources: ResourceAllocation;
  /** Aborts where the pod is to end. */
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface SyncOutcome {
  /** The runtime was changed: look again. */
  readonly acted: boolean;
  /** Milliseconds until another try; undefined: no need. */
  readonly retryAfter: number | undefined;
  /** Why running containers could not be given other resources. */
  readonly resizeError?: string;
}

/** How soon a container that could not be started is tried again, where nothing says otherwise. */
const retryMilliseconds = 10_000;

/** Plans, and carries the plan out. Throws where the pod as a whole cannot go on (sandbox). */
export async function syncPod(dependencies: PodDependencies, request: SyncRequest): Promise<SyncOutcome> {
  const { pod, observed, resources, signal } = request;
  const verdicts = dependencies.probes.verdicts(observed.uid);
  const actions = planPod(pod, observed, verdicts, resources);
  const acted = await stop(dependencies, request, actions);
  const resizeError = await resize(dependencies, request, actions);
  const resizeRetry = resizeError === undefined ? undefined : retryMilliseconds;
  if (!hasStarts(actions)) return { acted, retryAfter: resizeRetry, resizeError };
  signal.throwIfAborted();
  const sandbox = buildSandboxConfig(dependencies, pod, actions.attempt);
  let sandboxId = actions.sandboxId;
  let ips = podIPs(observed);
  if (actions.createSandbox) {
    sandboxId = await createSandbox(dependencies, pod, sandbox, actions.sandboxId !== "");
    ips = (await dependencies.runtime.podSandboxStatus(sandboxId)).ips;
  }
  if (isHostNetwork(pod)) ips = dependencies.node.hostIPs;
  const starter = new Starter(dependencies, request, sandboxId, sandbox, ips);
  await starter.startAll(actions);
  return { acted: true, retryAfter: starter.retryAfter ?? resizeRetry, resizeError };
}

/** Resolves to what went wrong. */
async function resize(
  dependencies: PodDependencies,
  { pod, resources }: SyncRequest,
  { containersToResize }: PodActions,
): Promise<string | undefined> {
  if (containersToResize.length === 0) return undefined;
  try {
    await resizeContainers(dependencies, pod, resources, containersToResize);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function hasStarts(actions: PodActions): boolean {
  const { createSandbox, killPod } = actions;
  if (killPod && !createSandbox) return false;
  const starts = [actions.ephemeralContainersToStart, actions.initContainersToStart, actions.containersToStart];
  return createSandbox || starts.some((list) => list.length > 0);
}

/** Everything that has to end before something starts. Returns whether anything did. */
async function stop(dependencies: PodDependencies, request: SyncRequest, actions: PodActions): Promise<boolean> {
  const { pod, observed, signal } = request;
  const { runtime } = dependencies;
  if (actions.killPod) {
    if (observed.sandboxes.length === 0) return false;
    if (actions.createSandbox && actions.sandboxId !== "")
      dependencies.events.pod(
        pod,
        "Normal",
        "SandboxChanged",
        "Pod sandbox changed, it will be killed and re-created.",
      );
    await killPod(dependencies, { pod, observed, signal });
    if (actions.createSandbox) await removeInitContainers(dependencies, pod, observed);
    return true;
  }
  const podIP = podIPs(observed)[0] ?? "";
  for (const kill of actions.containersToKill) {
    const container = observed.containers.find((one) => one.id === kill.id)!;
    await killContainer(dependencies, { pod, container, podIP, message: kill.message, reason: kill.reason, signal });
  }
  for (const container of actions.containersToReset) {
    if (container.state === "RUNNING") {
      const reset = { message: "killing", reason: "RestartAllContainers" as const, graceOverride: 0 };
      await killContainer(dependencies, { pod, container, podIP, signal, ...reset });
    }
    await runtime.removeContainer(container.id);
  }
  return actions.containersToKill.length + actions.containersToReset.length > 0;
}

/** A new sandbox starts from the beginning: init containers of the old one must not count as done. */
async function removeInitContainers({ runtime }: PodDependencies, pod: DesiredPod, observed: ObservedPod) {
  const names = new Set(initContainers(pod).map((container) => container.name));
  const old = observed.containers.filter((container) => names.has(container.name));
  await Promise.all(old.map((container) => runtime.removeContainer(container.id)));
}

function buildSandboxConfig({ node, directories, cgroups, events }: PodDependencies, pod: DesiredPod, attempt: number) {
  const { settings, warnings } = podDns(pod, node, node.dns);
  for (const { reason, message } of warnings) events.pod(pod, "Warning", reason, message);
  return sandboxConfig(pod, {
    attempt,
    dns: settings,
    clusterDomain: node.clusterDomain,
    logDirectory: podLogDirectory(directories.podLogs, pod),
    cgroupParent: cgroups.podPath(pod.metadata.uid ?? "", qosClass(pod)),
  });
}

async function createSandbox(
  { runtime, node, files, events }: PodDependencies,
  pod: DesiredPod,
  config: PodSandboxConfig,
  replaces: boolean,
): Promise<string> {
  try {
    await files.makeDirectory(config.logDirectory, 0o755);
    return await runtime.runPodSandbox(config, node.runtimeHandler(pod.spec?.runtimeClassName));
  } catch (error) {
    const { message } = error as Error;
    events.pod(pod, "Warning", "FailedCreatePodSandBox", `Failed to create pod sandbox: ${message}`);
    throw new Error(`cannot ${replaces ? "re-create" : "create"} the sandbox: ${message}`, { cause: error });
  }
}

/** Starts containers one after the other: each sees that the ones before it have started. */
class Starter {
  /** Until the first of the failed ones is tried again. */
  retryAfter: number | undefined;
  readonly #dependencies: PodDependencies;
  readonly #request: SyncRequest;
  readonly #sandboxId: string;
  readonly #sandbox: PodSandboxConfig;
  readonly #podIPs: readonly string[];

  constructor(
    dependencies: PodDependencies,
    request: SyncRequest,
    sandboxId: string,
    sandbox: PodSandboxConfig,
    ips: readonly string[],
  ) {
    this.#dependencies = dependencies;
    this.#request = request;
    this.#sandboxId = sandboxId;
    this.#sandbox = sandbox;
    this.#podIPs = ips;
  }

  async startAll(actions: PodActions): Promise<void> {
    const { pod } = this.#request;
    for (const index of actions.ephemeralContainersToStart)
      await this.#start(ephemeralContainer(ephemeralContainers(pod)[index]!));
    for (const index of actions.initContainersToStart) {
      const spec = initContainers(pod)[index]!;
      // A sidecar that fails does not keep those after it from being tried.
      if (!(await this.#start({ kind: "init", spec })) && !isSidecar(spec)) return;
    }
    for (const index of actions.containersToStart)
      await this.#start({ kind: "container", spec: regularContainers(pod)[index]! });
  }

  /** Whether the container runs. */
  async #start(container: PodContainer): Promise<boolean> {
    const { pod, observed, volumes, failures, resources, signal } = this.#request;
    const { name } = container.spec;
    const place = { sandboxId: this.#sandboxId, sandbox: this.#sandbox, podIPs: this.#podIPs };
    signal.throwIfAborted();
    try {
      await startContainer(this.#dependencies, { pod, container, observed, volumes, signal, ...place });
      resources.setActuated(name, container.spec.resources);
      failures.delete(name);
      return true;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      failures.set(name, { reason: error.reason, message: error.message });
      const retry = error.retryAfter ?? retryMilliseconds;
      this.retryAfter = Math.min(this.retryAfter ?? retry, retry);
      return false;
    }
  }
}
