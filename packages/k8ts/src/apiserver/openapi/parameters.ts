/** Query and path parameters of the API's operations, once, with a sentence each. */

/** One parameter. */
export interface Parameter {
  readonly name: string;
  readonly in: "query" | "path";
  readonly type: "string" | "integer" | "boolean";
  readonly description: string;
}

const query = (name: string, type: Parameter["type"], description: string): Parameter => ({
  name,
  in: "query",
  type,
  description,
});
const path = (name: string, description: string): Parameter => ({ name, in: "path", type: "string", description });

/** In every operation. */
export const pretty = query("pretty", "string", "With 'true' the answer is printed for people to read.");
/** The namespace in a path. */
export const namespace = path("namespace", "Namespace of the object.");
/** The name in a path. */
export const nameOf = (kind: string): Parameter => path("name", `Name of the ${kind}.`);
/** The rest of a proxied path. */
export const proxyPath = path("path", "Path within the server that the request is passed on to.");

const dryRun = query("dryRun", "string", "With 'All' the request is carried out but nothing is stored.");
const fieldManager = query("fieldManager", "string", "Who makes this change; at most 128 printable characters.");
const fieldValidation = query(
  "fieldValidation",
  "string",
  "What to do about unknown and duplicate fields: Ignore them, Warn of them (the default), or refuse them (Strict).",
);

/** Of requests that write. */
export const writing: readonly Parameter[] = [dryRun, fieldManager, fieldValidation];
/** Of PATCH. */
export const patching: readonly Parameter[] = [
  ...writing,
  query("force", "boolean", "Takes over fields that other managers own; only for apply."),
];

const deletionOptions: readonly Parameter[] = [
  dryRun,
  query("gracePeriodSeconds", "integer", "Seconds before the object is gone; 0 deletes at once."),
  query("orphanDependents", "boolean", "Deprecated: use propagationPolicy."),
  query("propagationPolicy", "string", "What becomes of dependents: Orphan, Background or Foreground."),
];

const selection: readonly Parameter[] = [
  query("continue", "string", "Token of the last page, to get the next one."),
  query("fieldSelector", "string", "Chooses objects by their fields."),
  query("labelSelector", "string", "Chooses objects by their labels."),
  query("limit", "integer", "Most objects in one answer."),
  query("resourceVersion", "string", "How fresh the answer must be, or where a watch begins."),
  query("resourceVersionMatch", "string", "How resourceVersion is meant: Exact or NotOlderThan."),
  query("sendInitialEvents", "boolean", "Begins a watch with what exists already."),
  query("timeoutSeconds", "integer", "How long the request may take."),
];

/** Of DELETE. */
export const deleting: readonly Parameter[] = deletionOptions;
/** Of DELETE on a collection. */
export const deletingCollection: readonly Parameter[] = [...deletionOptions, ...selection];
/** Of list and watch. */
export const listing: readonly Parameter[] = [
  query("allowWatchBookmarks", "boolean", "Lets a watch send bookmarks."),
  ...selection,
  query("watch", "boolean", "Streams changes instead of listing."),
];

const container = query("container", "string", "Container of the Pod; may be left out where it has one.");
const streams: readonly Parameter[] = [
  container,
  query("stderr", "boolean", "Streams the standard error."),
  query("stdin", "boolean", "Streams the standard input."),
  query("stdout", "boolean", "Streams the standard output."),
  query("tty", "boolean", "Allocates a terminal."),
];

/** What subresources take beyond the usual. */
export const subresourceParameters: Readonly<Record<string, readonly Parameter[]>> = {
  attach: streams,
  exec: [query("command", "string", "The command and its arguments, one each."), ...streams],
  portforward: [query("ports", "integer", "Ports to forward.")],
  proxy: [query("path", "string", "Path within the server that the request is passed on to.")],
  log: [
    container,
    query("follow", "boolean", "Goes on as the log grows."),
    query("insecureSkipTLSVerifyBackend", "boolean", "Does not check the node's certificate."),
    query("limitBytes", "integer", "Most bytes to send."),
    query("previous", "boolean", "The log of the container that ran before."),
    query("sinceSeconds", "integer", "Only what is younger than this."),
    query("stream", "string", "All, Stdout or Stderr."),
    query("tailLines", "integer", "Only the last lines."),
    query("timestamps", "boolean", "Puts a time before each line."),
  ],
};
