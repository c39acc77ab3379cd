/** What plugins are made of: what they may see and do beside the request itself. */
import type { KubernetesObject } from "@k8ts/api";
import type { Attributes, Verdict } from "../auth/index.ts";
import type { RequestContext } from "../registry/context.ts";
import type { LookupResource } from "./lookup.ts";

/** Changes the status of one object, given as it is now; returns undefined to leave it as it is. */
export type ChangeStatus = (
  context: RequestContext,
  target: { readonly group: string; readonly resource: string; readonly namespace: string; readonly name: string },
  change: (object: KubernetesObject) => KubernetesObject | undefined,
) => Promise<void>;

/** Handed to every plugin when it is made. */
export interface AdmissionParts {
  readonly lookup: LookupResource;
  /** Asks whether somebody may do something. */
  authorize(attributes: Attributes): Verdict | Promise<Verdict>;
  /** Writes the usage that ResourceQuota counts. Retries on conflict; throws StatusError. */
  readonly changeStatus: ChangeStatus;
}
