/** The ReplicaSet that a Deployment's template asks for. */
import { cloneJson, groupVersionOf, ownerReference, podTemplateHash } from "@k8ts/api";
import { deployments, type ReplicaSet } from "@k8ts/api/apps/v1";
import { templateHashLabel, type ReadDeployment, type ReadReplicaSet } from "./replica-set-lists.ts";
import { newSetAnnotations } from "./revisions.ts";
import { currentSetReplicas } from "./scale-plan.ts";

const longestName = 253;

/** "name-hash", the Deployment's name cut where the whole would be too long. */
export function replicaSetName(deployment: string, hash: string): string {
  const room = longestName - 1 - hash.length;
  return `${deployment.slice(0, room)}-${hash}`;
}

/**
 * A new ReplicaSet of the Deployment's template: its name is the template's hash, so that making it twice finds the
 * first. `old` are the other ReplicaSets, whose pods count against the surge.
 */
export function newReplicaSet(
  deployment: ReadDeployment,
  old: readonly ReadReplicaSet[],
  revision: bigint,
): ReplicaSet {
  const { name = "", namespace = "" } = deployment.metadata;
  const template = cloneJson(deployment.spec!.template);
  const hash = podTemplateHash(template, deployment.status?.collisionCount);
  const selector = cloneJson(deployment.spec!.selector);
  const labels = { ...template.metadata?.labels, [templateHashLabel]: hash };
  const kind = { apiVersion: groupVersionOf(deployments), kind: deployments.kind };
  const minReadySeconds = deployment.spec?.minReadySeconds;
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: replicaSetName(name, hash),
      namespace,
      labels: { ...labels },
      annotations: newSetAnnotations(deployment, revision),
      ownerReferences: [ownerReference({ ...kind, metadata: deployment.metadata })],
    },
    spec: {
      replicas: currentSetReplicas(deployment, old, 0),
      ...(minReadySeconds && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [templateHashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
