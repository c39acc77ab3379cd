/**
 * The indexes that keep controllers' cost per event independent of the cluster's size: objects by their controller's
 * uid, pods by node, objects by label, and selecting objects (Services, ReplicaSets) by one label they ask for.
 */
import { controllerOf, type DeepReadonly, type KubernetesObject, type LabelMatcher } from "@k8ts/api";
import type { Pod } from "@k8ts/api/core/v1";
import type { LabelSelector } from "@k8ts/api/meta/v1";
import type { Informer, Lister } from "@k8ts/client";
import { matcherOf } from "./selectors.ts";

const controllerIndex = "controllerUid";
const nodeIndex = "nodeName";
const labelIndex = "namespacedLabel";
const selectorIndex = "namespacedSelector";

/** Indexes objects by the uid of their controller; see `controlledBy`. */
export function indexByController<T extends KubernetesObject>(informer: Informer<T>): void {
  informer.addIndex(controllerIndex, (object) => {
    const reference = controllerOf(object as DeepReadonly<KubernetesObject>);
    return reference ? [reference.uid] : [];
  });
}

/** The objects whose controller has this uid. */
export function controlledBy<T>(lister: Lister<T>, uid: string): readonly DeepReadonly<T>[] {
  return lister.byIndex(controllerIndex, uid);
}

/** Indexes pods by the node they are bound to; see `podsOnNode`. */
export function indexByNode(informer: Informer<Pod>): void {
  informer.addIndex(nodeIndex, (pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []));
}

/** The pods bound to a node. */
export function podsOnNode(lister: Lister<Pod>, node: string): readonly DeepReadonly<Pod>[] {
  return lister.byIndex(nodeIndex, node);
}

const labelKey = (namespace: string, name: string, value: string): string => `${namespace}/${name}=${value}`;
const anyLabels = (namespace: string): string => `${namespace}/`;

/** Indexes objects by each of their labels within their namespace; see `objectsMatching`. */
export function indexByLabels<T extends KubernetesObject>(informer: Informer<T>): void {
  informer.addIndex(labelIndex, (object) => {
    const { namespace = "", labels } = (object as DeepReadonly<KubernetesObject>).metadata;
    const keys: string[] = [];
    for (const name in labels) keys.push(labelKey(namespace, name, labels[name]!));
    return keys;
  });
}

/** Objects of a namespace that a selector matches, found through its rarest label. */
export function objectsMatching<T extends KubernetesObject>(
  lister: Lister<T>,
  namespace: string,
  selector: DeepReadonly<LabelSelector>,
  matcher: LabelMatcher = matcherOf(selector),
): DeepReadonly<T>[] {
  let candidates: readonly DeepReadonly<T>[] | undefined;
  for (const name in selector.matchLabels) {
    const found = lister.byIndex(labelIndex, labelKey(namespace, name, selector.matchLabels[name]!));
    if (!candidates || found.length < candidates.length) candidates = found;
  }
  candidates ??= lister.list(namespace);
  return candidates.filter((object) => matcher.matches((object as DeepReadonly<KubernetesObject>).metadata.labels));
}

/**
 * Indexes objects that select others by one label of their selector: any object they select has that label, so
 * `selecting` looks only there. Selectors without matchLabels are kept apart and always looked at.
 */
export function indexBySelector<T extends KubernetesObject>(
  informer: Informer<T>,
  labelsOf: (object: DeepReadonly<T>) => Readonly<Record<string, string>> | undefined,
): void {
  informer.addIndex(selectorIndex, (object) => {
    const namespace = (object as DeepReadonly<KubernetesObject>).metadata.namespace ?? "";
    const labels = labelsOf(object) ?? {};
    const name = rarestLabel(labels);
    return [name === undefined ? anyLabels(namespace) : labelKey(namespace, name, labels[name]!)];
  });
}

/** The label that tells most: a template's hash where there is one, else the first. */
function rarestLabel(labels: Readonly<Record<string, string>>): string | undefined {
  return "pod-template-hash" in labels ? "pod-template-hash" : Object.keys(labels)[0];
}

/** The objects of a namespace whose selector may match these labels; the caller matches the whole selector. */
export function selecting<T>(
  lister: Lister<T>,
  namespace: string,
  labels: Readonly<Record<string, string>> | undefined,
): DeepReadonly<T>[] {
  const found = [...lister.byIndex(selectorIndex, anyLabels(namespace))];
  for (const name in labels) found.push(...lister.byIndex(selectorIndex, labelKey(namespace, name, labels[name]!)));
  return found;
}
