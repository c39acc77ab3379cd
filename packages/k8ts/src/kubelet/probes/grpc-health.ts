/** gRPC health checks (grpc.health.v1). Loaded only when a pod asks for one. */
import type { Clock } from "@k8ts/api";
import { Client, credentials, status } from "@grpc/grpc-js";
import { hostPort } from "./network-fault.ts";
import type { ProbeOutcome } from "./probe-result.ts";

/** HealthCheckResponse.status. */
const servingStatuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"] as const;

/** HealthCheckRequest { string service = 1 } */
function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service, "utf8");
  if (name.length === 0) return Buffer.alloc(0);
  const length: number[] = [];
  let rest = name.length;
  while (rest > 0x7f) {
    length.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.concat([Buffer.from([0x0a, ...length, rest]), name]);
}

/** HealthCheckResponse { ServingStatus status = 1 } */
function decodeResponse(bytes: Buffer): string {
  const value = bytes[0] === 0x08 ? bytes[1]! : 0;
  return servingStatuses[value] ?? String(value);
}

/** Asks for the service's health; TLS is not used, as upstream. */
export async function grpcHealth(
  clock: Clock,
  host: string,
  port: number,
  service: string,
  seconds: number,
): Promise<ProbeOutcome> {
  const address = hostPort(host, port);
  const client = new Client(address, credentials.createInsecure(), { "grpc.primary_user_agent": "kube-probe/1.36" });
  const slow = {
    result: "Failure",
    output: `timeout: failed to connect service "${address}" within ${seconds}s: context deadline exceeded`,
  } as const;
  try {
    return await new Promise<ProbeOutcome>((resolve) => {
      const call = client.makeUnaryRequest(
        "/grpc.health.v1.Health/Check",
        encodeRequest,
        decodeResponse,
        service,
        (error, answer) => {
          timer.cancel();
          if (error === null) resolve(verdict(service, answer!));
          else if (error.code === status.CANCELLED) resolve(slow);
          else if (error.code === status.UNIMPLEMENTED)
            resolve({
              result: "Failure",
              output: "error: this server does not implement the grpc health protocol (grpc.health.v1.Health)",
            });
          else
            resolve({
              result: "Failure",
              output: `error: health rpc probe failed: rpc error: code = ${status[error.code]} desc = ${error.details}`,
            });
        },
      );
      const timer = clock.setTimer(seconds * 1000, () => call.cancel());
    });
  } finally {
    client.close();
  }
}

function verdict(service: string, answer: string): ProbeOutcome {
  if (answer === "SERVING") return { result: "Success", output: `service healthy` };
  return { result: "Failure", output: `service unhealthy (responded with "${answer}")` };
}
