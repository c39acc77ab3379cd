/** The files of a configMap, secret, downwardAPI or projected volume, before they are written. */

/** One file. */
export interface PayloadFile {
  readonly content: Uint8Array;
  readonly mode: number;
  /** Owner; undefined: root. */
  readonly uid?: number;
}

/** Files by their paths in the volume. */
export type Payload = Map<string, PayloadFile>;

/** Throws where a path would leave the volume or hide its machinery. */
export function checkPayloadPath(path: string): void {
  const parts = path.split("/");
  if (path === "" || path.startsWith("/")) throw new Error(`invalid path: must be relative path: ${path}`);
  if (parts.includes("..")) throw new Error(`invalid path: must not contain '..': ${path}`);
  if (parts[0]!.startsWith("..")) throw new Error(`invalid path: must not start with '..': ${path}`);
}

/** A text that differs whenever the payload does. */
export function payloadFingerprint(payload: Payload): string {
  const parts = [...payload].sort(([a], [b]) => (a < b ? -1 : 1));
  return parts
    .map(([path, { content, mode, uid = 0 }]) => `${path}\0${mode}\0${uid}\0${Buffer.from(content).toString("base64")}`)
    .join("\n");
}
