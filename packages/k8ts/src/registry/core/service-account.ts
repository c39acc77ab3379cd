/** ServiceAccounts: what the store must know of them. */
import type { ServiceAccount } from "@k8ts/api/core/v1";
import { ageColumn, nameColumn } from "../printing/columns.ts";
import type { Strategy } from "../strategy.ts";

/** A reference to a secret is its name and nothing more. */
function cleanSecrets(object: ServiceAccount): void {
  if (object.secrets) object.secrets = object.secrets.map(({ name }) => ({ name }));
}

const mountable = "kubernetes.io/enforce-mountable-secrets";

/** ServiceAccounts. */
export const serviceAccount: Strategy<ServiceAccount> = {
  group: "",
  resource: "serviceaccounts",
  prepareForCreate: cleanSecrets,
  prepareForUpdate: cleanSecrets,
  warnings: ({ metadata }, old) =>
    metadata.annotations?.[mountable] !== undefined && old?.metadata.annotations?.[mountable] === undefined
      ? [
          `metadata.annotations[${mountable}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
        ]
      : [],
  columns: [nameColumn, ageColumn],
};
