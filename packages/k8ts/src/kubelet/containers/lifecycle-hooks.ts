/** postStart and preStop: a command inside, an HTTP request, a TCP connection (which does nothing upstream), or a pause. */
import type { Clock, DeepReadonly } from "@k8ts/api";
import type { LifecycleHandler } from "@k8ts/api/core/v1";
import type { ContainerRuntime } from "../runtimes/runtime.ts";
import { podText, type ContainerSpec, type DesiredPod } from "../pods/pod-spec.ts";
import { httpGet } from "../probes/http-get.ts";

/** What a hook runs with. */
export interface HookContext {
  readonly pod: DesiredPod;
  readonly container: ContainerSpec;
  readonly containerId: string;
  readonly podIP: string;
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const decoder = new TextDecoder();

/** Runs the hook; throws an Error with upstream's text where it fails. */
export async function runHook(handler: DeepReadonly<LifecycleHandler>, context: HookContext): Promise<void> {
  const where = `for Container "${context.container.name}" in Pod "${podText(context.pod)}" failed - error:`;
  if (handler.exec !== undefined) await runExec(handler.exec.command ?? [], where, context);
  else if (handler.httpGet !== undefined) await runHttp(handler.httpGet, where, context);
  else if (handler.sleep !== undefined) await runSleep(handler.sleep.seconds, where, context);
  else throw new Error("Cannot run handler: invalid handler");
}

async function runExec(command: readonly string[], where: string, context: HookContext): Promise<void> {
  const hook = `Exec lifecycle hook ([${command.join(" ")}]) ${where}`;
  let result;
  try {
    result = await context.runtime.execSync(context.containerId, command, 0);
  } catch (error) {
    throw new Error(`${hook} ${(error as Error).message}, message: ""`, { cause: error });
  }
  if (result.exitCode === 0) return;
  const output = decoder.decode(result.stdout) + decoder.decode(result.stderr);
  const fault = `command '${command.join(" ")}' exited with ${result.exitCode}: ${decoder.decode(result.stderr)}`;
  throw new Error(`${hook} ${fault}, message: ${JSON.stringify(output)}`);
}

type HttpGet = NonNullable<DeepReadonly<LifecycleHandler>["httpGet"]>;

async function runHttp(action: HttpGet, where: string, context: HookContext): Promise<void> {
  const { container, podIP, signal } = context;
  const get = (scheme: string | undefined) =>
    httpGet({ action: { ...action, scheme }, container, podIP, agent: "kube-lifecycle/1.36", signal });
  try {
    // The answer's status does not matter; that there is one does.
    await get(action.scheme).catch(async (error: unknown) => {
      // A server that was told HTTPS but speaks HTTP is asked again in its own language.
      if (action.scheme !== "HTTPS" || !/EPROTO|wrong version number|packet length/i.test(String(error))) throw error;
      await get("HTTP");
    });
  } catch (error) {
    const fault = (error as Error).message;
    throw new Error(`HTTP lifecycle hook (${action.path ?? ""}) ${where} ${fault}`, { cause: error });
  }
}

async function runSleep(seconds: number, where: string, { clock, signal }: HookContext): Promise<void> {
  try {
    await clock.sleep(seconds * 1000, signal);
  } catch (cause) {
    const fault = "container terminated before sleep hook finished";
    throw new Error(`Sleep lifecycle hook (${seconds}) ${where} ${fault}`, { cause });
  }
}
