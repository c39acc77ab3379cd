/**
 * What every cluster starts with: system namespaces, RBAC defaults, the `kubernetes` Service with its endpoints, priority
 * classes. Created where missing and brought up to date where they fell behind; what users added stays.
 */
import {
  cloneJson,
  deepEqual,
  isAlreadyExists,
  isConflict,
  isNotFound,
  type Clock,
  type DeepReadonly,
  type KubernetesObject,
  type Logger,
  type Random,
} from "@k8ts/api";
import type { ClusterRole, ClusterRoleBinding } from "@k8ts/api/rbac/v1";
import { bootstrapPolicy, uncovered, type Rule } from "../auth/index.ts";
import type { RequestContext } from "../registry/context.ts";
import type { Registry, ResourceStore } from "../registry/resource-store.ts";
import { ownContext } from "./registry-source.ts";

/** Where the `kubernetes` Service leads. */
export interface ServiceAddress {
  /** Its cluster IP: the first of the service range. */
  readonly clusterIP: string;
  /** Address and port that pods reach this server at. */
  readonly address: string;
  readonly port: number;
}

/** What bootstrapping needs. */
export interface BootstrapOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly service?: ServiceAddress;
}

const namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

/** Upstream's two; nothing a user makes may rank as high. */
const priorityClasses = [
  {
    name: "system-node-critical",
    value: 2_000_001_000,
    description: "Used for system critical pods that must not be moved from their current node.",
  },
  {
    name: "system-cluster-critical",
    value: 2_000_000_000,
    description:
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
  },
];

/** Creates and reconciles everything; all at once, so that storage shares its flushes. */
export async function bootstrap(options: BootstrapOptions): Promise<void> {
  const writer = new Writer(options);
  await Promise.all(
    namespaces.map((name) =>
      writer.ensure("", "v1", "namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } }),
    ),
  );
  const policy = bootstrapPolicy();
  const rbac = "rbac.authorization.k8s.io";
  const work: Promise<void>[] = [
    ...policy.clusterRoles.map((role) => writer.ensure(rbac, "v1", "clusterroles", role, reconcileRole)),
    ...policy.roles.map((role) => writer.ensure(rbac, "v1", "roles", role, reconcileRole)),
    ...policy.clusterRoleBindings.map((one) => writer.ensure(rbac, "v1", "clusterrolebindings", one, reconcileBinding)),
    ...policy.roleBindings.map((one) => writer.ensure(rbac, "v1", "rolebindings", one, reconcileBinding)),
    ...priorityClasses.map((one) => writer.ensure("scheduling.k8s.io", "v1", "priorityclasses", priorityClass(one))),
  ];
  if (options.service) work.push(...kubernetesService(writer, options.service));
  await Promise.all(work);
}

function priorityClass({ name, value, description }: (typeof priorityClasses)[number]): KubernetesObject {
  const object = {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name },
    value,
    description,
    preemptionPolicy: "PreemptLowerPriority",
  };
  return object;
}

/** The Service, and the endpoints that nobody's controller would make because it has no selector. */
function kubernetesService(writer: Writer, { clusterIP, address, port }: ServiceAddress): Promise<void>[] {
  const family = address.includes(":") ? "IPv6" : "IPv4";
  const labels = { component: "apiserver", provider: "kubernetes" };
  const metadata = { name: "kubernetes", namespace: "default" };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, labels },
    spec: {
      type: "ClusterIP",
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: [family],
      ipFamilyPolicy: "SingleStack",
      sessionAffinity: "None",
      ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: port }],
    },
  };
  const endpoints = {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { ...metadata, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
    subsets: [{ addresses: [{ ip: address }], ports: [{ name: "https", port, protocol: "TCP" }] }],
  };
  const slice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata, labels: { "kubernetes.io/service-name": "kubernetes" } },
    addressType: family,
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: "https", port, protocol: "TCP" }],
  };
  return [
    writer.ensure("", "v1", "services", service, reconcileServicePorts),
    writer.ensure("", "v1", "endpoints", endpoints, replaceFields("subsets")),
    writer.ensure("discovery.k8s.io", "v1", "endpointslices", slice, replaceFields("endpoints", "ports")),
  ];
}

/** Brings `current` (a copy) up to date with `wanted`; undefined where it already is. */
type Reconcile = (current: KubernetesObject, wanted: DeepReadonly<KubernetesObject>) => KubernetesObject | undefined;

const autoUpdate = "rbac.authorization.kubernetes.io/autoupdate";

/** Adds labels and annotations that are missing; true where it added any. */
function mergeMetadata(current: KubernetesObject, wanted: DeepReadonly<KubernetesObject>): boolean {
  let changed = false;
  for (const field of ["labels", "annotations"] as const) {
    for (const [key, value] of Object.entries(wanted.metadata[field] ?? {})) {
      if (current.metadata[field]?.[key] !== undefined) continue;
      current.metadata[field] = { ...current.metadata[field], [key]: value };
      changed = true;
    }
  }
  return changed;
}

const reconcileRole: Reconcile = (current, wanted) => {
  if (current.metadata.annotations?.[autoUpdate] === "false") return undefined;
  const changed = mergeMetadata(current, wanted);
  const role = current as ClusterRole;
  const missing = uncovered(
    (role.rules ?? []) as Rule[],
    ((wanted as DeepReadonly<ClusterRole>).rules ?? []) as Rule[],
  );
  if (missing.length === 0) return changed ? current : undefined;
  role.rules = [...(role.rules ?? []), ...cloneJson<typeof role.rules & object>(missing as never)];
  return role;
};

const reconcileBinding: Reconcile = (current, wanted) => {
  if (current.metadata.annotations?.[autoUpdate] === "false") return undefined;
  const changed = mergeMetadata(current, wanted);
  const binding = current as ClusterRoleBinding;
  const subjects = binding.subjects ?? [];
  const wantedSubjects = (wanted as DeepReadonly<ClusterRoleBinding>).subjects ?? [];
  const missing = wantedSubjects.filter((one) => !subjects.some((other) => deepEqual(one, other)));
  if (missing.length === 0) return changed ? current : undefined;
  binding.subjects = [...subjects, ...missing];
  return binding;
};

/** The server is the only owner of these fields. */
const replaceFields =
  (...fields: readonly string[]): Reconcile =>
  (current, wanted) => {
    const [have, want] = [current as unknown as Record<string, unknown>, wanted as unknown as Record<string, unknown>];
    if (fields.every((field) => deepEqual(have[field], want[field]))) return undefined;
    for (const field of fields) have[field] = cloneJson(want[field] as object);
    return current;
  };

const reconcileServicePorts: Reconcile = (current, wanted) => {
  const have = (current as unknown as { spec: { ports: unknown } }).spec;
  const want = (wanted as unknown as { spec: { ports: object } }).spec;
  if (deepEqual(have.ports, want.ports)) return undefined;
  have.ports = cloneJson(want.ports);
  return current;
};

/** Writes through the registry as the server itself. */
class Writer {
  readonly #registry: Registry;
  readonly #context: RequestContext;

  constructor({ registry, clock, random }: BootstrapOptions) {
    this.#registry = registry;
    this.#context = ownContext({ clock, random }, new AbortController().signal);
  }

  async ensure(
    group: string,
    version: string,
    resource: string,
    wanted: DeepReadonly<KubernetesObject>,
    reconcile?: Reconcile,
  ): Promise<void> {
    const store = this.#registry.store(group, version, resource)!;
    const { namespace = "", name = "" } = wanted.metadata;
    const found = await this.#find(store, namespace, name);
    if (!found) {
      await this.#create(store, namespace, wanted);
      return;
    }
    if (!reconcile || !reconcile(cloneJson<KubernetesObject>(found), wanted)) return;
    const change = (current: DeepReadonly<KubernetesObject> | undefined): KubernetesObject => {
      const copy = cloneJson<KubernetesObject>(current!);
      return reconcile(copy, wanted) ?? copy;
    };
    await store.update(this.#context, namespace, name, change, { dryRun: false, subresource: "" });
  }

  async #find(
    store: ResourceStore,
    namespace: string,
    name: string,
  ): Promise<DeepReadonly<KubernetesObject> | undefined> {
    try {
      return (await store.get(this.#context, namespace, name, "0")).object();
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #create(store: ResourceStore, namespace: string, wanted: DeepReadonly<KubernetesObject>): Promise<void> {
    try {
      const object = cloneJson<KubernetesObject>(wanted);
      await store.create(this.#context, namespace, object, { dryRun: false, subresource: "" });
    } catch (error) {
      // Another API server on the same storage was faster.
      if (!isAlreadyExists(error) && !isConflict(error)) throw error;
    }
  }
}
