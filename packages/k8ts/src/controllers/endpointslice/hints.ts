/** Routing hints for spec.trafficDistribution: each ready endpoint is meant for its own zone, or node (KEP-4444). */
import { deepEqual, type DeepReadonly } from "@k8ts/api";
import type { Endpoint, EndpointHints, EndpointSlice } from "@k8ts/api/discovery/v1";
import type { ReadService } from "./service-pods.ts";

const preferences: ReadonlySet<string> = new Set(["PreferClose", "PreferSameZone", "PreferSameNode"]);

/** The Service's preference where it is one that gives hints. */
function preferenceOf(service: ReadService): string | undefined {
  const wanted = service.spec?.trafficDistribution;
  return wanted !== undefined && preferences.has(wanted) ? wanted : undefined;
}

function hintsFor(endpoint: DeepReadonly<Endpoint>, preference: string | undefined): EndpointHints | undefined {
  if (!preference) return undefined;
  const { zone, nodeName } = endpoint;
  const forNodes = preference === "PreferSameNode" && nodeName !== undefined;
  if (zone === undefined && !forNodes) return undefined;
  return {
    ...(zone !== undefined && { forZones: [{ name: zone }] }),
    ...(forNodes && { forNodes: [{ name: nodeName }] }),
  };
}

/** Endpoints that are not ready keep what hints they have while there is a preference. */
const isHinted = (endpoint: DeepReadonly<Endpoint>, preference: string | undefined): boolean =>
  preference === undefined || endpoint.conditions?.ready === true;

/** True where some endpoint of the slice has other hints than it should. */
export function needsHints(service: ReadService, slice: DeepReadonly<EndpointSlice>): boolean {
  const preference = preferenceOf(service);
  return (slice.endpoints ?? []).some(
    (endpoint) => isHinted(endpoint, preference) && !deepEqual(endpoint.hints, hintsFor(endpoint, preference)),
  );
}

/** Sets the hints of a slice that is about to be written, in place. */
export function setHints(service: ReadService, slice: EndpointSlice): void {
  const preference = preferenceOf(service);
  slice.endpoints = (slice.endpoints ?? []).map((endpoint) => {
    if (!isHinted(endpoint, preference)) return endpoint;
    const { hints: _old, ...rest } = endpoint;
    const hints = hintsFor(endpoint, preference);
    return hints ? { ...rest, hints } : rest;
  });
}
