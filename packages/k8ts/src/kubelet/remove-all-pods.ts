/** Takes every pod off a runtime: what is left when a node goes for good. */
import { killPod } from "./pods/kill-pod.ts";
import { ContainerEvents } from "./pods/container-events.ts";
import { RuntimeView } from "./pods/runtime-view.ts";
import { noFilesystem } from "./filesystem/no-filesystem.ts";
import { realClock, silentLogger, type Clock, type Logger } from "@k8ts/api";
import type { ContainerRuntime } from "./runtimes/runtime.ts";

/** Stops and removes all pods, each with at most `graceSeconds`. Throws the first of what failed, after all were tried. */
export async function removePodsOf(
  runtime: ContainerRuntime,
  clock: Clock,
  logger: Logger,
  graceSeconds: number,
): Promise<void> {
  const view = new RuntimeView({ runtime, files: noFilesystem, clock, logger, changed: () => undefined });
  const events = new ContainerEvents({ event: () => undefined });
  const { signal } = new AbortController();
  try {
    await view.refresh();
    const results = await Promise.allSettled(
      view.pods().map(async (observed) => {
        const request = { pod: undefined, observed, graceOverride: graceSeconds, signal };
        await killPod({ runtime, clock, logger, events }, request);
        for (const { id } of observed.containers) await runtime.removeContainer(id);
        for (const { id } of observed.sandboxes) await runtime.removePodSandbox(id);
      }),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  } finally {
    view.stop();
  }
}

/** Seconds that containers get when a node is taken down. */
const downGraceSeconds = 5;

/** Stops and removes all pods of the containerd at this socket. */
export async function removeAllPods(socket: string): Promise<void> {
  const { createCriRuntime } = await import("./runtimes/cri.ts");
  const runtime = createCriRuntime({ socket, clock: realClock });
  try {
    await removePodsOf(runtime, realClock, silentLogger, downGraceSeconds);
  } finally {
    await runtime.close();
  }
}
