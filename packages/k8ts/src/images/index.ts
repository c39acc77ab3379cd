/**
 * Images without a network: `layout.ts` keeps what people load (OCI archives, docker save), `registry.ts` serves it to the
 * node's containerd ahead of every registry, `build.ts` makes archives without a container tool. The command writes the
 * layout, cluster.ts runs the registry. Nothing here pulls or runs images: containerd does.
 */
export { ArchiveError, loadArchive } from "./load.ts";
export { buildImage, type ImagePlan, type LayerEntry } from "./build.ts";
export { createRegistryServer, type EmbeddedRegistry, type RegistryOptions } from "./registry.ts";
export { ImageLayout, nameAnnotation, type Descriptor } from "./layout.ts";
export { familiarReference, fullReference, parseReference } from "./reference.ts";
