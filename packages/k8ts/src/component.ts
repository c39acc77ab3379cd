/** What cluster.ts starts and stops: an API server, a scheduler, a kubelet … all look like this from outside. */
export interface Component {
  /** As in logs and /readyz: "scheduler". */
  readonly name: string;
  /** Resolves when the component does its work; throws where it cannot, having cleaned up. */
  start(): Promise<void>;
  /** Resolves when nothing of it runs any more. Safe to call twice, and before start. */
  stop(): Promise<void>;
}
