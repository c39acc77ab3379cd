/** The port that a probe or hook means: a number, or the name of one of the container's ports. */
import type { ContainerSpec } from "../pods/pod-spec.ts";

/** The port's number; throws in upstream's words where it is unknown or out of range. */
export function portOf(container: ContainerSpec, port: number | string | undefined): number {
  if (typeof port === "string" && !/^\d+$/.test(port)) {
    const named = container.ports?.find((one) => one.name === port);
    if (named === undefined) throw new Error(`invalid port number: 0`);
    return named.containerPort;
  }
  const number = Number(port ?? 0);
  if (number > 0 && number < 65_536) return number;
  throw new Error(`invalid port number: ${number}`);
}
