/** Objects as bytes in the encoding that was negotiated. */
import { encodeJson, encodeProtobuf, encodeYaml, type KubernetesObject, type Scheme } from "@k8ts/api";
import type { MediaType } from "../negotiation.ts";

const newline = Buffer.from("\n");

/** Encodes one object, with a newline behind JSON as upstream has it. */
export function encodeObject(object: object, mediaType: MediaType, pretty: boolean, scheme: Scheme): Uint8Array {
  switch (mediaType) {
    case "application/vnd.kubernetes.protobuf":
      return encodeProtobuf(object as KubernetesObject, scheme);
    case "application/yaml":
      return Buffer.from(encodeYaml(object));
    default: {
      const json = encodeJson(object);
      return pretty ? prettyJson(json) : Buffer.concat([json, newline]);
    }
  }
}

/** JSON for people: two spaces. */
export function prettyJson(json: Uint8Array): Uint8Array {
  return Buffer.from(`${JSON.stringify(JSON.parse(Buffer.from(json).toString()), null, 2)}\n`);
}
