/** Making and deleting pods for a controller, telling the events that people know. */
import { cloneJson, isNotFound, ownerReference, type DeepReadonly, type KubernetesObject } from "@k8ts/api";
import { pods, type Pod, type PodTemplateSpec } from "@k8ts/api/core/v1";
import type { ControllerContext } from "@k8ts/client";
import { errorText, isNamespaceTerminating } from "../errors.ts";

const longestName = 253;

/** The pod that a template makes for `owner`, named with the owner's name as prefix. */
export function podFromTemplate(
  template: DeepReadonly<PodTemplateSpec>,
  owner: DeepReadonly<KubernetesObject>,
  kind: { readonly apiVersion: string; readonly kind: string },
): Pod {
  const { name = "", namespace = "" } = owner.metadata;
  const { labels = {}, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      generateName: name.length < longestName ? `${name}-` : name,
      namespace,
      labels: { ...labels },
      ...(annotations && { annotations: { ...annotations } }),
      ...(finalizers && { finalizers: [...finalizers] }),
      ownerReferences: [ownerReference({ ...kind, metadata: owner.metadata })],
    },
    ...(template.spec && { spec: cloneJson(template.spec) }),
  };
}

/** Creates a pod; tells SuccessfulCreate or FailedCreate about its owner. */
export async function createPod(
  context: ControllerContext,
  owner: DeepReadonly<KubernetesObject>,
  pod: Pod,
): Promise<void> {
  if (Object.keys(pod.metadata.labels ?? {}).length === 0) throw new Error("unable to create pods, no labels");
  try {
    const created = await context.client.create(pods, pod);
    context.recorder.event(owner, "Normal", "SuccessfulCreate", `Created pod: ${created.metadata.name}`);
  } catch (error) {
    if (!isNamespaceTerminating(error)) {
      context.recorder.event(owner, "Warning", "FailedCreate", `Error creating: ${errorText(error)}`);
    }
    throw error;
  }
}

/** Deletes a pod; tells SuccessfulDelete or FailedDelete about its owner. Throws NotFound as it is. */
export async function deletePod(
  context: ControllerContext,
  owner: DeepReadonly<KubernetesObject>,
  pod: DeepReadonly<Pod>,
): Promise<void> {
  const { namespace = "", name = "" } = pod.metadata;
  try {
    await context.client.delete(pods, { namespace, name });
  } catch (error) {
    if (isNotFound(error)) throw error;
    context.recorder.event(owner, "Warning", "FailedDelete", `Error deleting: ${errorText(error)}`);
    throw new Error(`unable to delete pods: ${errorText(error)}`, { cause: error });
  }
  context.recorder.event(owner, "Normal", "SuccessfulDelete", `Deleted pod: ${name}`);
}
