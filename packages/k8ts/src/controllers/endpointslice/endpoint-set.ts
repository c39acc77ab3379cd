/** Endpoints as a set: one per pod, address and hostname, so that a change of conditions updates in place. */
import { deepEqual, type DeepReadonly } from "@k8ts/api";
import type { Endpoint, EndpointPort } from "@k8ts/api/discovery/v1";

type ReadEndpoint = DeepReadonly<Endpoint>;

function hashOf(endpoint: ReadEndpoint): string {
  const { addresses, hostname = "", targetRef } = endpoint;
  return `${addresses.toSorted().join(",")}|${hostname}|${targetRef?.namespace ?? ""}/${targetRef?.name ?? ""}`;
}

/** Endpoints by what identifies them, in the order of insertion. */
export class EndpointSet {
  readonly #endpoints = new Map<string, Endpoint>();

  get size(): number {
    return this.#endpoints.size;
  }

  add(endpoint: Endpoint): void {
    this.#endpoints.set(hashOf(endpoint), endpoint);
  }

  /** Takes out the endpoint that is the same as `endpoint` but for its attributes. */
  take(endpoint: ReadEndpoint): Endpoint | undefined {
    const hash = hashOf(endpoint);
    const found = this.#endpoints.get(hash);
    this.#endpoints.delete(hash);
    return found;
  }

  /** Takes out up to `count` endpoints, the first ones first. */
  takeFirst(count: number): Endpoint[] {
    const taken: Endpoint[] = [];
    for (const [hash, endpoint] of this.#endpoints) {
      if (taken.length >= count) break;
      taken.push(endpoint);
      this.#endpoints.delete(hash);
    }
    return taken;
  }
}

/** True where two endpoints of the same identity also have the same attributes; hints are compared elsewhere. */
export function hasSameAttributes(a: ReadEndpoint, b: ReadEndpoint): boolean {
  return (
    a.nodeName === b.nodeName &&
    a.zone === b.zone &&
    a.conditions?.ready === b.conditions?.ready &&
    a.conditions?.serving === b.conditions?.serving &&
    a.conditions?.terminating === b.conditions?.terminating &&
    a.targetRef?.uid === b.targetRef?.uid &&
    deepEqual(a.addresses, b.addresses)
  );
}

/** A key for a list of ports, whatever their order. */
export function portsKey(ports: readonly DeepReadonly<EndpointPort>[] | undefined): string {
  const texts = (ports ?? []).map(({ name = "", port, protocol = "", appProtocol = "" }) => {
    return `${name}|${port ?? ""}|${protocol}|${appProtocol}`;
  });
  return texts.sort().join(";");
}
