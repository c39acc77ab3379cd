import type { SchedulerPlugin } from "../framework.ts";

const megabyte = 1024 * 1024;
const minThreshold = 23 * megabyte;
const maxContainerThreshold = 1000 * megabyte;

/** Node status names images with a tag; a spec may leave ":latest" out. */
const normalized = (image: string): string =>
  image.lastIndexOf(":") <= image.lastIndexOf("/") ? `${image}:latest` : image;

/** Prefers nodes that have the pod's images already, by size, damped where only few nodes have them. */
export const imageLocality: SchedulerPlugin = {
  name: "ImageLocality",
  weight: 1,
  score(pod, snapshot, feasible, scores) {
    const containers = [...(pod.pod.spec?.initContainers ?? []), ...(pod.pod.spec?.containers ?? [])];
    const images = containers.map((container) => normalized(container.image ?? ""));
    const known = images.filter((image) => snapshot.nodesWithImage(image) > 0);
    if (known.length === 0) return false;
    const maxThreshold = maxContainerThreshold * images.length;
    for (let at = 0; at < feasible.length; at++) {
      let sum = 0;
      for (const image of known) {
        const spread = snapshot.nodesWithImage(image) / snapshot.nodeCount;
        sum += Math.trunc(snapshot.imageSize(feasible[at]!, image) * spread);
      }
      const bounded = Math.min(Math.max(sum, minThreshold), maxThreshold);
      scores[at] = Math.trunc((100 * (bounded - minThreshold)) / (maxThreshold - minThreshold));
    }
    return true;
  },
};
