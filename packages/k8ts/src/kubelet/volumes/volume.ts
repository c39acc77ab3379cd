/** What volumes are to the rest of the kubelet. */

/** A volume of a pod that is there to be mounted into its containers. */
export interface MountedVolume {
  /** On the node. */
  readonly path: string;
  /** Whatever the mount says, it may not be written. */
  readonly readOnly: boolean;
}

/** A pod's volumes by their names. */
export type PodVolumes = ReadonlyMap<string, MountedVolume>;

/** Thrown where a volume cannot be set up; the message is an event's. */
export class VolumeError extends Error {
  override readonly name = "VolumeError";
}
