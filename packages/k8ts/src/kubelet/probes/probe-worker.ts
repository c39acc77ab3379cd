/**
 * One probe of one container, over all its restarts: when it is due, what it has said, and how often in a row. Timers on
 * the clock; nothing runs for a container that does not.
 */
import type { Clock, DeepReadonly, Random, Timer } from "@k8ts/api";
import type { ContainerStatus, Probe } from "@k8ts/api/core/v1";
import type { ContainerEvents } from "../pods/container-events.ts";
import type { ProbeVerdict } from "../pods/pod-actions.ts";
import { isTerminalPhase, type ContainerSpec, type DesiredPod } from "../pods/pod-spec.ts";
import type { ProbeOutcome } from "./probe-result.ts";
import type { Prober } from "./prober.ts";

/** What probes are made with. */
export interface ProbeOptions {
  readonly prober: Prober;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: ContainerEvents;
  /** When this kubelet started, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** A probe has spoken: look at its pod again. */
  readonly changed: (uid: string) => void;
  /** Counts probes, by upstream's labels. */
  readonly probed: (type: ProbeType, result: "successful" | "failed", pod: DesiredPod, container: string) => void;
}

/** The three probes of a container. */
export type ProbeType = "Liveness" | "Readiness" | "Startup";

/** What a container counts as before the first probe is through. */
const initialVerdict: Readonly<Record<ProbeType, ProbeVerdict>> = {
  Liveness: "Success",
  Readiness: "Failure",
  Startup: "Unknown",
};

/** Attempts at a probe that cannot be made, as upstream. */
const maxAttempts = 3;

/** What a worker looks at before each probe. */
export interface ProbeTarget {
  readonly pod: DesiredPod;
  readonly phase: string | undefined;
  readonly status: DeepReadonly<ContainerStatus> | undefined;
  /** Bare, without its scheme. */
  readonly containerId: string;
  /** Milliseconds since the epoch; 0 where it does not run. */
  readonly startedAt: number;
  readonly started: boolean;
  readonly podIP: string;
}

/** One probe. */
export class ProbeWorker {
  readonly type: ProbeType;
  readonly #options: ProbeOptions;
  readonly #container: ContainerSpec;
  readonly #probe: DeepReadonly<Probe>;
  readonly #changed: () => void;
  #target: ProbeTarget | undefined;
  #containerId = "";
  #verdict: ProbeVerdict;
  #last: "Success" | "Failure" | undefined;
  #run = 0;
  /** Nothing more to ask of this container: it has started, or it is about to be killed. */
  #onHold = false;
  #probing = false;
  #stopped = false;
  #timer: Timer | undefined;

  constructor(
    options: ProbeOptions,
    type: ProbeType,
    container: ContainerSpec,
    probe: DeepReadonly<Probe>,
    changed: () => void,
  ) {
    this.#options = options;
    this.type = type;
    this.#container = container;
    this.#probe = probe;
    this.#changed = changed;
  }

  /** What it says of this container; undefined: it has not looked at it yet. */
  verdict(containerId: string): ProbeVerdict {
    return containerId !== "" && containerId === this.#containerId ? this.#verdict : undefined;
  }

  /** The container as its status shows it. */
  observe(target: ProbeTarget): void {
    this.#target = target;
    if (this.#stopped) return;
    if (target.containerId !== this.#containerId) this.#adopt(target);
    if (this.#probing || this.#timer !== undefined) return;
    if (this.#due(target)) this.#arm(this.#firstDelay(target));
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** A container that ends is not to be killed for what its probes say. */
  settle(verdict: ProbeVerdict): void {
    this.#verdict = verdict;
    this.stop();
  }

  #adopt(target: ProbeTarget): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#containerId = target.containerId;
    this.#verdict = initialVerdict[this.type];
    this.#last = undefined;
    this.#run = 0;
    this.#onHold = false;
    if (target.containerId === "" || target.startedAt === 0 || target.startedAt >= this.#options.startedAt) return;
    // It ran before this kubelet did: what was known of it still holds, until a probe says otherwise.
    if (this.type === "Readiness" && target.status?.ready === true) this.#verdict = "Success";
    if (this.type === "Startup" && target.status?.started === true) {
      this.#verdict = "Success";
      this.#onHold = true;
    }
  }

  #due({ containerId, startedAt, started, phase }: ProbeTarget): boolean {
    if (this.#onHold || containerId === "" || startedAt === 0 || isTerminalPhase(phase)) return false;
    return (this.type === "Startup") !== started;
  }

  get #period(): number {
    return (this.#probe.periodSeconds ?? 10) * 1000;
  }

  #firstDelay({ startedAt }: ProbeTarget): number {
    const { clock, random, startedAt: kubeletStart } = this.#options;
    const initial = startedAt + (this.#probe.initialDelaySeconds ?? 0) * 1000 - clock.now();
    // After a kubelet's start all pods' probes would come at once.
    const jitter =
      clock.now() - kubeletStart < this.#period && startedAt < kubeletStart ? random.next() * this.#period : 0;
    return Math.max(initial, jitter, 0);
  }

  #arm(milliseconds: number): void {
    this.#timer = this.#options.clock.setTimer(milliseconds, () => {
      this.#timer = undefined;
      void this.#tick();
    });
  }

  async #tick(): Promise<void> {
    const target = this.#target;
    if (this.#stopped || target === undefined || !this.#due(target)) return;
    this.#probing = true;
    const { clock } = this.#options;
    const started = clock.monotonic();
    try {
      const result = await this.#ask(target);
      if (result !== undefined && !this.#stopped && target.containerId === this.#containerId) this.#count(result);
    } finally {
      this.#probing = false;
      if (!this.#stopped && this.#timer === undefined && this.#target !== undefined && this.#due(this.#target))
        this.#arm(Math.max(0, this.#period - (clock.monotonic() - started)));
    }
  }

  /** Undefined: the probe could not be made. */
  async #ask({ pod, containerId, podIP }: ProbeTarget): Promise<"Success" | "Failure" | undefined> {
    const { prober, events, probed } = this.#options;
    const say = (reason: string, text: string): void => {
      if (!this.#stopped) events.container(pod, this.#container.name, "Warning", reason, `${this.type} probe ${text}`);
    };
    const request = { probe: this.#probe, container: this.#container, containerId, podIP };
    let outcome: ProbeOutcome | undefined;
    let fault = "";
    for (let attempt = 0; attempt < maxAttempts && outcome === undefined; attempt++) {
      outcome = await prober.probe(request).catch((error: unknown) => void (fault = (error as Error).message));
    }
    if (outcome === undefined) {
      say("Unhealthy", `errored and resulted in unknown state: ${fault}`);
      return undefined;
    }
    if (outcome.result === "Warning") say("ProbeWarning", `warning: ${outcome.output}`);
    if (outcome.result === "Failure") say("Unhealthy", `failed: ${outcome.output}`);
    const good = outcome.result === "Success" || outcome.result === "Warning";
    probed(this.type, good ? "successful" : "failed", pod, this.#container.name);
    return good ? "Success" : "Failure";
  }

  #count(result: "Success" | "Failure"): void {
    this.#run = this.#last === result ? this.#run + 1 : 1;
    this.#last = result;
    const threshold = result === "Success" ? (this.#probe.successThreshold ?? 1) : (this.#probe.failureThreshold ?? 3);
    if (this.#run < threshold) return;
    const before = this.#verdict;
    this.#verdict = result;
    if ((this.type === "Liveness" && result === "Failure") || this.type === "Startup") {
      this.#onHold = true;
      this.#run = 0;
    }
    if (before !== result) this.#changed();
  }
}
