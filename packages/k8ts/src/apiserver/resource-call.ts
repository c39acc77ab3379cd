/**
 * One call on a resource, free of HTTP: what a URL and a body, or an in-process request, amount to. Verbs and
 * subresources take a call and give an answer; http/ and in-process.ts translate at either end.
 */
import type { DecodedBody, DecodedPatch, ExpectedKind, FieldValidation, ResourceSchema, Scheme } from "@k8ts/api";
import type { Admission } from "../admission/admission.ts";
import type { Authorizer } from "../auth/index.ts";
import type { RequestContext } from "../registry/context.ts";
import type { Entry, ListResult, Registry, ResourceStore } from "../registry/resource-store.ts";
import type { Query } from "./query.ts";

/** What handlers need of the server around them. */
export interface Services {
  readonly scheme: Scheme;
  readonly registry: Registry;
  readonly admission: Admission;
  readonly authorizer: Authorizer;
}

/** The body of a call: bytes from a client, or an object from within. */
export interface CallBody {
  readonly empty: boolean;
  /** The Content-Type header; the patch type of a body from within. */
  readonly contentType: string;
  /** A new object, pruned to its schema, the caller's to change. Throws StatusError. */
  decode(expected: ExpectedKind, fieldValidation?: FieldValidation): DecodedBody;
  /** The patch document. Throws StatusError. */
  patch(fieldValidation: FieldValidation): DecodedPatch;
}

/** One call. */
export interface ResourceCall {
  readonly services: Services;
  readonly context: RequestContext;
  readonly store: ResourceStore;
  readonly resource: ResourceSchema;
  /** "" for cluster-scoped resources and for all namespaces. */
  readonly namespace: string;
  /** "" for collections. */
  readonly name: string;
  /** "" for the object itself. */
  readonly subresource: string;
  readonly query: Query;
  readonly body: CallBody;
}

/** What a call comes to. */
export type Answer =
  | { readonly type: "entry"; readonly status: number; readonly entry: Entry }
  | { readonly type: "list"; readonly list: ListResult }
  | { readonly type: "object"; readonly status: number; readonly object: object };

/** Carries out one verb. Throws StatusError. */
export type Verb = (call: ResourceCall) => Promise<Answer>;
