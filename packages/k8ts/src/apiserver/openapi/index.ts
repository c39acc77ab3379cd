/**
 * OpenAPI: the API described for machines. The documents come from the schema tables and the resources, so that they
 * cannot differ from what the server does; sentences for people come from the tables or a Docs function.
 *
 *     schema tables → type-schemas ┐
 *     resources     → operations   ┴→ document-v3, document-v2 → OpenApi (bytes, ETags) → handlers
 *
 * The API server's handlers call it. It knows no sockets and no requests.
 */
export { OpenApi, type OpenApiDocument } from "./open-api.ts";
export { docsFromFile } from "./docs-file.ts";
export type { Docs } from "./type-schemas.ts";
