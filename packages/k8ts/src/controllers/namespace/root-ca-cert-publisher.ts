import { cloneJson, deepEqual, isAlreadyExists, isNotFound, type ObjectKey } from "@k8ts/api";
import { configMaps, namespaces, type ConfigMap, type Namespace } from "@k8ts/api/core/v1";
import type { Controller, ControllerContext } from "@k8ts/client";
import { isNamespaceTerminating } from "../errors.ts";

/** The ConfigMap that projected service-account volumes mount. */
const name = "kube-root-ca.crt";
const descriptionAnnotation = "kubernetes.io/description";
const description =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal " +
  "service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

/** Publishes the API server's CA (PEM) to every namespace, as ConfigMap kube-root-ca.crt, and keeps it so. */
export function rootCaCertPublisher(certificate: string): Controller<Namespace> {
  return {
    name: "root-ca-cert-publisher",
    for: namespaces,
    watches: [
      {
        resource: configMaps,
        filter: (map) => map.metadata.name === name,
        map: (map) => [{ namespace: "", name: map.metadata.namespace ?? "" }],
      },
    ],
    reconcile: (key, context) => reconcile(certificate, key, context),
  };
}

async function reconcile(certificate: string, key: ObjectKey, context: ControllerContext): Promise<void> {
  const namespace = context.informers.of(namespaces).lister.get("", key.name);
  if (!namespace || namespace.metadata.deletionTimestamp !== undefined) return;
  const data = { "ca.crt": certificate };
  const current = context.informers.of(configMaps).lister.get(key.name, name);
  if (!current) return create(context, key.name, data);
  const described = (current.metadata.annotations?.[descriptionAnnotation] ?? "") !== "";
  if (described && deepEqual(current.data, data)) return;
  const next = cloneJson(current) as ConfigMap;
  next.data = data;
  next.metadata.annotations = { ...next.metadata.annotations, [descriptionAnnotation]: description };
  await context.client.update(configMaps, next);
}

async function create(context: ControllerContext, namespace: string, data: Record<string, string>): Promise<void> {
  const metadata = { name, namespace, annotations: { [descriptionAnnotation]: description } };
  try {
    await context.client.create(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata, data });
  } catch (error) {
    // One that is there already is looked at when the cache shows it.
    if (!isAlreadyExists(error) && !isNotFound(error) && !isNamespaceTerminating(error)) throw error;
  }
}
