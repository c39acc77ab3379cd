/** OpenAPI 3.0 documents: one per group/version. */
import type { Scheme } from "@k8ts/api";
import { groupVersionOperations, type Operation } from "./operations.ts";
import type { Parameter } from "./parameters.ts";
import { TypeSchemas, type Docs, type JsonSchema } from "./type-schemas.ts";

const encodings = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

const statusTexts: Readonly<Record<number, string>> = { 200: "OK", 201: "Created", 202: "Accepted" };

function parameter({ name, in: place, type, description }: Parameter): object {
  return {
    description,
    in: place,
    name,
    ...(place === "path" && { required: true }),
    schema: { type, uniqueItems: true },
  };
}

const contentOf = (types: readonly string[], schema: JsonSchema): object =>
  Object.fromEntries(types.map((type) => [type, { schema }]));

/** What PATCH takes. */
export const patchMediaTypes: readonly string[] = [
  "application/apply-patch+yaml",
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
];

function requestBody({ body }: Operation, types: TypeSchemas): object | undefined {
  if (body === undefined) return undefined;
  if (body === "patch") return { content: contentOf(patchMediaTypes, types.patchRef()), required: true };
  return { content: contentOf(["*/*"], types.ref(body)), ...(body !== "meta.v1.DeleteOptions" && { required: true }) };
}

function responses({ response, codes, watchable }: Operation, types: TypeSchemas): object {
  const text = response === "string";
  const schema = text ? { type: "string" } : types.ref(response);
  const media = text ? ["*/*"] : [...encodings, ...(watchable ? encodings.map((type) => `${type};stream=watch`) : [])];
  const answers = codes.map((code) => [code, { description: statusTexts[code], content: contentOf(media, schema) }]);
  return { ...Object.fromEntries(answers), 401: { description: "Unauthorized" } };
}

function operationDocument(operation: Operation, types: TypeSchemas): object {
  const { description, operationId, tag, action, kind, parameters } = operation;
  const body = requestBody(operation, types);
  return {
    description,
    operationId,
    ...(parameters.length > 0 && { parameters: parameters.map(parameter) }),
    ...(body && { requestBody: body }),
    responses: responses(operation, types),
    tags: [tag],
    ...(action && { "x-kubernetes-action": action }),
    ...(kind && { "x-kubernetes-group-version-kind": kind }),
  };
}

/** The document of one group/version; undefined where it serves nothing. */
export function documentV3(scheme: Scheme, groupVersion: string, docs?: Docs): object | undefined {
  const operations = groupVersionOperations(scheme, groupVersion);
  if (operations.length === 0) return undefined;
  const types = new TypeSchemas(scheme, "v3", docs);
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    (paths[operation.path] ??= {})[operation.method] = operationDocument(operation, types);
  }
  for (const struct of scheme.structsOf(groupVersion)) if (struct.isKind) types.ref(struct.name);
  types.ref("meta.v1.WatchEvent");
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "v1.36.2" },
    paths,
    components: {
      schemas: types.schemas(),
      securitySchemes: {
        BearerToken: { type: "apiKey", description: "A bearer token.", name: "authorization", in: "header" },
      },
    },
    security: [{ BearerToken: [] }],
  };
}
