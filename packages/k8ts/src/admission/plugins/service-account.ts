/**
 * Every pod runs as a service account: the one it names, or "default". Its token, the cluster's CA and the pod's namespace
 * are mounted where in-cluster clients look for them (KEP-1205).
 */
import { forbidden, notFound, randomSuffix, type DeepReadonly } from "@k8ts/api";
import type { Container, Pod, PodSpec, ServiceAccount, Volume } from "@k8ts/api/core/v1";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { find } from "../lookup.ts";
import type { AdmissionParts } from "../parts.ts";
import { isFor, objectOf, refuse } from "../requests.ts";

const mirror = "kubernetes.io/config.mirror";
const mountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
const volumePrefix = "kube-api-access-";
/** An hour and seven seconds: the odd number tells such tokens from those that pods ask for themselves. */
const tokenSeconds = 3607;
/** How long a pod of a new namespace waits for its default account, in tries and milliseconds. */
const patience = { tries: 10, milliseconds: 100 };

function tokenVolume(name: string): Volume {
  const namespaceFile = { path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } };
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenSeconds, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        { downwardAPI: { items: [namespaceFile] } },
      ],
      defaultMode: 0o644,
    },
  };
}

function mountToken(spec: PodSpec, newName: () => string): void {
  const existing = spec.volumes?.find((volume) => volume.name.startsWith(volumePrefix));
  const name = existing?.name ?? newName();
  let needed = false;
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    if (container.volumeMounts?.some((mount) => mount.mountPath === mountPath)) continue;
    (container.volumeMounts ??= []).push({ name, readOnly: true, mountPath });
    needed = true;
  }
  if (needed && !existing) (spec.volumes ??= []).push(tokenVolume(name));
}

function* secretNames(spec: DeepReadonly<PodSpec>): Generator<string> {
  for (const { name } of spec.imagePullSecrets ?? []) yield name ?? "";
  for (const volume of spec.volumes ?? []) {
    if (volume.secret) yield volume.secret.secretName ?? "";
    for (const source of volume.projected?.sources ?? []) if (source.secret) yield source.secret.name ?? "";
  }
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    for (const { valueFrom } of container.env ?? [])
      if (valueFrom?.secretKeyRef) yield valueFrom.secretKeyRef.name ?? "";
    for (const { secretRef } of container.envFrom ?? []) if (secretRef) yield secretRef.name ?? "";
  }
}

function checkMirrorPod(request: AdmissionRequest, spec: DeepReadonly<PodSpec>): void {
  if (spec.serviceAccountName) throw refuse(request, "a mirror pod may not reference service accounts");
  if (!secretNames(spec).next().done) throw refuse(request, "a mirror pod may not reference secrets");
  const token = spec.volumes?.some(({ projected }) => projected?.sources?.some((source) => source.serviceAccountToken));
  if (token) throw refuse(request, "a mirror pod may not use ServiceAccountToken volume projections");
}

/** An account may be limited to the secrets it lists. */
function checkMountable(account: DeepReadonly<ServiceAccount>, spec: DeepReadonly<PodSpec>): string | undefined {
  const value = account.metadata.annotations?.["kubernetes.io/enforce-mountable-secrets"] ?? "";
  if (!["1", "t", "T", "true", "TRUE", "True"].includes(value)) return undefined;
  const allowed = new Set((account.secrets ?? []).map(({ name }) => name));
  const because = `is not allowed because service account ${account.metadata.name} does not reference that`;
  for (const { secret } of spec.volumes ?? []) {
    if (secret && !allowed.has(secret.secretName)) {
      return `volume with secret.secretName="${secret.secretName}" ${because} secret`;
    }
  }
  const kinds: [string, readonly DeepReadonly<Container>[]][] = [
    ["init container", spec.initContainers ?? []],
    ["container", spec.containers],
    ["ephemeral container", (spec.ephemeralContainers ?? []) as readonly DeepReadonly<Container>[]],
  ];
  for (const [kind, containers] of kinds) {
    for (const container of containers) {
      const fault = unmountable(container, allowed);
      if (fault) return `${kind} ${container.name} with ${fault} ${because} secret`;
    }
  }
  const pull = new Set((account.imagePullSecrets ?? []).map(({ name }) => name));
  const index = (spec.imagePullSecrets ?? []).findIndex(({ name }) => !pull.has(name));
  return index < 0
    ? undefined
    : `imagePullSecrets[${index}].name="${spec.imagePullSecrets![index]!.name}" ${because} imagePullSecret`;
}

function unmountable(container: DeepReadonly<Container>, allowed: ReadonlySet<string | undefined>): string | undefined {
  for (const { name, valueFrom } of container.env ?? []) {
    const secret = valueFrom?.secretKeyRef?.name;
    if (valueFrom?.secretKeyRef && !allowed.has(secret)) {
      return `envVar ${name} referencing secret.secretName="${secret}"`;
    }
  }
  const from = container.envFrom?.find(({ secretRef }) => secretRef && !allowed.has(secretRef.name));
  return from ? `envFrom referencing secret.secretName="${from.secretRef!.name}"` : undefined;
}

/** ServiceAccount. */
export function serviceAccount({ lookup }: AdmissionParts): AdmissionPlugin {
  const accountOf = (request: AdmissionRequest, name: string): DeepReadonly<ServiceAccount> | undefined =>
    find<ServiceAccount>(lookup, "", "serviceaccounts", request.namespace, name);

  const missing = (request: AdmissionRequest, name: string): Error => {
    const { message } = notFound({ group: "", resource: "serviceaccount" }, name);
    return refuse(request, `error looking up service account ${request.namespace}/${name}: ${message}`);
  };

  const prepare = (request: AdmissionRequest, spec: PodSpec, account: DeepReadonly<ServiceAccount>): void => {
    if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) {
      mountToken(spec, () => volumePrefix + randomSuffix(request.context.random));
    }
    if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
      spec.imagePullSecrets = account.imagePullSecrets.map(({ name }) => ({ name }));
    }
  };

  /** The controller makes the default account of a new namespace a moment after the namespace. */
  const waitForDefault = async (request: AdmissionRequest, spec: PodSpec): Promise<void> => {
    const { clock, signal } = request.context;
    for (let attempt = 0; attempt < patience.tries; attempt++) {
      await clock.sleep(patience.milliseconds, signal);
      const account = accountOf(request, "default");
      if (account) return prepare(request, spec, account);
    }
    throw missing(request, "default");
  };

  return {
    name: "ServiceAccount",
    handles: (request) =>
      (request.operation === "CREATE" && isFor(request, "", "pods")) ||
      (request.operation === "UPDATE" && isFor(request, "", "pods", "ephemeralcontainers")),
    admit(request) {
      const { metadata, spec } = objectOf<Pod>(request);
      if (request.operation !== "CREATE" || !spec) return;
      if (metadata.annotations?.[mirror] !== undefined) return checkMirrorPod(request, spec);
      spec.serviceAccountName ||= "default";
      spec.serviceAccount = spec.serviceAccountName;
      const account = accountOf(request, spec.serviceAccountName);
      if (account) return prepare(request, spec, account);
      if (spec.serviceAccountName === "default") return waitForDefault(request, spec);
      throw missing(request, spec.serviceAccountName);
    },
    validate(request) {
      const { metadata, spec } = objectOf<Pod>(request);
      if (!spec) return;
      if (metadata.annotations?.[mirror] !== undefined) {
        if (request.operation === "CREATE") checkMirrorPod(request, spec);
        return;
      }
      const name = spec.serviceAccountName;
      const pod = `${request.namespace}/${metadata.name ?? ""}`;
      if (!name) throw refuse(request, `no service account specified for pod ${pod}`);
      const account = accountOf(request, name);
      if (!account) throw missing(request, name);
      const fault = checkMountable(account, spec);
      if (fault) throw forbidden(request.resource, metadata.name ?? "", fault);
    },
  };
}
