/** A quota of cpu or memory wants every container to say how much of it it takes. */
import type { DeepReadonly } from "@k8ts/api";
import type { Pod } from "@k8ts/api/core/v1";

const wanted = ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];

/** "must specify cpu for: web; memory for: web"; undefined where nothing is missing. */
export function missingAmounts(
  { spec }: DeepReadonly<Pod>,
  hard: Readonly<Record<string, string>>,
): string | undefined {
  if (!spec || Object.keys({ ...spec.resources?.requests, ...spec.resources?.limits }).length > 0) return undefined;
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const lacking = (name: string): string[] => {
    const field = name.startsWith("limits.") ? "limits" : "requests";
    const amount = name.slice(name.indexOf(".") + 1);
    return containers.filter(({ resources }) => resources?.[field]?.[amount] === undefined).map((one) => one.name);
  };
  const missing = wanted
    .filter((name) => hard[name] !== undefined)
    .map((name) => ({ name, containers: [...new Set(lacking(name))].sort() }))
    .filter((one) => one.containers.length > 0);
  if (missing.length === 0) return undefined;
  return `must specify ${missing.map((one) => `${one.name} for: ${one.containers.join(",")}`).join("; ")}`;
}
