/** CRI's messages to and from the shapes of runtime.ts, where they differ. */
import type {
  Container,
  ContainerConfig,
  ContainerStats,
  ContainerStatus,
  FilesystemUsage,
  Image,
  LinuxResources,
  PodSandboxConfig,
  PodSandboxStatus,
} from "../runtime.ts";
import type { Fields } from "./wire.ts";

/** PodSandboxConfig as CRI nests it. */
export function sandboxConfig(config: PodSandboxConfig): Fields {
  const { cgroupParent, securityContext, sysctls, ...rest } = config;
  return { ...rest, linux: { cgroupParent, securityContext, sysctls } };
}

/** ContainerConfig as CRI nests it. */
export function containerConfig(config: ContainerConfig): Fields {
  const { image, userSpecifiedImage, resources, securityContext, ...rest } = config;
  return { ...rest, image: { image, userSpecifiedImage }, linux: { resources, securityContext } };
}

/** A sandbox's status, its addresses in one list. */
export function sandboxStatus(fields: Fields): PodSandboxStatus {
  const { network, ...rest } = fields as unknown as PodSandboxStatus & {
    network?: { ip: string; additionalIps: { ip: string }[] };
  };
  const ips = network === undefined ? [] : [network.ip, ...network.additionalIps.map(({ ip }) => ip)];
  return { ...rest, ips: ips.filter((ip) => ip !== "") };
}

/** A container of a list. */
export function container(fields: Fields): Container {
  return { ...(fields as unknown as Container), image: imageName(fields) };
}

/** A container's status; CRI leaves its sandbox out. */
export function containerStatus(fields: Fields, podSandboxId: string): ContainerStatus {
  const resources = (fields["resources"] as { linux?: LinuxResources } | undefined)?.linux;
  return { ...(fields as unknown as ContainerStatus), image: imageName(fields), podSandboxId, resources };
}

function imageName(fields: Fields): string {
  return (fields["image"] as { image: string } | undefined)?.image ?? "";
}

/** An image; runs as a number where the image names no user. */
export function image(fields: Fields): Image {
  const { username, ...rest } = fields as unknown as Image;
  return username === "" ? rest : { ...rest, username };
}

/** One filesystem of the runtime. */
export function filesystemUsage(fields: Fields): FilesystemUsage {
  const { fsId, usedBytes, inodesUsed } = fields as {
    fsId?: { mountpoint: string };
    usedBytes?: number;
    inodesUsed?: number;
  };
  return { mountpoint: fsId?.mountpoint ?? "", usedBytes: usedBytes ?? 0, inodesUsed: inodesUsed ?? 0 };
}

/** One container's usage; undefined where the runtime has none (it does not run). */
export function containerStats(fields: Fields, podSandboxId: string): ContainerStats | undefined {
  const { attributes, cpu, memory, writableLayer } = fields as {
    attributes?: { id: string; metadata?: { name: string }; labels: Record<string, string> };
    cpu?: { timestamp: bigint; usageCoreNanoSeconds?: { value: bigint } };
    memory?: { timestamp: bigint; workingSetBytes?: number; usageBytes?: number; rssBytes?: number };
    writableLayer?: Fields;
  };
  if (attributes === undefined || cpu === undefined) return undefined;
  return {
    id: attributes.id,
    podSandboxId,
    name: attributes.metadata?.name ?? "",
    labels: attributes.labels,
    timestamp: cpu.timestamp,
    cpuUsageCoreNanoSeconds: cpu.usageCoreNanoSeconds?.value ?? 0n,
    memoryWorkingSetBytes: memory?.workingSetBytes ?? 0,
    memoryUsageBytes: memory?.usageBytes ?? 0,
    memoryRssBytes: memory?.rssBytes ?? 0,
    writableLayerBytes: writableLayer === undefined ? 0 : filesystemUsage(writableLayer).usedBytes,
  };
}

/**
 * What the Ready condition says of the runtime's own conditions, in the kubelet's words; empty where all are true.
 */
export function conditionsMessage(conditions: readonly Fields[]): string {
  const said: string[] = [];
  for (const [type, subject] of [
    ["RuntimeReady", "container runtime not ready"],
    ["NetworkReady", "container runtime network not ready"],
  ] as const) {
    const condition = conditions.find((each) => each["type"] === type);
    if (condition?.["status"] === true) continue;
    const detail =
      condition === undefined
        ? `${type} condition is not set`
        : `${type}=false reason:${String(condition["reason"])} message:${String(condition["message"])}`;
    said.push(`${subject}: ${detail}`);
  }
  return said.join(", ");
}
