/** Observed pods and specs in a few words, for table tests. */
import type { Container, Pod, PodSpec } from "@k8ts/api/core/v1";
import { containerHash } from "../containers/container-hash.ts";
import type { ObservedContainer, ObservedPod } from "../pods/observed-pod.ts";
import { allContainers } from "../pods/pod-spec.ts";
import type { PodSandboxStatus } from "../runtimes/runtime.ts";

/** A pod whose containers are named, or given. */
export function podOf(containers: readonly (string | Container)[], spec: Partial<PodSpec> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pod", namespace: "default", uid: "uid-1" },
    spec: {
      restartPolicy: "Always",
      containers: containers.map((one) => (typeof one === "string" ? { name: one, image: "image" } : one)),
      ...spec,
    },
  };
}

/** "a:running b:exited(1) c:created", newest first; a sandbox where `sandbox` says so. */
export function observedOf(pod: Pod, text: string, sandbox: "READY" | "NOTREADY" | "none" = "READY"): ObservedPod {
  const containers = text
    .split(" ")
    .filter(Boolean)
    .map((entry, index): ObservedContainer => {
      const [, name = "", state = "", code] = /^(.+):(\w+?)(?:\((\d+)\))?$/.exec(entry) ?? [];
      const spec = allContainers(pod).find((one) => one.spec.name === name)?.spec;
      return {
        id: `${name}-id`,
        name,
        sandboxId: "sandbox-0",
        state: state.toUpperCase() as ObservedContainer["state"],
        hash: spec && containerHash(spec),
        restartCount: 0,
        createdAt: 1000 - index,
        startedAt: 1000,
        finishedAt: 2000,
        exitCode: Number(code ?? 0),
        reason: state === "exited" ? (Number(code ?? 0) === 0 ? "Completed" : "Error") : "",
        message: "",
        image: "image",
        imageRef: "sha256:0",
        logPath: "",
        annotations: {},
      };
    });
  const sandboxes: PodSandboxStatus[] = sandbox === "none" ? [] : [sandboxOf(sandbox)];
  return { uid: "uid-1", name: "pod", namespace: "default", sandboxes, containers };
}

function sandboxOf(state: "READY" | "NOTREADY"): PodSandboxStatus {
  const metadata = { name: "pod", uid: "uid-1", namespace: "default", attempt: 0 };
  return {
    id: "sandbox-0",
    metadata,
    state,
    createdAt: 0n,
    labels: {},
    annotations: {},
    runtimeHandler: "",
    ips: ["10.1.0.2"],
  };
}
