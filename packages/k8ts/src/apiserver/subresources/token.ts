/** serviceaccounts/token: TokenRequest, tokens bound to a pod, secret or node. */
import {
  badRequest,
  conflict,
  fieldInvalid,
  formatTime,
  invalid,
  isNotFound,
  type DeepReadonly,
  type FieldError,
  type KubernetesObject,
} from "@k8ts/api";
import type { TokenRequest } from "@k8ts/api/authentication/v1";
import type { Pod } from "@k8ts/api/core/v1";
import type { BoundObjects, ServiceAccountIssuer } from "../../auth/index.ts";
import { writeOptions } from "../query.ts";
import type { ResourceCall, Verb } from "../resource-call.ts";
import { decodeObject } from "../verbs/decode-object.ts";
import { admit } from "./admit.ts";
import type { Subresource } from "./subresource.ts";

type Shared = DeepReadonly<KubernetesObject>;

const tokenKind = { group: "authentication.k8s.io", kind: "TokenRequest" };
const defaultExpiration = 3600;
const minExpiration = 600;
const maxExpiration = 2 ** 32;
/** A kubelet that asks for exactly this much gets a year, with a note to renew after this: upstream's transition rule. */
const warnOnlyExpiration = 3607;
const extendedExpiration = 365 * 24 * 3600;

const mismatch = (kind: string, name: string, detail: string): Error =>
  conflict({ group: kind === "TokenRequest" ? tokenKind.group : "", resource: kind }, name, detail);

function checkIdentity(call: ResourceCall, request: TokenRequest, account: Shared): void {
  const { name, namespace, uid } = request.metadata;
  const refuse = (field: string, value: string, what: string): Error =>
    invalid(tokenKind, call.name, [fieldInvalid(field, value, `must match the service account ${what} if specified`)]);
  if (name && name !== call.name) throw refuse("metadata.name", name, "name");
  if (namespace && namespace !== call.namespace) throw refuse("metadata.namespace", namespace, "namespace");
  if (uid && uid !== account.metadata.uid) {
    const detail = `the UID in the token request (${uid}) does not match the UID of the service account (${account.metadata.uid})`;
    throw mismatch("TokenRequest", call.name, detail);
  }
}

function checkExpiration(seconds: number): void {
  const faults: FieldError[] = [];
  const fault = (detail: string): void => void faults.push(fieldInvalid("spec.expirationSeconds", seconds, detail));
  if (seconds < minExpiration) fault("may not specify a duration less than 10 minutes");
  if (seconds > maxExpiration) fault("may not specify a duration larger than 2^32 seconds");
  if (faults.length > 0) throw invalid(tokenKind, "", faults);
}

async function read(call: ResourceCall, resource: string, namespace: string, name: string): Promise<Shared> {
  const entry = await call.services.registry.store("", "v1", resource)!.get(call.context, namespace, name);
  return entry.object();
}

async function nodeOf(call: ResourceCall, name: string): Promise<BoundObjects["node"]> {
  try {
    const node = await read(call, "nodes", "", name);
    return { name, uid: node.metadata.uid ?? "" };
  } catch (error) {
    if (isNotFound(error)) return { name, uid: "" };
    throw error;
  }
}

async function boundObjects(call: ResourceCall, request: TokenRequest): Promise<BoundObjects> {
  const reference = request.spec?.boundObjectRef;
  if (!reference) return {};
  const { apiVersion = "", kind = "", name = "", uid } = reference;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const plural = { Pod: "pods", Node: "nodes", Secret: "secrets" }[group === "" ? kind : ""];
  if (!plural)
    throw badRequest(
      `cannot bind token to object of type ${group}/${apiVersion.slice(group.length).replace("/", "")}, Kind=${kind}`,
    );
  const object = await read(call, plural, kind === "Node" ? "" : call.namespace, name);
  const found = { name, uid: object.metadata.uid ?? "" };
  if (kind === "Pod" && (object as DeepReadonly<Pod>).spec?.serviceAccountName !== call.name) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(call.name)} to pod running with different serviceaccount name.`,
    );
  }
  if (uid && uid !== found.uid) {
    const detail = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw mismatch(kind, name, detail);
  }
  if (kind === "Secret") return { secret: found };
  if (kind === "Node") return { node: found };
  const nodeName = (object as DeepReadonly<Pod>).spec?.nodeName;
  return nodeName ? { pod: found, node: await nodeOf(call, nodeName) } : { pod: found };
}

function createWith(issuer: ServiceAccountIssuer): Verb {
  return async (call) => {
    const options = writeOptions(call.query, "CreateOptions");
    const request = decodeObject(call, options) as unknown as TokenRequest;
    const account = await read(call, "serviceaccounts", call.namespace, call.name);
    checkIdentity(call, request, account);
    const seconds = request.spec?.expirationSeconds ?? defaultExpiration;
    const audiences = request.spec?.audiences?.length ? request.spec.audiences : [...issuer.audiences];
    const now = call.context.clock.now();
    request.metadata = {
      ...request.metadata,
      name: call.name,
      namespace: call.namespace,
      uid: account.metadata.uid,
      creationTimestamp: formatTime(now),
    };
    request.spec = { ...request.spec, audiences, expirationSeconds: seconds };
    request.status = undefined;
    checkExpiration(seconds);
    await admit(call, { operation: "CREATE", object: request, options: options.object, dryRun: options.dryRun });
    const bound = await boundObjects(call, request);
    const ours = audiences.every((audience) => issuer.audiences.includes(audience));
    const extend = bound.pod !== undefined && seconds === warnOnlyExpiration && ours;
    const token = await issuer.issue({
      account: { namespace: call.namespace, name: call.name, uid: account.metadata.uid ?? "" },
      audiences,
      expirationSeconds: extend ? extendedExpiration : seconds,
      ...(extend && { warnAfterSeconds: seconds }),
      bound,
    });
    request.status = { token, expirationTimestamp: formatTime(now + seconds * 1000) };
    return { type: "object", status: 201, object: request };
  };
}

/** POST serviceaccounts/NAME/token. */
export const token = (issuer: ServiceAccountIssuer): Subresource => ({ verbs: { create: createWith(issuer) } });
