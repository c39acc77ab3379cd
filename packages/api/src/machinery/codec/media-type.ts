/** Media types that bodies come in. */

/** JSON. */
export const jsonMediaType = "application/json";
/** YAML. */
export const yamlMediaType = "application/yaml";
/** Kubernetes' protobuf envelope. */
export const protobufMediaType = "application/vnd.kubernetes.protobuf";

/** What decodeBody reads, in the order that a 415 lists them. */
export const bodyMediaTypes: readonly string[] = [jsonMediaType, yamlMediaType, protobufMediaType];

/** "application/json" of "Application/JSON; charset=utf-8". */
export function baseMediaType(contentType: string): string {
  const semicolon = contentType.indexOf(";");
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}
