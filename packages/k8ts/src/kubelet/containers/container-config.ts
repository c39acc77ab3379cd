/** A container as the runtime takes it. */
import type { ContainerConfig, ContainerMount, Image } from "../runtimes/runtime.ts";
import type { ContainerSpec, DesiredPod, PodContainer } from "../pods/pod-spec.ts";
import { containerResources } from "./container-resources.ts";
import type { Variable } from "./environment.ts";
import { expandReferences } from "./expansion.ts";
import { containerAnnotations, containerLabels } from "./labels.ts";
import { containerSecurityContext, verifyRunAsNonRoot, type ProfileSettings } from "./security-context.ts";

/** What the node adds to the spec. */
export interface ContainerSettings {
  readonly restartCount: number;
  readonly image: Image;
  readonly variables: readonly Variable[];
  readonly mounts: readonly ContainerMount[];
  /** Bytes of the machine's memory. */
  readonly memoryCapacity: number;
  readonly profiles: ProfileSettings;
  /** Whose process namespace an ephemeral container joins. */
  readonly targetId?: string;
}

/** Relative to the pod's log directory: "nginx/0.log". */
function containerLogPath(name: string, restartCount: number): string {
  return `${name}/${restartCount}.log`;
}

/** The container's configuration; throws what CreateContainerConfigError shows. */
export function containerConfig(
  pod: DesiredPod,
  container: PodContainer,
  settings: ContainerSettings,
): ContainerConfig {
  const { spec } = container;
  const { image, restartCount, variables } = settings;
  verifyRunAsNonRoot(pod, spec, image);
  const values = new Map(variables.map(({ key, value }) => [key, value]));
  const expand = (texts: readonly string[] = []): string[] =>
    texts.map((text) => expandReferences(text, (name) => values.get(name)));
  return {
    metadata: { name: spec.name, attempt: restartCount },
    image: image.id,
    userSpecifiedImage: spec.image ?? "",
    command: expand(spec.command),
    args: expand(spec.args),
    workingDir: spec.workingDir ?? "",
    envs: variables,
    mounts: settings.mounts,
    devices: [],
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, restartCount),
    logPath: containerLogPath(spec.name, restartCount),
    stdin: spec.stdin === true,
    stdinOnce: spec.stdinOnce === true,
    tty: spec.tty === true,
    resources: containerResources(pod, spec, settings.memoryCapacity),
    securityContext: containerSecurityContext(pod, spec, image, settings.profiles, settings.targetId),
  };
}

/** A hook's or probe's command with the references that the spec alone resolves. */
export function expandStatically(container: ContainerSpec, command: readonly string[]): string[] {
  const values = new Map((container.env ?? []).map((variable) => [variable.name, variable.value]));
  return command.map((text) => expandReferences(text, (name) => values.get(name)));
}
