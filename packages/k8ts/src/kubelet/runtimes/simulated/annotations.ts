/** Annotations that a simulated pod heeds. */
export const simulatedAnnotations = {
  /** Seconds after which every container of the pod exits. */
  exitAfter: "simulated.k8ts.io/exit-after",
  /** With which code; default 0. */
  exitCode: "simulated.k8ts.io/exit-code",
  /** Quantities that each container uses; default 1m and 10Mi. */
  cpu: "simulated.k8ts.io/cpu",
  memory: "simulated.k8ts.io/memory",
} as const;
