import type { DeepReadonly } from "@k8ts/api";
import { replicaSets, type ReplicaSet } from "@k8ts/api/apps/v1";
import type { LabelSelector } from "@k8ts/api/meta/v1";
import { matcherOf } from "../selectors.ts";
import { replicaController, type ReplicaOwner } from "./replica-controller.ts";

const selectorOf = (owner: DeepReadonly<ReplicaOwner>): DeepReadonly<LabelSelector> | undefined =>
  (owner as DeepReadonly<ReplicaSet>).spec?.selector;

/** Keeps a ReplicaSet's number of pods. */
export const replicaSetController = replicaController({
  name: "replicaset-controller",
  resource: replicaSets,
  selectorOf,
  matcherOf: (owner) => matcherOf(selectorOf(owner) ?? {}),
  reportsTerminating: true,
});
