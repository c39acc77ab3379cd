/** What a single probe says. */

/** Success, Warning (which counts as success), Failure; Unknown where the probe itself could not be made. */
export interface ProbeOutcome {
  readonly result: "Success" | "Warning" | "Failure" | "Unknown";
  /** The event's text. */
  readonly output: string;
}
