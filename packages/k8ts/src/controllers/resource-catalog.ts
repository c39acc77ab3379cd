/**
 * Which resources the server has, for the controllers that act on all of them (namespace deletion, garbage collection):
 * from our own schema tables, or asked of whatever server the controllers run against.
 */
import type { Resource, Scheme } from "@k8ts/api";
import type { Client, RawResponse } from "@k8ts/client";

/** A resource in one version, with its verbs. */
export interface ServedResource extends Resource {
  readonly verbs: readonly string[];
}

/**
 * Lists what is served now, of each group the preferred version first; asked again whenever that may have changed.
 * Rejects where the server does not tell.
 */
export type ResourceCatalog = () => Promise<readonly ServedResource[]>;

/** True where the resource has all these verbs. */
export const supports = (resource: ServedResource, ...verbs: readonly string[]): boolean =>
  verbs.every((verb) => resource.verbs.includes(verb));

/** Each resource once, in its preferred version. */
export function preferredResources(resources: Iterable<ServedResource>): ServedResource[] {
  const found = new Map<string, ServedResource>();
  for (const resource of resources) {
    const key = `${resource.group}/${resource.resource}`;
    if (!found.has(key)) found.set(key, resource);
  }
  return [...found.values()];
}

/** The built-in resources of a scheme. */
export function schemeCatalog(scheme: Scheme): ResourceCatalog {
  return async () => {
    const resources: ServedResource[] = [];
    for (const { group, version } of scheme.groupVersions()) {
      for (const resource of scheme.resources()) {
        if (resource.group === group && resource.version === version) resources.push(resource);
      }
    }
    return resources;
  };
}

/** What aggregated discovery (apidiscovery.k8s.io/v2) says of a group. */
interface DiscoveredGroup {
  readonly metadata?: { readonly name?: string };
  readonly versions?: readonly {
    readonly version: string;
    readonly freshness?: string;
    readonly resources?: readonly {
      readonly resource: string;
      readonly scope: string;
      readonly verbs: readonly string[];
      readonly responseKind?: { readonly kind?: string };
    }[];
  }[];
}

const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** Asks the server, by aggregated discovery. */
export function discoveryCatalog(client: Client): ResourceCatalog {
  return async () => {
    const groups = (await Promise.all(["/api", "/apis"].map((path) => discover(client, path)))).flat();
    return groups.flatMap(resourcesOf);
  };
}

async function discover(client: Client, path: string): Promise<readonly DiscoveredGroup[]> {
  const response = await client.transport.raw({ method: "GET", path, headers: { accept } });
  const text = await textOf(response);
  if (response.status !== 200) throw new Error(`discovery of ${path} failed with status ${response.status}`);
  const { items } = JSON.parse(text) as { items?: readonly DiscoveredGroup[] };
  if (!items) throw new Error(`discovery of ${path} gave no groups`);
  return items;
}

async function textOf(response: RawResponse): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

function resourcesOf(group: DiscoveredGroup): ServedResource[] {
  const name = group.metadata?.name ?? "";
  return (group.versions ?? []).flatMap(({ version, resources = [] }) =>
    resources.map(({ resource, scope, verbs, responseKind }) => {
      return {
        group: name,
        version,
        resource,
        kind: responseKind?.kind ?? "",
        namespaced: scope === "Namespaced",
        verbs,
      };
    }),
  );
}
