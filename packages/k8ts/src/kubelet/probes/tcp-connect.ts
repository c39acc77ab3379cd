/** Whether something listens: a TCP connection that is closed at once. */
import { dialFault, hostPort } from "./network-fault.ts";
import type { ProbeOutcome } from "./probe-result.ts";

/** Connects; an aborted signal is a timeout. */
export async function tcpConnect(host: string, port: number, signal: AbortSignal): Promise<ProbeOutcome> {
  const { connect } = await import("node:net");
  return await new Promise<ProbeOutcome>((resolve) => {
    const socket = connect({ host, port });
    const end = (outcome: ProbeOutcome): void => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(outcome);
    };
    const onAbort = (): void => end({ result: "Failure", output: `dial tcp ${hostPort(host, port)}: i/o timeout` });
    signal.addEventListener("abort", onAbort, { once: true });
    socket.on("connect", () => end({ result: "Success", output: "" }));
    socket.on("error", (error) => end({ result: "Failure", output: dialFault(error, host, port) }));
  });
}
