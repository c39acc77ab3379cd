/**
 * Gets a container's image onto the node: pull policies, credentials, backoff, and the events people know. Pulls of one
 * image by the same credentials at the same time are one pull.
 */
import type { Clock, DeepReadonly } from "@k8ts/api";
import type { Secret } from "@k8ts/api/core/v1";
import type { ContainerRuntime, Image, PodSandboxConfig, RegistryAuth } from "../runtimes/runtime.ts";
import { Backoff, durationText } from "../pods/backoff.ts";
import type { DesiredPod } from "../pods/pod-spec.ts";
import { withDefaultTag } from "./image-name.ts";
import { pullCredentials } from "./pull-credentials.ts";
import type { PullRecords } from "./pull-records.ts";
import { PullQueue } from "./pull-queue.ts";

/** Why an image is not there: the reason that the container waits for. */
export type ImageFailure =
  | "ErrImagePull"
  | "ImagePullBackOff"
  | "ErrImageNeverPull"
  | "ImageInspectError"
  | "InvalidImageName"
  | "RegistryUnavailable"
  | "SignatureValidationFailed";

/** Thrown where the image cannot be had now. */
export class ImageError extends Error {
  override readonly name = "ImageError";
  readonly reason: ImageFailure;
  /** Milliseconds after which another try makes sense; undefined: no sooner than the pod changes. */
  readonly retryAfter: number | undefined;

  constructor(reason: ImageFailure, message: string, retryAfter?: number) {
    super(message);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

/** Says something of the container on whose behalf an image is wanted. */
export type Report = (type: "Normal" | "Warning", reason: string, message: string) => void;

/** One container's wish. */
export interface ImageRequest {
  readonly pod: DesiredPod;
  readonly image: string;
  readonly policy: string | undefined;
  /** The pod's imagePullSecrets, as far as they exist; asked for only when a pull is due. */
  readonly secrets: () => Promise<readonly DeepReadonly<Secret>[]>;
  readonly sandbox: PodSandboxConfig | undefined;
  readonly report: Report;
}

/** Upstream's waits after failed pulls. */
const firstWait = 10_000;
const lastWait = 300_000;
/** How long a failure shows as itself before it shows as ImagePullBackOff. */
const showFailureMilliseconds = 2_000;

/** What the manager is made of. */
export interface ImageManagerOptions {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  /** One pull after the other, as upstream's default; else up to this many at once. */
  readonly maxParallelPulls: number;
  readonly records: PullRecords;
  /** An image has been pulled. */
  readonly pulled: () => void;
}

/** Images of a node. */
export class ImageManager {
  readonly #runtime: ContainerRuntime;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #queue: PullQueue;
  readonly #records: PullRecords;
  readonly #pulled: () => void;
  readonly #lastFailure = new Map<string, string>();

  constructor({ runtime, clock, maxParallelPulls, records, pulled }: ImageManagerOptions) {
    this.#records = records;
    this.#pulled = pulled;
    this.#runtime = runtime;
    this.#clock = clock;
    this.#backoff = new Backoff(clock, firstWait, lastWait);
    this.#queue = new PullQueue(runtime, clock, maxParallelPulls);
  }

  /** The image, pulled where the policy says so. Throws ImageError. */
  async ensure(request: ImageRequest): Promise<Image> {
    const { image, policy, report } = request;
    let name: string;
    try {
      name = withDefaultTag(image);
    } catch (error) {
      const message = `Failed to apply default image tag "${image}": ${(error as Error).message}`;
      report("Warning", "InspectFailed", message);
      throw new ImageError("InvalidImageName", message);
    }
    if (policy !== "Always") {
      const present = await this.#inspect(name, report);
      const own = async () => pullCredentials(name, await request.secrets());
      if (present !== undefined && (await this.#records.permits(present.id, own))) {
        report(
          "Normal",
          "Pulled",
          `Container image "${image}" already present on machine and can be accessed by the pod`,
        );
        return present;
      }
      if (policy === "Never") {
        const message = `Container image "${image}" is not present with pull policy of Never`;
        report("Warning", "ErrImageNeverPull", message);
        throw new ImageError("ErrImageNeverPull", message);
      }
    }
    return await this.#pull(name, request);
  }

  /** Forgets a pod's failures. */
  forget(uid: string): void {
    this.#backoff.forget(`${uid}_`);
    for (const key of this.#lastFailure.keys()) if (key.startsWith(`${uid}_`)) this.#lastFailure.delete(key);
  }

  async #inspect(name: string, report: Report): Promise<Image | undefined> {
    try {
      return await this.#runtime.imageStatus(name);
    } catch (error) {
      const message = `Failed to inspect image "${name}": ${(error as Error).message}`;
      report("Warning", "InspectFailed", message);
      throw new ImageError("ImageInspectError", message);
    }
  }

  async #pull(name: string, request: ImageRequest): Promise<Image> {
    const { image, report, pod } = request;
    const key = `${pod.metadata.uid}_${image}`;
    const wait = this.#backoff.leftSinceUpdate(key);
    if (wait > 0) {
      const message = `Back-off pulling image "${image}"`;
      report("Normal", "BackOff", message);
      const last = this.#lastFailure.get(key);
      throw new ImageError("ImagePullBackOff", last === undefined ? message : `${message}: ${last}`, wait);
    }
    this.#lastFailure.delete(key);
    report("Normal", "Pulling", `Pulling image "${image}"`);
    const started = this.#clock.monotonic();
    try {
      const { reference, milliseconds, auth } = await this.#pullWithCredentials(name, request);
      const pulled = (await this.#runtime.imageStatus(reference)) ?? (await this.#runtime.imageStatus(name));
      if (pulled === undefined) throw new Error(`image "${name}" vanished after it was pulled`);
      await this.#records.pulled(pulled.id, auth);
      this.#pulled();
      const whole = durationText(Math.round(this.#clock.monotonic() - started));
      report(
        "Normal",
        "Pulled",
        `Successfully pulled image "${image}" in ${durationText(milliseconds)} (${whole} including waiting). Image size: ${pulled.size} bytes.`,
      );
      return pulled;
    } catch (error) {
      throw this.#failed(key, image, report, error as Error);
    }
  }

  #failed(key: string, image: string, report: Report, error: Error): ImageError {
    report("Warning", "Failed", `Failed to pull image "${image}": ${error.message}`);
    this.#backoff.next(key, this.#clock.now());
    const failure = classify(image, error);
    this.#lastFailure.set(key, `${failure.reason}: ${failure.message}`);
    return new ImageError(failure.reason, failure.message, showFailureMilliseconds);
  }

  async #pullWithCredentials(name: string, { secrets, sandbox, image }: ImageRequest) {
    const credentials: (RegistryAuth | undefined)[] = pullCredentials(image, await secrets());
    if (credentials.length === 0) credentials.push(undefined);
    const failures: string[] = [];
    for (const auth of credentials) {
      try {
        return { ...(await this.#queue.pull(name, auth, sandbox)), auth };
      } catch (error) {
        if (credentials.length === 1) throw error;
        failures.push((error as Error).message);
      }
    }
    throw new Error(failures.length === 1 ? failures[0] : `[${failures.join(", ")}]`);
  }
}

function classify(image: string, { message }: Error): { reason: ImageFailure; message: string } {
  const starts = (word: string, what: string) => ({
    reason: word as ImageFailure,
    message: `image pull failed for ${image} because ${what}${message.slice(word.length)}`,
  });
  if (message.startsWith("RegistryUnavailable")) return starts("RegistryUnavailable", "the registry is unavailable");
  if (message.startsWith("SignatureValidationFailed"))
    return starts("SignatureValidationFailed", "the signature validation failed");
  return { reason: "ErrImagePull", message };
}
