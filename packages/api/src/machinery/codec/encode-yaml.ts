/** Objects to YAML, for clients that accept nothing else. */
import { dump } from "js-yaml";
import { encodeJsonText } from "./encode-json.ts";

/** The object as a YAML document: keys in JSON's order, no anchors, no folded lines. */
export function encodeYaml(object: unknown): string {
  return dump(JSON.parse(encodeJsonText(object)), { lineWidth: -1, noRefs: true });
}
