/** Resources that are answered and not kept: access reviews, token reviews, and "who am I". */
import { badRequest, fieldInvalid, fieldRequired, invalid, type FieldError, type KubernetesObject } from "@k8ts/api";
import type {
  LocalSubjectAccessReview,
  ResourceAttributes,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewStatus,
} from "@k8ts/api/authorization/v1";
import type { SelfSubjectReview, TokenReview } from "@k8ts/api/authentication/v1";
import {
  systemGroups,
  type Attributes,
  type Authorizer,
  type RbacAuthorizer,
  type TokenVerifier,
  type UserInfo,
} from "../../auth/index.ts";
import { writeOptions } from "../query.ts";
import type { Answer, ResourceCall, Verb } from "../resource-call.ts";
import { decodeObject } from "../verbs/decode-object.ts";
import type { Subresource } from "./subresource.ts";

const created = (object: object): Answer => ({ type: "object", status: 201, object });

function decode(call: ResourceCall): KubernetesObject {
  const { kind, groupVersion } = call.resource;
  return decodeObject(call, writeOptions(call.query, "CreateOptions"), { apiVersion: groupVersion, kind });
}

interface ReviewSpec {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
}

function attributesOf(user: UserInfo, spec: ReviewSpec): Attributes {
  const { verb = "", path = "" } = spec.nonResourceAttributes ?? {};
  const asked: Partial<ResourceAttributes> = spec.resourceAttributes ?? {};
  return {
    user,
    verb: asked.verb ?? verb,
    resourceRequest: spec.resourceAttributes !== undefined,
    path,
    group: asked.group ?? "",
    version: asked.version ?? "",
    resource: asked.resource ?? "",
    subresource: asked.subresource ?? "",
    namespace: asked.namespace ?? "",
    name: asked.name ?? "",
    fieldSelector: asked.fieldSelector?.rawSelector,
    labelSelector: asked.labelSelector?.rawSelector,
  };
}

/** Faults of a spec in upstream's words. */
function specFaults(spec: ReviewSpec): FieldError[] {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  if (resource && path) {
    const detail = "cannot be specified in combination with resourceAttributes";
    return [fieldInvalid("spec.nonResourceAttributes", path, detail)];
  }
  if (!resource && !path) {
    const detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    return [fieldInvalid("spec.resourceAttributes", resource, detail)];
  }
  return [];
}

async function judge(authorizer: Authorizer, attributes: Attributes): Promise<SubjectAccessReviewStatus> {
  const { decision, reason } = await authorizer.authorize(attributes);
  return {
    allowed: decision === "allow",
    ...(decision === "deny" && { denied: true }),
    ...(reason !== "" && { reason }),
  };
}

const subjectReview: Verb = async (call) => {
  const review = decode(call) as unknown as SubjectAccessReview | LocalSubjectAccessReview;
  const { spec } = review;
  const faults = specFaults(spec);
  if (!spec.user && !spec.groups?.length) {
    faults.push(fieldInvalid("spec.user", spec.user ?? "", "at least one of user or group must be specified"));
  }
  const local = call.resource.resource === "localsubjectaccessreviews";
  const { namespace } = call;
  if (local && spec.resourceAttributes && spec.resourceAttributes.namespace !== namespace) {
    const detail = "must match metadata.namespace";
    faults.push(fieldInvalid("spec.resourceAttributes.namespace", spec.resourceAttributes.namespace ?? "", detail));
  }
  if (local && spec.nonResourceAttributes) {
    faults.push(
      fieldInvalid("spec.nonResourceAttributes", spec.nonResourceAttributes, "disallowed on this kind of request"),
    );
  }
  if (faults.length > 0) throw invalid(call.resource, "", faults);
  const user: UserInfo = {
    name: spec.user ?? "",
    groups: spec.groups ?? [],
    ...(spec.uid && { uid: spec.uid }),
    ...(spec.extra && { extra: spec.extra }),
  };
  review.status = await judge(call.services.authorizer, attributesOf(user, spec));
  return created(review);
};

const selfReview: Verb = async (call) => {
  const review = decode(call) as unknown as SelfSubjectAccessReview;
  const faults = specFaults(review.spec);
  if (faults.length > 0) throw invalid(call.resource, "", faults);
  review.status = await judge(call.services.authorizer, attributesOf(call.context.user, review.spec));
  return created(review);
};

const rulesReview =
  (rbac: RbacAuthorizer): Verb =>
  async (call) => {
    const review = decode(call) as unknown as SelfSubjectRulesReview;
    const namespace = review.spec.namespace ?? "";
    if (namespace === "") throw badRequest("no namespace on request");
    const { user } = call.context;
    const rules = [...rbac.rulesFor(user, namespace)].map(({ rule }) => rule);
    const everything = user.groups.includes(systemGroups.masters);
    const resourceRules = rules.filter(({ resources }) => resources?.length);
    const nonResourceRules = rules.filter(({ nonResourceURLs }) => nonResourceURLs?.length);
    if (everything) {
      resourceRules.unshift({ verbs: ["*"], apiGroups: ["*"], resources: ["*"] });
      nonResourceRules.unshift({ verbs: ["*"], nonResourceURLs: ["*"] });
    }
    const isNode = user.groups.includes(systemGroups.nodes);
    review.status = {
      resourceRules: resourceRules.map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames?.length && { resourceNames }),
      })) as never,
      nonResourceRules: nonResourceRules.map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })) as never,
      incomplete: isNode,
      ...(isNode && { evaluationError: "node authorizer does not support user rule resolution" }),
    };
    return created(review);
  };

/** A user as the authentication API shows it. */
function userInfo({ name, uid, groups, extra }: UserInfo): object {
  return { username: name, ...(uid && { uid }), ...(groups.length > 0 && { groups }), ...(extra && { extra }) };
}

const tokenReview =
  (verifier: TokenVerifier): Verb =>
  async (call) => {
    const review = decode(call) as unknown as TokenReview;
    const { token, audiences } = review.spec;
    if (!token) throw invalid(call.resource, "", [fieldRequired("spec.token")]);
    review.status = {};
    try {
      const found = await verifier.verify(token, audiences?.length ? audiences : undefined);
      const groups = [...found.user.groups, systemGroups.authenticated];
      review.status = {
        authenticated: true,
        user: userInfo({ ...found.user, groups }) as never,
        audiences: [...found.audiences],
      };
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      review.status = { error: cause instanceof Error ? `[invalid bearer token, ${cause.message}]` : String(error) };
    }
    return created(review);
  };

const whoAmI: Verb = async (call) => {
  const review = decode(call) as unknown as SelfSubjectReview;
  review.status = { userInfo: userInfo(call.context.user) as never };
  return created(review);
};

/** Resources without storage, by group and plural. */
export function reviews(rbac: RbacAuthorizer, verifier: TokenVerifier): ReadonlyMap<string, Subresource> {
  return new Map<string, Subresource>([
    ["authorization.k8s.io/subjectaccessreviews", { verbs: { create: subjectReview } }],
    ["authorization.k8s.io/localsubjectaccessreviews", { verbs: { create: subjectReview } }],
    ["authorization.k8s.io/selfsubjectaccessreviews", { verbs: { create: selfReview } }],
    ["authorization.k8s.io/selfsubjectrulesreviews", { verbs: { create: rulesReview(rbac) } }],
    ["authentication.k8s.io/tokenreviews", { verbs: { create: tokenReview(verifier) } }],
    ["authentication.k8s.io/selfsubjectreviews", { verbs: { create: whoAmI } }],
  ]);
}
