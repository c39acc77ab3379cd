import { isAlreadyExists, type ObjectKey } from "@k8ts/api";
import { namespaces, serviceAccounts, type Namespace } from "@k8ts/api/core/v1";
import type { Controller, ControllerContext } from "@k8ts/client";
import { isNamespaceTerminating } from "../errors.ts";

/** The ServiceAccount that pods run as unless they name another. */
const name = "default";

/** Sees to it that every active namespace has its ServiceAccount "default". */
export const serviceAccountController: Controller<Namespace> = {
  name: "service-account-controller",
  for: namespaces,
  watches: [
    {
      resource: serviceAccounts,
      filter: (account) => account.metadata.name === name,
      map: (account) => [{ namespace: "", name: account.metadata.namespace ?? "" }],
    },
  ],
  reconcile,
};

async function reconcile(key: ObjectKey, context: ControllerContext): Promise<void> {
  const namespace = context.informers.of(namespaces).lister.get("", key.name);
  if (namespace?.status?.phase !== "Active" || namespace.metadata.deletionTimestamp !== undefined) return;
  if (context.informers.of(serviceAccounts).lister.get(key.name, name)) return;
  try {
    await context.client.create(serviceAccounts, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace: key.name },
    });
  } catch (error) {
    if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
  }
}
