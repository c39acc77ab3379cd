/** /exec, /attach, /portForward and /run: the kubelet's requests that leave HTTP, and the one that stands in for them. */
import type { DeepReadonly } from "@k8ts/api";
import type { Pod } from "@k8ts/api/core/v1";
import { RuntimeError, type StreamRequest } from "../runtimes/runtime.ts";
import {
  acceptRemoteCommand,
  exitStatus,
  failureStatus,
  remoteCommandOptions,
  servePortForward,
  type ExecStatus,
  type RemoteCommandConnection,
  type RemoteCommandOptions,
  type UpgradeRequest,
} from "../streaming/index.ts";
import { Refused } from "./auth.ts";
import {
  podOf,
  readySandbox,
  runningContainer,
  sendText,
  specContainers,
  type Exchange,
  type ServerContext,
} from "./exchange.ts";

/** An upgrade request to the kubelet. */
export interface UpgradeExchange extends UpgradeRequest {
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

interface ContainerTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string | undefined;
  readonly container: string;
}

/** /exec/{namespace}/{pod}[/{uid}]/{container}. */
function containerTarget(segments: readonly string[]): ContainerTarget {
  const [, namespace = "", pod = "", third = "", fourth] = segments;
  if (segments.length < 4 || segments.length > 5) throw new Refused(404, "404 page not found");
  return { namespace, pod, uid: fourth === undefined ? undefined : third, container: fourth ?? third };
}

function optionsOf(query: URLSearchParams): RemoteCommandOptions {
  try {
    return remoteCommandOptions(query);
  } catch (error) {
    throw new Refused(400, (error as Error).message);
  }
}

/** POST or GET /exec: runs a command in a container. */
export async function serveExec(context: ServerContext, exchange: UpgradeExchange): Promise<void> {
  const target = containerTarget(exchange.segments);
  const options = optionsOf(exchange.query);
  const pod = podOf(context.source, target.namespace, target.pod);
  const id = await containerIn(context, pod, target);
  if (id === undefined) throw new Refused(500, `container not found ("${target.container}")`);
  const command = exchange.query.getAll("command");
  if (command.length === 0) throw new Refused(400, "you must specify at least 1 command");
  await serveProcess(context, exchange, options, "executing command in", async (connection) => {
    const request: StreamRequest = { containerId: id, command, ...options };
    return exitStatus(await context.runtime.exec(request, streamsOf(connection), connection.signal));
  });
}

/** POST or GET /attach: joins a container's main process. */
export async function serveAttach(context: ServerContext, exchange: UpgradeExchange): Promise<void> {
  const target = containerTarget(exchange.segments);
  const asked = optionsOf(exchange.query);
  const pod = podOf(context.source, target.namespace, target.pod);
  const id = await containerIn(context, pod, target);
  const fullName = `${target.pod}_${target.namespace}`;
  const spec = specContainers(pod).find(({ name }) => name === target.container);
  if (id === undefined || spec === undefined) {
    throw new Refused(500, `container ${target.container} not found in pod ${fullName}`);
  }
  // Whether there is a terminal was settled when the container was made.
  const tty = spec.tty === true;
  const request: StreamRequest = { containerId: id, command: [], ...asked, tty, stderr: asked.stderr && !tty };
  await serveProcess(context, exchange, asked, "attaching to", async (connection) => {
    await context.runtime.attach(request, streamsOf(connection), connection.signal);
    return exitStatus(0);
  });
}

async function containerIn(
  context: ServerContext,
  pod: DeepReadonly<Pod>,
  target: ContainerTarget,
): Promise<string | undefined> {
  if (target.uid !== undefined && target.uid !== pod.metadata.uid) return undefined;
  return runningContainer(context.runtime, pod, target.container);
}

function streamsOf(connection: RemoteCommandConnection) {
  const { stdin, stdout, stderr } = connection;
  return { stdin, stdout, stderr, onResize: connection.onResize.bind(connection) };
}

async function serveProcess(
  context: ServerContext,
  exchange: UpgradeExchange,
  options: RemoteCommandOptions,
  deed: string,
  run: (connection: RemoteCommandConnection) => Promise<ExecStatus>,
): Promise<void> {
  const connection = await acceptRemoteCommand(exchange, options, context.clock);
  if (connection === undefined) return;
  await connection.finish(await statusOf(context, connection, deed, run));
}

async function statusOf(
  context: ServerContext,
  connection: RemoteCommandConnection,
  deed: string,
  run: (connection: RemoteCommandConnection) => Promise<ExecStatus>,
): Promise<ExecStatus> {
  try {
    return await run(connection);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const cancelled = error instanceof RuntimeError && error.code === "CANCELLED";
    if (!cancelled) context.logger.info(`Error ${deed} a container`, { error: message });
    return failureStatus(`error ${deed} container: ${message}`);
  }
}

/** POST or GET /portForward/{namespace}/{pod}[/{uid}]. */
export async function serveForward(context: ServerContext, exchange: UpgradeExchange): Promise<void> {
  const [, namespace = "", name = "", uid] = exchange.segments;
  if (exchange.segments.length < 3 || exchange.segments.length > 4) throw new Refused(404, "404 page not found");
  const pod = podOf(context.source, namespace, name, uid);
  const sandbox = await readySandbox(context.runtime, pod);
  if (sandbox === undefined) throw new Refused(500, `pod not found ("${name}_${namespace}")`);
  await servePortForward(exchange, exchange.query, {
    connect: (port, signal) => context.runtime.portForward(sandbox, port, signal),
    pod: sandbox,
    uid: pod.metadata.uid ?? "",
    clock: context.clock,
    logger: context.logger,
  });
}

/** POST /run/{namespace}/{pod}[/{uid}]/{container}?cmd=…: runs a command and answers with its output. */
export async function serveRun(context: ServerContext, { segments, query, response }: Exchange): Promise<void> {
  const target = containerTarget(segments);
  const pod = podOf(context.source, target.namespace, target.pod);
  const id = await containerIn(context, pod, target);
  if (id === undefined) throw new Refused(500, `container not found ("${target.container}")`);
  const result = await context.runtime.execSync(id, (query.get("cmd") ?? "").split(" "), 0);
  const output = Buffer.concat([result.stdout, result.stderr]).toString("utf8");
  if (result.exitCode === 0) sendText(response, 200, output);
  else sendText(response, 500, `command exited with ${result.exitCode}: ${output}`);
}
