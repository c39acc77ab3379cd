/**
 * The Node authorizer: a kubelet (system:node:NAME in system:nodes) may read what the pods on its node use, and write
 * what is its own. What a write may contain is the NodeRestriction admission plugin's to say.
 */
import { parseFieldSelector, type DeepReadonly } from "@k8ts/api";
import { podCertificateRequests } from "@k8ts/api/certificates/v1beta1";
import { persistentVolumes, pods, type PersistentVolume, type Pod } from "@k8ts/api/core/v1";
import { resourceSlices } from "@k8ts/api/resource/v1";
import { volumeAttachments } from "@k8ts/api/storage/v1";
import type { Attributes, Authorizer, Verdict } from "../authorizer.ts";
import { nodeRules } from "../bootstrap/policy.ts";
import type { ObjectSource } from "../object-source.ts";
import { ruleAllows, type Rule } from "../rbac/rules.ts";
import { systemGroups, type UserInfo } from "../user.ts";
import { NodeGraph, vertex, type Contribution } from "./node-graph.ts";
import { podReferences } from "./pod-references.ts";

const prefix = "system:node:";
const mirrorAnnotation = "kubernetes.io/config.mirror";
const leaseNamespace = "kube-node-lease";

const allowed: Verdict = { decision: "allow", reason: "" };
const silent: Verdict = { decision: "no opinion", reason: "" };
const refused = (reason: string): Verdict => ({ decision: "no opinion", reason });

/** The node's name, "" for a node that does not say which, undefined for everybody else. */
export function nodeIdentity(user: UserInfo): string | undefined {
  if (!user.name.startsWith(prefix) || !user.groups.includes(systemGroups.nodes)) return undefined;
  return user.name.slice(prefix.length);
}

function podContribution(pod: DeepReadonly<Pod>, node: string): Contribution {
  const { namespace = "", name = "", annotations } = pod.metadata;
  const self = vertex("pod", namespace, name);
  // A node can make mirror pods: they must never give it rights to anything else.
  if (annotations?.[mirrorAnnotation] !== undefined) return { node, vertices: [self] };
  const { secrets, configMaps, claims, resourceClaims } = podReferences(pod);
  const of = (type: string, names: Iterable<string>): string[] => [...names].map((one) => vertex(type, namespace, one));
  const account = pod.spec?.serviceAccountName;
  const vertices = [
    self,
    ...of("secret", secrets),
    ...of("configmap", configMaps),
    ...of("pvc", claims),
    ...of("resourceclaim", resourceClaims),
    ...(account ? of("serviceaccount", [account]) : []),
  ];
  return { node, vertices };
}

function volumeContribution(volume: DeepReadonly<PersistentVolume>): Contribution {
  const claim = volume.spec?.claimRef;
  if (!claim) return {};
  const self = vertex("pv", "", volume.metadata.name ?? "");
  const links: [string, string][] = [[self, vertex("pvc", claim.namespace ?? "", claim.name ?? "")]];
  const { csi, azureFile, cephfs, cinder, flexVolume, iscsi, rbd, scaleIO, storageos } = volume.spec!;
  const references = [csi?.nodePublishSecretRef, csi?.nodeStageSecretRef, csi?.nodeExpandSecretRef];
  references.push(cephfs?.secretRef, cinder?.secretRef, flexVolume?.secretRef, iscsi?.secretRef, rbd?.secretRef);
  references.push(scaleIO?.secretRef, storageos?.secretRef as never);
  if (azureFile) references.push({ name: azureFile.secretName, namespace: azureFile.secretNamespace });
  for (const reference of references) {
    if (reference?.name)
      links.push([vertex("secret", reference.namespace ?? claim.namespace ?? "", reference.name), self]);
  }
  return { links };
}

/** Kubelets' authorizer. */
export class NodeAuthorizer implements Authorizer {
  readonly #graph = new NodeGraph();
  #rules: readonly Rule[] | undefined;

  /** Resolves when everything there is has been read; goes on to follow changes. */
  async start(source: ObjectSource): Promise<void> {
    const graph = this.#graph;
    const key = (type: string, { metadata }: { metadata: { namespace?: string; name?: string } }): string =>
      vertex(type, metadata.namespace ?? "", metadata.name ?? "");
    const simple = (type: string, object: { metadata: object }, node: string | undefined): void => {
      const self = key(type, object);
      if (node) graph.set(self, { node, vertices: [self] });
      else graph.delete(self);
    };
    await Promise.all([
      source.follow(pods, {
        set: (pod) => this.#setPod(pod as DeepReadonly<Pod>),
        gone: (pod) => graph.delete(key("pod", pod as never)),
      }),
      source.follow(persistentVolumes, {
        set: (volume) =>
          graph.set(key("pv", volume as never), volumeContribution(volume as DeepReadonly<PersistentVolume>)),
        gone: (volume) => graph.delete(key("pv", volume as never)),
      }),
      source.follow(volumeAttachments, {
        set: (attachment) => simple("va", attachment as never, attachment.spec.nodeName),
        gone: (attachment) => graph.delete(key("va", attachment as never)),
      }),
      source.follow(resourceSlices, {
        set: (slice) => simple("slice", slice as never, slice.spec.nodeName),
        gone: (slice) => graph.delete(key("slice", slice as never)),
      }),
      source.follow(podCertificateRequests, {
        set: (request) => simple("pcr", request as never, request.spec.nodeName),
        gone: (request) => graph.delete(key("pcr", request as never)),
      }),
    ]);
  }

  authorize(asked: Attributes): Verdict {
    const node = nodeIdentity(asked.user);
    if (node === undefined) return silent;
    if (node === "") return refused(`unknown node for user ${JSON.stringify(asked.user.name)}`);
    const special = asked.resourceRequest ? this.#special(node, asked) : undefined;
    if (special) return special;
    this.#rules ??= nodeRules();
    return this.#rules.some((rule) => ruleAllows(rule, asked)) ? allowed : silent;
  }

  #setPod(pod: DeepReadonly<Pod>): void {
    const self = vertex("pod", pod.metadata.namespace ?? "", pod.metadata.name ?? "");
    const node = pod.spec?.nodeName;
    if (!node) this.#graph.delete(self);
    // What a bound pod refers to never changes, but for the claims that are made for it.
    else if (this.#graph.nodeOf(self) !== node || pod.spec?.resourceClaims?.length) {
      this.#graph.set(self, podContribution(pod, node));
    }
  }

  /** Undefined: not a resource that is divided between nodes. */
  #special(node: string, asked: Attributes): Verdict | undefined {
    switch (`${asked.group}/${asked.resource}`) {
      case "/secrets":
        return this.#read(node, "secret", asked);
      case "/configmaps":
        return this.#read(node, "configmap", asked);
      case "/persistentvolumeclaims":
        return asked.subresource === "status" ? this.#updateStatus(node, asked) : this.#get(node, "pvc", asked);
      case "/persistentvolumes":
        return this.#get(node, "pv", asked);
      case "resource.k8s.io/resourceclaims":
        return this.#get(node, "resourceclaim", asked);
      case "storage.k8s.io/volumeattachments":
        return this.#get(node, "va", asked);
      case "/serviceaccounts":
        return this.#serviceAccount(node, asked);
      case "coordination.k8s.io/leases":
        return ownLease(node, asked);
      case "storage.k8s.io/csinodes":
        return ownCsiNode(node, asked);
      case "resource.k8s.io/resourceslices":
        return this.#resourceSlice(node, asked);
      case "/nodes":
        return ownNode(node, asked);
      case "/pods":
        return this.#pod(node, asked);
      case "certificates.k8s.io/podcertificaterequests":
        return this.#certificateRequest(node, asked);
      default:
        return undefined;
    }
  }

  #related(node: string, type: string, { namespace, name }: Attributes): Verdict {
    if (name === "") return refused("No Object name found");
    if (this.#graph.reaches(vertex(type, namespace, name), node)) return allowed;
    return refused(`no relationship found between node '${node}' and this object`);
  }

  #read(node: string, type: string, asked: Attributes): Verdict {
    if (!["get", "list", "watch"].includes(asked.verb)) return refused("can only read resources of this type");
    if (asked.subresource !== "") return refused("cannot read subresource");
    if (asked.namespace === "") return refused("can only read namespaced object of this type");
    return this.#related(node, type, asked);
  }

  #get(node: string, type: string, asked: Attributes): Verdict {
    if (asked.verb !== "get") return refused("can only get individual resources of this type");
    if (asked.subresource !== "") return refused("cannot get subresource");
    return this.#related(node, type, asked);
  }

  #updateStatus(node: string, asked: Attributes): Verdict {
    if (asked.verb !== "update" && asked.verb !== "patch") return refused("can only get/update/patch this type");
    return this.#related(node, "pvc", asked);
  }

  #serviceAccount(node: string, asked: Attributes): Verdict {
    if (asked.verb === "get" && asked.subresource === "") return this.#read(node, "serviceaccount", asked);
    if (asked.verb !== "create" || asked.name === "") {
      return refused("can only create tokens for individual service accounts");
    }
    if (asked.subresource !== "token") return refused("can only create token subresource of serviceaccount");
    return this.#related(node, "serviceaccount", asked);
  }

  #resourceSlice(node: string, asked: Attributes): Verdict {
    if (asked.subresource !== "") return refused("cannot authorize ResourceSlice subresources");
    if (asked.verb === "create") return allowed;
    if (["get", "update", "patch", "delete"].includes(asked.verb)) return this.#related(node, "slice", asked);
    if (selects(asked, "spec.nodeName", node)) return allowed;
    return refused("can only list/watch/deletecollection resourceslices with nodeName field selector");
  }

  #pod(node: string, asked: Attributes): Verdict {
    const { verb, subresource } = asked;
    if (subresource === "status") return verb === "update" || verb === "patch" ? allowed : silent;
    if (subresource === "eviction") return verb === "create" ? allowed : silent;
    if (subresource !== "") return silent;
    if (verb === "get") return this.#get(node, "pod", asked);
    if (verb === "create" || verb === "delete") return allowed;
    if (verb !== "list" && verb !== "watch") return silent;
    if (selects(asked, "spec.nodeName", node)) return allowed;
    if (asked.name !== "") return this.#related(node, "pod", asked);
    return refused("can only list/watch pods with spec.nodeName field selector");
  }

  #certificateRequest(node: string, asked: Attributes): Verdict {
    if (asked.subresource !== "") {
      return refused("nodes may not access the status subresource of PodCertificateRequests");
    }
    if (asked.verb === "create") return allowed;
    if (asked.verb === "get") return this.#related(node, "pcr", asked);
    if (asked.verb !== "list" && asked.verb !== "watch")
      return refused(`nodes may not ${asked.verb} podcertificaterequests`);
    if (selects(asked, "spec.nodeName", node)) return allowed;
    return refused("can only list/watch podcertificaterequests with nodeName field selector");
  }
}

function selects({ fieldSelector }: Attributes, field: string, value: string): boolean {
  if (!fieldSelector) return false;
  try {
    const { requirements } = parseFieldSelector(fieldSelector);
    return requirements.some((one) => one.field === field && one.operator === "=" && one.value === value);
  } catch {
    return false;
  }
}

const ownVerbs = ["get", "create", "update", "patch", "delete"];

function ownLease(node: string, asked: Attributes): Verdict {
  if (!ownVerbs.includes(asked.verb)) return refused("can only get, create, update, patch, or delete a node lease");
  if (asked.namespace !== leaseNamespace) {
    return refused(`can only access leases in the ${JSON.stringify(leaseNamespace)} system namespace`);
  }
  if (asked.verb !== "create" && asked.name !== node) {
    return refused("can only access node lease with the same name as the requesting node");
  }
  return allowed;
}

function ownCsiNode(node: string, asked: Attributes): Verdict {
  if (!ownVerbs.includes(asked.verb)) return refused("can only get, create, update, patch, or delete a CSINode");
  if (asked.subresource !== "") return refused("cannot authorize CSINode subresources");
  if (asked.verb !== "create" && asked.name !== node) {
    return refused("can only access CSINode with the same name as the requesting node");
  }
  return allowed;
}

function ownNode(node: string, { subresource, verb, name }: Attributes): Verdict {
  if (subresource === "status") return verb === "update" || verb === "patch" ? allowed : silent;
  if (subresource !== "") return silent;
  if (["create", "update", "patch"].includes(verb)) return allowed;
  if (!["get", "list", "watch"].includes(verb)) return silent;
  if (name === node) return allowed;
  if (name === "") return refused(`node '${node}' cannot read all nodes, only its own Node object`);
  return refused(`node '${node}' cannot read '${name}', only its own Node object`);
}
