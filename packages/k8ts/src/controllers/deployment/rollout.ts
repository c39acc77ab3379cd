/** One reconcile of one Deployment: the plans done, one write at a time. */
import {
  cloneJson,
  controllerOf,
  deepEqual,
  findCondition,
  isAlreadyExists,
  isNotFound,
  type DeepReadonly,
} from "@k8ts/api";
import { deployments, replicaSets, type Deployment, type DeploymentStatus, type ReplicaSet } from "@k8ts/api/apps/v1";
import type { ControllerContext, ReconcileResult } from "@k8ts/client";
import { errorText, isNamespaceTerminating } from "../errors.ts";
import {
  deploymentStatus,
  hasProgressDeadline,
  isComplete,
  isSameStatus,
  progressing,
  progressingCondition,
  rolloutStatus,
  untilDeadline,
  withCondition,
} from "./deployment-status.ts";
import { newReplicaSet } from "./new-replica-set.ts";
import {
  generationsOf,
  isSameTemplate,
  replicasOf,
  templateHashLabel,
  type ReadDeployment,
  type ReadReplicaSet,
} from "./replica-set-lists.ts";
import {
  byRevision,
  currentSetAnnotations,
  lastRevision,
  maxRevision,
  revisionAnnotation,
  revisionAnnotated,
  revisionOf,
  rollbackToAnnotation,
  rolledBackAnnotations,
  sizeAnnotations,
} from "./revisions.ts";
import { isScalingEvent, planCurrent, planOld, planScaling, type ScaleStep } from "./scale-plan.ts";

const keepAllRevisions = 2 ** 31 - 1;

/** A Deployment with its ReplicaSets, moved one step on. */
export class Rollout {
  readonly #context: ControllerContext;
  /** As last read or written: each write continues on the answer of the one before. */
  #deployment: ReadDeployment;
  #current: ReadReplicaSet | undefined;
  #old: readonly ReadReplicaSet[];
  /** Whether pods of old ReplicaSets may still run; asked for Recreate only. */
  readonly #oldPodsRun: (current: ReadReplicaSet | undefined) => boolean;

  constructor(
    context: ControllerContext,
    deployment: ReadDeployment,
    sets: readonly ReadReplicaSet[],
    oldPodsRun: (current: ReadReplicaSet | undefined) => boolean,
  ) {
    this.#context = context;
    this.#deployment = deployment;
    const { current, old } = generationsOf(deployment, sets);
    this.#current = current;
    this.#old = old;
    this.#oldPodsRun = oldPodsRun;
  }

  /** The next step. */
  async reconcile(): Promise<ReconcileResult | void> {
    if (this.#deployment.metadata.deletionTimestamp !== undefined) return this.#observe();
    await this.#notePause();
    const paused = this.#deployment.spec?.paused === true;
    if (!paused && this.#rollbackTo() !== undefined) return this.#rollBack();
    if (paused || isScalingEvent(this.#deployment, this.#all())) return this.#resize();
    const strategy = this.#deployment.spec?.strategy?.type;
    if (strategy === "Recreate") return this.#recreate();
    if (strategy === "RollingUpdate") return this.#roll();
    throw new Error(`unexpected deployment strategy type: ${strategy}`);
  }

  #all(): readonly ReadReplicaSet[] {
    return this.#current ? [...this.#old, this.#current] : this.#old;
  }

  /** Only looks: for a Deployment that is being deleted. */
  async #observe(): Promise<void> {
    await this.#syncCurrent();
    await this.#writeStatus(deploymentStatus(this.#deployment, this.#current, this.#old, this.#context.clock.now()));
  }

  async #resize(): Promise<void> {
    await this.#syncCurrent();
    await this.#scaleAll(planScaling(this.#deployment, this.#current, this.#old));
    if (this.#deployment.spec?.paused === true && this.#rollbackTo() === undefined) await this.#cleanUp();
    await this.#writeStatus(deploymentStatus(this.#deployment, this.#current, this.#old, this.#context.clock.now()));
  }

  async #roll(): Promise<ReconcileResult | void> {
    const current = await this.#ensureCurrent();
    const up = planCurrent(this.#deployment, current, this.#old);
    if (up) await this.#scale(up);
    else if (!(await this.#scaleAll(planOld(this.#deployment, current, this.#old)))) await this.#cleanUpWhenComplete();
    return this.#writeRolloutStatus();
  }

  async #recreate(): Promise<ReconcileResult | void> {
    await this.#syncCurrent();
    const down = this.#old.filter((set) => replicasOf(set) > 0).map((set) => ({ set, replicas: 0 }));
    const scaled = await this.#scaleAll(down);
    if (scaled || this.#oldPodsRun(this.#current)) return this.#writeRolloutStatus();
    const current = await this.#ensureCurrent();
    await this.#scale({ set: current, replicas: replicasOf(this.#deployment) });
    await this.#cleanUpWhenComplete();
    return this.#writeRolloutStatus();
  }

  /** Pausing and resuming stop the progress deadline's clock. */
  async #notePause(): Promise<void> {
    if (!hasProgressDeadline(this.#deployment)) return;
    const condition = findCondition(this.#deployment.status?.conditions, "Progressing");
    // A rollout that timed out stays so.
    if (condition?.reason === progressing.timedOut) return;
    const noted = condition?.reason === progressing.paused;
    const paused = this.#deployment.spec?.paused === true;
    if (paused === noted) return;
    const [reason, message] = paused
      ? [progressing.paused, "Deployment is paused"]
      : [progressing.resumed, "Deployment is resumed"];
    await this.#writeProgress("Unknown", reason, message);
  }

  /** The current ReplicaSet, made where it is missing. */
  async #ensureCurrent(): Promise<ReadReplicaSet> {
    await this.#syncCurrent();
    return this.#current ?? this.#createCurrent();
  }

  /** Brings the current ReplicaSet's annotations and minReadySeconds, and the Deployment's revision, up to date. */
  async #syncCurrent(): Promise<void> {
    const set = this.#current;
    if (!set) return;
    const annotations = currentSetAnnotations(this.#deployment, set, maxRevision(this.#old) + 1n);
    const minReadySeconds = this.#deployment.spec?.minReadySeconds ?? 0;
    const sameDelay = (set.spec?.minReadySeconds ?? 0) === minReadySeconds;
    if (!sameDelay || !deepEqual(annotations, set.metadata.annotations ?? {})) {
      const next = cloneJson(set) as ReplicaSet;
      next.metadata.annotations = annotations;
      next.spec!.minReadySeconds = minReadySeconds;
      this.#current = await this.#context.client.update(replicaSets, next);
    }
    const revision = annotations[revisionAnnotation];
    const found = hasProgressDeadline(this.#deployment) && !this.#hasProgressing();
    if (found) {
      await this.#writeProgress("True", progressing.found, `Found new replica set "${set.metadata.name}"`, revision);
    } else if (revision !== this.#deployment.metadata.annotations?.[revisionAnnotation]) {
      await this.#write(this.#deployment.status ?? {}, revision);
    }
  }

  #hasProgressing(): boolean {
    return findCondition(this.#deployment.status?.conditions, "Progressing") !== undefined;
  }

  async #createCurrent(): Promise<ReadReplicaSet> {
    const revision = maxRevision(this.#old) + 1n;
    const wanted = newReplicaSet(this.#deployment, this.#old, revision);
    let created: ReadReplicaSet;
    try {
      created = await this.#context.client.create(replicaSets, wanted);
    } catch (error) {
      created = await this.#createFailed(wanted, error);
      this.#current = created;
      if (String(revision) !== this.#deployment.metadata.annotations?.[revisionAnnotation]) {
        await this.#write(this.#deployment.status ?? {}, String(revision));
      }
      return created;
    }
    this.#current = created;
    const name = created.metadata.name ?? "";
    if (replicasOf(wanted) > 0) this.#tellScaling("up", name, 0, replicasOf(wanted));
    if (hasProgressDeadline(this.#deployment)) {
      const message = `Created new replica set "${name}"`;
      await this.#writeProgress("True", progressing.created, message, String(revision));
    } else await this.#write(this.#deployment.status ?? {}, String(revision));
    return created;
  }

  /** After a failed create: the ReplicaSet where it is ours after all, else throws, having said so in the status. */
  async #createFailed(wanted: ReplicaSet, error: unknown): Promise<ReadReplicaSet> {
    const name = wanted.metadata.name ?? "";
    if (isNamespaceTerminating(error)) throw error;
    if (isAlreadyExists(error)) {
      const { namespace = "", uid } = this.#deployment.metadata;
      const existing = await this.#context.client.get(replicaSets, { namespace, name });
      const ours = controllerOf(existing)?.uid === uid;
      if (ours && isSameTemplate(existing.spec?.template, this.#deployment.spec?.template)) return existing;
      // Another template has the same hash: the next attempt hashes the count too.
      const status = this.#deployment.status ?? {};
      await this.#write({ ...status, collisionCount: (status.collisionCount ?? 0) + 1 });
      throw error;
    }
    const message = `Failed to create new replica set "${name}": ${errorText(error)}`;
    if (hasProgressDeadline(this.#deployment)) {
      await this.#writeProgress("False", progressing.createFailed, message).catch(() => undefined);
    }
    this.#tell("Warning", progressing.createFailed, message);
    throw error;
  }

  /** Does the steps in order; true where any of them changed a size. */
  async #scaleAll(steps: readonly ScaleStep[]): Promise<boolean> {
    let scaled = false;
    for (const step of steps) scaled = (await this.#scale(step)) || scaled;
    return scaled;
  }

  async #scale({ set, replicas, always = false }: ScaleStep): Promise<boolean> {
    const before = replicasOf(set);
    const sizes = sizeAnnotations(this.#deployment);
    const noted = Object.keys(sizes).every((name) => set.metadata.annotations?.[name] === sizes[name]);
    if (before === replicas && (noted || !always)) return false;
    const next = cloneJson(set) as ReplicaSet;
    next.spec!.replicas = replicas;
    next.metadata.annotations = { ...next.metadata.annotations, ...sizes };
    this.#replace(set, await this.#context.client.update(replicaSets, next));
    if (before === replicas) return false;
    this.#tellScaling(before < replicas ? "up" : "down", set.metadata.name ?? "", before, replicas);
    return true;
  }

  #replace(set: ReadReplicaSet, next: ReadReplicaSet): void {
    if (set.metadata.uid === this.#current?.metadata.uid) this.#current = next;
    this.#old = this.#old.map((other) => (other.metadata.uid === set.metadata.uid ? next : other));
  }

  async #cleanUpWhenComplete(): Promise<void> {
    if (isComplete(this.#deployment, this.#deployment.status)) await this.#cleanUp();
  }

  /** Deletes the oldest of the old ReplicaSets beyond revisionHistoryLimit; never one that has or had pods lately. */
  async #cleanUp(): Promise<void> {
    const limit = this.#deployment.spec?.revisionHistoryLimit;
    if (limit === undefined || limit === keepAllRevisions) return;
    const alive = this.#old.filter((set) => set.metadata.deletionTimestamp === undefined).sort(byRevision);
    for (const set of alive.slice(0, Math.max(0, alive.length - limit))) {
      const behind = (set.metadata.generation ?? 0) > (set.status?.observedGeneration ?? 0);
      if ((set.status?.replicas ?? 0) !== 0 || replicasOf(set) !== 0 || behind) continue;
      const { namespace = "", name = "" } = set.metadata;
      await this.#context.client.delete(replicaSets, { namespace, name }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
  }

  /** The revision that a client of the removed v1beta1 API asks to go back to; 0: the last one. */
  #rollbackTo(): bigint | undefined {
    return revisionAnnotated(this.#deployment, rollbackToAnnotation);
  }

  async #rollBack(): Promise<void> {
    await this.#ensureCurrent();
    const revision = this.#rollbackTo() || lastRevision(this.#all());
    const set = revision === 0n ? undefined : this.#all().find((candidate) => revisionOf(candidate) === revision);
    const next = cloneJson(this.#deployment) as Deployment;
    const name = this.#deployment.metadata.name ?? "";
    let told: readonly ["Normal" | "Warning", string, string];
    if (!set) {
      const why = revision === 0n ? "Unable to find last revision." : "Unable to find the revision to rollback to.";
      told = ["Warning", "DeploymentRollbackRevisionNotFound", why];
    } else if (isSameTemplate(set.spec?.template, next.spec?.template)) {
      const why = `The rollback revision contains the same template as current deployment "${name}"`;
      told = ["Warning", "DeploymentRollbackTemplateUnchanged", why];
    } else {
      next.spec!.template = cloneJson(set.spec!.template!);
      delete next.spec!.template.metadata?.labels?.[templateHashLabel];
      next.metadata.annotations = rolledBackAnnotations(this.#deployment, set);
      told = ["Normal", "DeploymentRollback", `Rolled back deployment "${name}" to revision ${revision}`];
    }
    delete next.metadata.annotations?.[rollbackToAnnotation];
    this.#deployment = await this.#context.client.update(deployments, next);
    this.#tell(...told);
  }

  async #writeRolloutStatus(): Promise<ReconcileResult | void> {
    const now = this.#context.clock.now();
    const status = rolloutStatus(this.#deployment, this.#current, this.#old, now);
    const wrote = await this.#writeStatus(status);
    if (wrote) return;
    const after = untilDeadline(this.#deployment, status, now);
    if (after !== undefined) return { requeueAfter: after };
  }

  async #writeProgress(status: string, reason: string, message: string, revision?: string): Promise<void> {
    const condition = progressingCondition(status, reason, message, this.#context.clock.now());
    const conditions = withCondition(this.#deployment.status?.conditions, condition);
    await this.#write({ ...this.#deployment.status, conditions } as DeploymentStatus, revision);
  }

  async #writeStatus(status: DeploymentStatus): Promise<boolean> {
    if (isSameStatus(this.#deployment.status, status)) return false;
    await this.#write(status);
    return true;
  }

  /** Writes the status, and with it the revision annotation where one is given; nothing where both are so already. */
  async #write(status: DeepReadonly<DeploymentStatus>, revision?: string): Promise<void> {
    const { annotations } = this.#deployment.metadata;
    const sameRevision = revision === undefined || annotations?.[revisionAnnotation] === revision;
    if (sameRevision && isSameStatus(this.#deployment.status, status)) return;
    const next = cloneJson(this.#deployment) as Deployment;
    next.status = status as DeploymentStatus;
    if (!sameRevision) next.metadata.annotations = { ...annotations, [revisionAnnotation]: revision };
    this.#deployment = await this.#context.client.updateStatus(deployments, next);
  }

  #tellScaling(direction: "up" | "down", name: string, from: number, to: number): void {
    this.#tell("Normal", "ScalingReplicaSet", `Scaled ${direction} replica set ${name} from ${from} to ${to}`);
  }

  #tell(type: "Normal" | "Warning", reason: string, message: string): void {
    this.#context.recorder.event(this.#deployment, type, reason, message);
  }
}
