/** Makes one probe of a container: a command inside, an HTTP GET, a TCP connection, a gRPC health check. */
import type { Clock, DeepReadonly } from "@k8ts/api";
import type { Probe } from "@k8ts/api/core/v1";
import { expandStatically } from "../containers/container-config.ts";
import type { ContainerRuntime } from "../runtimes/runtime.ts";
import type { ContainerSpec } from "../pods/pod-spec.ts";
import { httpGet } from "./http-get.ts";
import { portOf } from "./port-of.ts";
import type { ProbeOutcome } from "./probe-result.ts";
import { tcpConnect } from "./tcp-connect.ts";

/** One probe to make. */
export interface ProbeRequest {
  readonly probe: DeepReadonly<Probe>;
  readonly container: ContainerSpec;
  readonly containerId: string;
  readonly podIP: string;
}

/** Makes probes. A node without a real network is given one of its own. */
export interface Prober {
  /** Never throws for what the container does; throws where the probe cannot be made at all. */
  probe(request: ProbeRequest): Promise<ProbeOutcome>;
}

/** For nodes whose containers have neither processes nor network: everything is well. */
export const contentProber: Prober = { probe: async () => ({ result: "Success", output: "" }) };

/** Longest output of a command that is looked at. */
const maxOutputBytes = 10 * 1024;

/** Makes real probes. */
export function createProber(runtime: ContainerRuntime, clock: Clock): Prober {
  return {
    async probe(request) {
      const { probe } = request;
      const seconds = probe.timeoutSeconds ?? 1;
      if (probe.exec !== undefined) return await probeExec(runtime, request, seconds);
      if (probe.httpGet !== undefined) return await probeHttp(clock, request, seconds);
      if (probe.tcpSocket !== undefined) {
        const port = portOf(request.container, probe.tcpSocket.port);
        const host = probe.tcpSocket.host || request.podIP;
        return await within(clock, seconds, "", (signal) => tcpConnect(host, port, signal));
      }
      if (probe.grpc !== undefined) {
        const { grpcHealth } = await import("./grpc-health.ts");
        return await grpcHealth(clock, request.podIP, probe.grpc.port, probe.grpc.service ?? "", seconds);
      }
      throw new Error("missing probe handler");
    },
  };
}

async function within<T>(
  clock: Clock,
  seconds: number,
  reason: string,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = clock.setTimer(seconds * 1000, () => limit.abort(reason));
  try {
    return await run(limit.signal);
  } finally {
    timer.cancel();
  }
}

async function probeExec(runtime: ContainerRuntime, request: ProbeRequest, seconds: number): Promise<ProbeOutcome> {
  const command = expandStatically(request.container, request.probe.exec?.command ?? []);
  try {
    const { stdout, stderr, exitCode } = await runtime.execSync(request.containerId, command, seconds);
    const output = Buffer.concat([stdout, stderr]).subarray(0, maxOutputBytes).toString("utf8");
    return { result: exitCode === 0 ? "Success" : "Failure", output };
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    // Upstream: a command that takes too long has failed; all other faults are the probe's own.
    if (code !== "DEADLINE_EXCEEDED") throw error;
    return { result: "Failure", output: message };
  }
}

const timeoutText = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";

async function probeHttp(clock: Clock, request: ProbeRequest, seconds: number): Promise<ProbeOutcome> {
  const { container, podIP } = request;
  const action = request.probe.httpGet!;
  portOf(container, action.port);
  try {
    const answer = await within(clock, seconds, timeoutText, (signal) =>
      httpGet({ action, container, podIP, agent: "kube-probe/1.36", signal }),
    );
    const { statusCode, body, redirectsAway } = answer;
    if (redirectsAway) return { result: "Warning", output: `Probe terminated redirects, Response body: ${body}` };
    if (statusCode >= 200 && statusCode < 400) return { result: "Success", output: body };
    return { result: "Failure", output: `HTTP probe failed with statuscode: ${statusCode}` };
  } catch (error) {
    return { result: "Failure", output: (error as Error).message };
  }
}
