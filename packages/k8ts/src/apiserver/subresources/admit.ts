/** Admission for what is not written by a store: bindings, evictions, token requests, connections. */
import type { KubernetesObject } from "@k8ts/api";
import type { AdmissionRequest } from "../../admission/admission.ts";
import type { ResourceCall } from "../resource-call.ts";

/** What is about to happen. */
export interface AdmitOptions {
  readonly operation: "CREATE" | "CONNECT";
  readonly object: unknown;
  readonly options: unknown;
  readonly dryRun: boolean;
  readonly subresource?: string;
}

/** Runs mutating, then validating admission; throws what they throw. */
export async function admit(call: ResourceCall, what: AdmitOptions): Promise<void> {
  const request: AdmissionRequest = {
    operation: what.operation,
    resource: call.resource,
    subresource: what.subresource ?? call.subresource,
    namespace: call.namespace,
    name: call.name,
    object: what.object as KubernetesObject,
    oldObject: undefined,
    options: what.options,
    dryRun: what.dryRun,
    context: call.context,
  };
  await call.services.admission.admit(request);
  await call.services.admission.validate(request);
}
