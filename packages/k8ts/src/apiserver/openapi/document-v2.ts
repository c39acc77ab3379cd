/** The OpenAPI 2.0 (Swagger) document: one for the whole server. */
import type { Scheme } from "@k8ts/api";
import { patchMediaTypes } from "./document-v3.ts";
import { groupVersionOperations, type Operation } from "./operations.ts";
import { TypeSchemas, type Docs } from "./type-schemas.ts";

const encodings = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
const statusTexts: Readonly<Record<number, string>> = { 200: "OK", 201: "Created", 202: "Accepted" };

function bodyParameter({ body }: Operation, types: TypeSchemas): object[] {
  if (body === undefined) return [];
  const schema = body === "patch" ? types.patchRef() : types.ref(body);
  const required = body === "meta.v1.DeleteOptions" ? {} : { required: true };
  return [{ in: "body", name: "body", ...required, schema }];
}

function operationDocument(operation: Operation, types: TypeSchemas): object {
  const { description, operationId, tag, action, kind, parameters, response, codes, watchable, body } = operation;
  const schema = response === "string" ? { type: "string" } : types.ref(response);
  const answers = codes.map((code) => [code, { description: statusTexts[code], schema }]);
  const all = [
    ...parameters.map(({ name, in: place, type, description: text }) => ({
      description: text,
      in: place,
      name,
      ...(place === "path" && { required: true }),
      type,
      uniqueItems: true,
    })),
    ...bodyParameter(operation, types),
  ];
  const streams = watchable ? encodings.map((type) => `${type};stream=watch`) : [];
  return {
    consumes: body === "patch" ? patchMediaTypes : ["*/*"],
    description,
    operationId,
    ...(all.length > 0 && { parameters: all }),
    produces: response === "string" ? ["*/*"] : [...encodings, ...streams],
    responses: { ...Object.fromEntries(answers), 401: { description: "Unauthorized" } },
    schemes: ["https"],
    tags: [tag],
    ...(action && { "x-kubernetes-action": action }),
    ...(kind && { "x-kubernetes-group-version-kind": kind }),
  };
}

/** The document of everything that the scheme serves. */
export function documentV2(scheme: Scheme, docs?: Docs): object {
  const types = new TypeSchemas(scheme, "v2", docs);
  const paths: Record<string, Record<string, object>> = {};
  for (const { groupVersion } of scheme.groupVersions()) {
    for (const operation of groupVersionOperations(scheme, groupVersion)) {
      (paths[operation.path] ??= {})[operation.method] = operationDocument(operation, types);
    }
    for (const struct of scheme.structsOf(groupVersion)) if (struct.isKind) types.ref(struct.name);
  }
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: "v1.36.2" },
    paths,
    definitions: types.schemas(),
    securityDefinitions: {
      BearerToken: { type: "apiKey", description: "A bearer token.", name: "authorization", in: "header" },
    },
    security: [{ BearerToken: [] }],
  };
}
