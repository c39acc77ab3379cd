/** How volumes and claims show their modes and classes. */
import type { DeepReadonly, KubernetesObject } from "@k8ts/api";

const short: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

/** "RWO,ROX": each once, in a fixed order. */
export function accessModesText(modes: readonly string[] | undefined): string {
  return Object.keys(short)
    .filter((mode) => modes?.includes(mode))
    .map((mode) => short[mode])
    .join(",");
}

/** The class, which an annotation may name instead of the spec. */
export function storageClassOf(
  object: DeepReadonly<KubernetesObject & { spec?: { storageClassName?: string } }>,
): string {
  return (
    object.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? object.spec?.storageClassName ?? ""
  );
}
