/** What a pod leaves behind when it is gone from the API: containers, sandboxes, logs, its directory. */
import { podLogDirectory } from "../containers/sandbox-config.ts";
import type { ObservedPod } from "./observed-pod.ts";
import { podDirectory, type PodDependencies } from "./pod-dependencies.ts";
import type { DesiredPod } from "./pod-spec.ts";

async function unlessGone(action: Promise<void>): Promise<void> {
  try {
    await action;
  } catch (error) {
    if ((error as { code?: unknown }).code !== "NOT_FOUND") throw error;
  }
}

/** Removes all of it; safe to repeat. Throws where the runtime or the disk refuses. */
export async function removePodRemains(
  { runtime, files, directories }: Pick<PodDependencies, "runtime" | "files" | "directories">,
  observed: ObservedPod,
  pod: DesiredPod | undefined,
): Promise<void> {
  await Promise.all(observed.containers.map(({ id }) => unlessGone(runtime.removeContainer(id))));
  for (const { id } of observed.sandboxes) {
    await unlessGone(runtime.stopPodSandbox(id));
    await unlessGone(runtime.removePodSandbox(id));
  }
  const { uid, name, namespace } = observed;
  const identity: DesiredPod = pod ?? { apiVersion: "v1", kind: "Pod", metadata: { uid, name, namespace } };
  if (identity.metadata.name) await files.remove(podLogDirectory(directories.podLogs, identity));
  await files.remove(podDirectory(directories, uid));
}
