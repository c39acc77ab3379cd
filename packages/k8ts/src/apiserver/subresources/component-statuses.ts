/** componentstatuses: how the parts of the control plane are, asked when somebody looks. Deprecated, still printed. */
import { notFound } from "@k8ts/api";
import type { ComponentStatus } from "@k8ts/api/core/v1";
import type { Verb } from "../resource-call.ts";
import type { Subresource } from "./subresource.ts";

/** Asks one component: undefined where it is well, else why it is not. */
export interface ComponentCheck {
  readonly name: string;
  check(): Promise<string | undefined>;
}

async function statusOf({ name, check }: ComponentCheck): Promise<ComponentStatus> {
  const fault = await check();
  const condition =
    fault === undefined
      ? { type: "Healthy", status: "True", message: "ok" }
      : { type: "Healthy", status: "False", message: fault };
  return { kind: "ComponentStatus", apiVersion: "v1", metadata: { name }, conditions: [condition] } as ComponentStatus;
}

const deprecation = "v1 ComponentStatus is deprecated in v1.19+";

/** Serves the given components. */
export function componentStatuses(checks: readonly ComponentCheck[]): Subresource {
  const get: Verb = async (call) => {
    call.context.warnings.push(deprecation);
    const check = checks.find(({ name }) => name === call.name);
    if (!check) throw notFound(call.resource, call.name);
    return { type: "object", status: 200, object: await statusOf(check) };
  };
  const list: Verb = async (call) => {
    call.context.warnings.push(deprecation);
    const items = await Promise.all(checks.map(statusOf));
    const object = { kind: "ComponentStatusList", apiVersion: "v1", metadata: {}, items };
    return { type: "object", status: 200, object };
  };
  return { verbs: { get, list } };
}
