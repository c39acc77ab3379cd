/** The probes of a node's pods: made as pods' statuses show their containers running, asked by plans and statuses. */
import { parseTime, type DeepReadonly } from "@k8ts/api";
import type { ContainerStatus, PodStatus } from "@k8ts/api/core/v1";
import type { ProbeVerdict, ProbeVerdicts } from "../pods/pod-actions.ts";
import { initContainers, isSidecar, regularContainers, type DesiredPod } from "../pods/pod-spec.ts";
import type { ProbeReadiness } from "../status/pod-status.ts";
import { ProbeWorker, type ProbeOptions, type ProbeType } from "./probe-worker.ts";

type PodProbes = Map<string, ProbeWorker[]>;

/** Probes of all pods. */
export class ProbeManager {
  readonly #options: ProbeOptions;
  /** By pod uid, then container name. */
  readonly #pods = new Map<string, PodProbes>();

  constructor(options: ProbeOptions) {
    this.#options = options;
  }

  /** Begins probing a pod; a pod without probes costs nothing. */
  add(pod: DesiredPod): void {
    const uid = pod.metadata.uid ?? "";
    if (this.#pods.has(uid)) return;
    const probes: PodProbes = new Map();
    for (const container of [...regularContainers(pod), ...initContainers(pod).filter(isSidecar)]) {
      const workers: ProbeWorker[] = [];
      const changed = (): void => this.#options.changed(uid);
      const specs = {
        Startup: container.startupProbe,
        Readiness: container.readinessProbe,
        Liveness: container.livenessProbe,
      };
      for (const [type, probe] of Object.entries(specs)) {
        if (probe === undefined) continue;
        workers.push(new ProbeWorker(this.#options, type as ProbeType, container, probe, changed));
      }
      if (workers.length > 0) probes.set(container.name, workers);
    }
    if (probes.size > 0) this.#pods.set(uid, probes);
  }

  /** Shows probes what has become of their containers. */
  observe(pod: DesiredPod, status: DeepReadonly<PodStatus>): void {
    const probes = this.#pods.get(pod.metadata.uid ?? "");
    if (probes === undefined) return;
    const podIP = status.podIP ?? "";
    for (const one of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
      for (const worker of probes.get(one.name) ?? []) {
        const known = previousStatus(pod, one.name);
        worker.observe({
          pod,
          podIP,
          phase: status.phase,
          status: known,
          ...running(one),
          started: one.started === true,
        });
      }
    }
  }

  /** The pod is ending: nothing of it is to be restarted; whether it is ready still counts. */
  stopRestarting(uid: string): void {
    for (const workers of this.#pods.get(uid)?.values() ?? [])
      for (const worker of workers) if (worker.type !== "Readiness") worker.settle("Success");
  }

  /** Forgets the pod. */
  remove(uid: string): void {
    for (const workers of this.#pods.get(uid)?.values() ?? []) for (const worker of workers) worker.stop();
    this.#pods.delete(uid);
  }

  /** Stops all. */
  stop(): void {
    for (const uid of this.#pods.keys()) this.remove(uid);
  }

  /** What the pod's probes say, for its plan. */
  verdicts(uid: string): ProbeVerdicts {
    const probes = this.#pods.get(uid);
    const says = (type: ProbeType, containerId: string): ProbeVerdict => {
      for (const workers of probes?.values() ?? [])
        for (const worker of workers) {
          const verdict = worker.type === type ? worker.verdict(containerId) : undefined;
          if (verdict !== undefined) return verdict;
        }
      return undefined;
    };
    return { liveness: (id) => says("Liveness", id), startup: (id) => says("Startup", id) };
  }

  /** What the pod's probes say of its containers, for its status. */
  readiness(uid: string): ProbeReadiness {
    const probes = this.#pods.get(uid);
    const says = (type: ProbeType, name: string, containerId: string): boolean => {
      const worker = probes?.get(name)?.find((one) => one.type === type);
      return worker === undefined || worker.verdict(containerId) === "Success";
    };
    return {
      started: (name, containerId) => says("Startup", name, containerId),
      ready: (name, containerId) => says("Readiness", name, containerId),
    };
  }
}

/** The API's word on a container: all that is known of one which ran before this kubelet. */
function previousStatus(pod: DesiredPod, name: string): DeepReadonly<ContainerStatus> | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  return [...containerStatuses, ...initContainerStatuses].find((status) => status.name === name);
}

function running({ containerID, state }: DeepReadonly<ContainerStatus>): { containerId: string; startedAt: number } {
  const startedAt = state?.running?.startedAt;
  const containerId = containerID?.slice(containerID.indexOf("://") + 3) ?? "";
  return { containerId, startedAt: startedAt === undefined ? 0 : parseTime(startedAt) };
}
