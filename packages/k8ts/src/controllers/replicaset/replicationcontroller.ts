import type { DeepReadonly } from "@k8ts/api";
import { replicationControllers, type ReplicationController } from "@k8ts/api/core/v1";
import type { LabelSelector } from "@k8ts/api/meta/v1";
import { mapMatcherOf } from "../selectors.ts";
import { replicaController, type ReplicaOwner } from "./replica-controller.ts";

const labelsOf = (owner: DeepReadonly<ReplicaOwner>): Readonly<Record<string, string>> =>
  (owner as DeepReadonly<ReplicationController>).spec?.selector ?? {};

/** A ReplicationController's selector is a plain map of labels; an absent or empty one selects nothing. */
function selectorOf(owner: DeepReadonly<ReplicaOwner>): DeepReadonly<LabelSelector> | undefined {
  const matchLabels = labelsOf(owner);
  return Object.keys(matchLabels).length > 0 ? { matchLabels } : undefined;
}

/** Keeps a ReplicationController's number of pods: the ReplicaSet's elder. */
export const replicationController = replicaController({
  name: "replication-controller",
  resource: replicationControllers,
  selectorOf,
  matcherOf: (owner) => mapMatcherOf(labelsOf(owner)),
  reportsTerminating: false,
});
