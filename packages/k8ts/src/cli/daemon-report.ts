/** How a daemon tells whoever started it how far it is: lines of JSON on a descriptor of its own. */

/** Environment variable with the descriptor on which the starter listens. */
export const reportVariable = "K8TS_REPORT_FD";

/** One line: a step of the start is done, everything is ready, or it failed and why. */
export type DaemonReport = { readonly step: string } | { readonly ready: true } | { readonly error: string };
