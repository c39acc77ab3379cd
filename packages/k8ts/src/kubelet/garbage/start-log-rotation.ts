/** Rotation of the logs of the containers that run on a node. */
import type { Clock, Logger } from "@k8ts/api";
import type { KubeletConfig } from "../config.ts";
import { LogRotation, type RotatableLog } from "../logs/index.ts";
import { runningContainers } from "../pods/observed-pod.ts";
import type { RuntimeView } from "../pods/runtime-view.ts";
import type { ContainerRuntime } from "../runtimes/runtime.ts";

/** What rotation is handed. */
export interface NodeLogRotationOptions {
  readonly runtime: ContainerRuntime;
  readonly view: RuntimeView;
  readonly config: Pick<KubeletConfig, "containerLogMaxSize" | "containerLogMaxFiles">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Starts rotating; the result's `stop` ends it. */
export function startLogRotation({ runtime, view, config, clock, logger }: NodeLogRotationOptions): LogRotation {
  const logs = (): RotatableLog[] =>
    view.pods().flatMap((pod) => runningContainers(pod).map(({ id, logPath }) => ({ containerId: id, path: logPath })));
  const rotation = new LogRotation({
    logs,
    reopen: (id) => runtime.reopenContainerLog(id),
    clock,
    logger,
    maxSize: config.containerLogMaxSize,
    maxFiles: config.containerLogMaxFiles,
  });
  rotation.start();
  return rotation;
}
