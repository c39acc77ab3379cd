/** The hash of what may change in a running container's spec; kept in its annotation, so that adoption sees a change. */
import type { ContainerSpec } from "../pods/pod-spec.ts";

/** FNV-1a (32 bits, hex) over name and image: the only fields of a container that an update may change and that restart it. */
export function containerHash(container: ContainerSpec): string {
  const text = JSON.stringify({ image: container.image ?? "", name: container.name });
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16);
}
