/** The kubelet's settings, by their names in KubeletConfiguration (kubelet.config.k8s.io/v1beta1), with its defaults. */
import type { Taint } from "@k8ts/api/core/v1";

/** Settings; all have defaults. Durations in milliseconds. */
export interface KubeletConfig {
  readonly maxPods: number;
  /** Pulls at once; 1: one after the other. */
  readonly maxParallelImagePulls: number;
  readonly nodeStatusUpdateFrequency: number;
  readonly nodeStatusReportFrequency: number;
  readonly nodeLeaseDurationSeconds: number;
  readonly seccompDefault: boolean;
  /** Kernel parameters that pods may set beyond the safe ones; a name that ends in "*" is a prefix. */
  readonly allowedUnsafeSysctls: readonly string[];
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly registerWithTaints: readonly Taint[];
  /** Parts of the machine that pods do not get: "cpu": "500m". */
  readonly reserved: Readonly<Record<string, string>>;
  /** Signals and the least that has to be left, in bytes or per cent: "memory.available": "100Mi". */
  readonly evictionHard: Readonly<Record<string, string>>;
  /** How long a pressure stays after it is over. */
  readonly evictionPressureTransitionPeriod: number;
  readonly imageGCHighThresholdPercent: number;
  readonly imageGCLowThresholdPercent: number;
  /** An image that is younger is not removed. */
  readonly imageMinimumGCAge: number;
  /** Bytes at which a container's log is rotated. */
  readonly containerLogMaxSize: number;
  /** Files of a container's log, the current one among them. */
  readonly containerLogMaxFiles: number;
  /**
   * How long a ready pod that is deleted goes on serving before its containers are told to stop, so that no Service sends to
   * it any more. Not upstream's: there people write a preStop sleep.
   */
  readonly shutdownDrainTime: number;
  /** Images in the node's status; -1: all. */
  readonly nodeStatusMaxImages: number;
  /** Reported as the kubelet's version. */
  readonly version: string;
}

/** Upstream's defaults. */
export const defaultKubeletConfig: KubeletConfig = {
  maxPods: 110,
  maxParallelImagePulls: 1,
  nodeStatusUpdateFrequency: 10_000,
  nodeStatusReportFrequency: 300_000,
  nodeLeaseDurationSeconds: 40,
  seccompDefault: false,
  allowedUnsafeSysctls: [],
  nodeLabels: {},
  registerWithTaints: [],
  reserved: {},
  evictionHard: {
    "memory.available": "100Mi",
    "nodefs.available": "10%",
    "nodefs.inodesFree": "5%",
    "imagefs.available": "15%",
    "imagefs.inodesFree": "5%",
  },
  evictionPressureTransitionPeriod: 300_000,
  imageGCHighThresholdPercent: 85,
  imageGCLowThresholdPercent: 80,
  imageMinimumGCAge: 120_000,
  containerLogMaxSize: 10 * 2 ** 20,
  containerLogMaxFiles: 5,
  shutdownDrainTime: 0,
  nodeStatusMaxImages: 50,
  version: "v1.36.2",
};
