/**
 * What is served below resources, and the resources that have no storage. Every one is a Subresource of the same shape;
 * this list says which stands where. Whatever is not listed and has the resource's own kind reads and writes the whole
 * object through the store (status, resize, ephemeralcontainers, approval, finalize).
 */
import type { KubernetesObject, ResourceSchema } from "@k8ts/api";
import type { RbacAuthorizer, ServiceAccountIssuer, TokenVerifier } from "../../auth/index.ts";
import type { Registry } from "../../registry/resource-store.ts";
import type { ScalePaths } from "../../registry/strategy.ts";
import { binding } from "./binding.ts";
import { componentStatuses, type ComponentCheck } from "./component-statuses.ts";
import { eviction } from "./eviction.ts";
import { reviews } from "./reviews.ts";
import { scale } from "./scale.ts";
import type { KubeletConnector } from "./streaming/kubelet-connection.ts";
import { podLog } from "./streaming/pod-log.ts";
import { podAttach, podExec, podPortForward } from "./streaming/pod-stream.ts";
import { nodeProxy, podProxy, serviceProxy } from "./streaming/proxy.ts";
import type { Subresource } from "./subresource.ts";
import { token } from "./token.ts";
import { wholeObject } from "./whole-object.ts";

/** What the subresources need. */
export interface SubresourceParts {
  readonly registry: Registry;
  readonly issuer: ServiceAccountIssuer;
  readonly verifier: TokenVerifier;
  readonly rbac: RbacAuthorizer;
  readonly kubelets: KubeletConnector;
  readonly components: readonly ComponentCheck[];
}

/** Finds subresources. */
export class SubresourceTable {
  readonly #listed: ReadonlyMap<string, Subresource>;
  readonly #virtual: ReadonlyMap<string, Subresource>;
  readonly #registry: Registry;

  constructor(parts: SubresourceParts) {
    const { issuer, kubelets, rbac, verifier, registry, components } = parts;
    this.#registry = registry;
    this.#listed = new Map<string, Subresource>([
      ["/pods/binding", binding],
      ["/pods/eviction", eviction],
      ["/pods/log", podLog(kubelets)],
      ["/pods/exec", podExec(kubelets)],
      ["/pods/attach", podAttach(kubelets)],
      ["/pods/portforward", podPortForward(kubelets)],
      ["/pods/proxy", podProxy],
      ["/services/proxy", serviceProxy],
      ["/nodes/proxy", nodeProxy(kubelets)],
      ["/serviceaccounts/token", token(issuer)],
    ]);
    this.#virtual = new Map<string, Subresource>([
      ...reviews(rbac, verifier),
      ["/bindings", binding],
      ["/componentstatuses", componentStatuses(components)],
    ]);
  }

  /** The handler of a resource that has no storage. */
  virtual(group: string, resource: string): Subresource | undefined {
    return this.#virtual.get(`${group}/${resource}`);
  }

  /** The handler of a subresource that the tables list; undefined where nothing can serve it. */
  find(resource: ResourceSchema, name: string): Subresource | undefined {
    const listed = this.#listed.get(`${resource.group}/${resource.resource}/${name}`);
    if (listed) return listed;
    const schema = resource.subresources.find((one) => one.name === name);
    if (!schema) return undefined;
    if (name === "scale") return this.#scale(resource);
    return schema.kind === resource.kind ? wholeObject(schema.verbs) : undefined;
  }

  #scale({ group, version, resource }: ResourceSchema): Subresource | undefined {
    const paths = this.#registry.store(group, version, resource)?.strategy.scale;
    return paths && scale(paths as ScalePaths<KubernetesObject>);
  }
}

export type { ComponentCheck } from "./component-statuses.ts";
export { KubeletConnector } from "./streaming/kubelet-connection.ts";
export type { Subresource } from "./subresource.ts";
