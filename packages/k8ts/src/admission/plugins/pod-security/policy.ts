/** What a namespace's labels say of its pods. */

/** From anything goes to almost nothing. */
export type Level = "privileged" | "baseline" | "restricted";

const levels: readonly Level[] = ["privileged", "baseline", "restricted"];

/** A level as some Kubernetes version defined it; the minor version, or infinity for "latest". */
export interface LevelAndVersion {
  readonly level: Level;
  readonly version: number;
}

/** A label that says something else than it may. */
export interface LabelFault {
  readonly label: string;
  readonly value: string;
  readonly detail: string;
}

/** All that the labels say. Audit is left out: there is no audit log to annotate. */
export interface Policy {
  readonly enforce: LevelAndVersion;
  readonly warn: LevelAndVersion;
  readonly faults: readonly LabelFault[];
}

const prefix = "pod-security.kubernetes.io/";
const open: Policy = {
  enforce: { level: "privileged", version: Infinity },
  warn: { level: "privileged", version: Infinity },
  faults: [],
};

/** Negative where `a` is more open than `b`. */
export const compareLevels = (a: Level, b: Level): number => levels.indexOf(a) - levels.indexOf(b);

/** In quotes, as messages have it: "restricted:latest". */
export const textOfPolicy = ({ level, version }: LevelAndVersion): string =>
  `"${level}:${version === Infinity ? "latest" : `v1.${version}`}"`;

/** The policy of a namespace with these labels. A faulty level is the strictest for enforce, and none for warn. */
export function policyOf(labels: Readonly<Record<string, string>> | undefined): Policy {
  if (!labels) return open;
  const faults: LabelFault[] = [];
  const said = (mode: string, fallback: Level): { level?: Level; version?: number; sound: boolean } => {
    const level = readLevel(labels, prefix + mode, fallback, faults);
    return { ...level, ...readVersion(labels, `${prefix}${mode}-version`, faults) };
  };
  const { sound, ...enforced } = said("enforce", "restricted");
  said("audit", "privileged");
  const { sound: _, ...warned } = said("warn", "privileged");
  const enforce = { ...open.enforce, ...enforced };
  const warn = { ...open.warn, ...warned };
  if (warned.level !== undefined || enforced.level === undefined || !sound) return { enforce, warn, faults };
  // What is enforced is also warned of, so that controllers' owners hear of it.
  const version = warned.version ?? enforce.version;
  return {
    enforce,
    warn: compareLevels(enforce.level, warn.level) > 0 ? { level: enforce.level, version } : warn,
    faults,
  };
}

function readLevel(
  labels: Readonly<Record<string, string>>,
  label: string,
  fallback: Level,
  faults: LabelFault[],
): { level?: Level; sound: boolean } {
  const value = labels[label];
  if (value === undefined) return { sound: true };
  const level = levels.find((one) => one === value);
  if (level) return { level, sound: true };
  faults.push({ label, value, detail: `must be one of ${levels.join(", ")}` });
  return { level: fallback, sound: false };
}

function readVersion(
  labels: Readonly<Record<string, string>>,
  label: string,
  faults: LabelFault[],
): { version?: number } {
  const value = labels[label];
  if (value === undefined) return {};
  const minor = /^v1\.(0|[1-9][0-9]*)$/.exec(value)?.[1];
  if (minor === undefined && value !== "latest") faults.push({ label, value, detail: 'must be "latest" or "v1.x"' });
  return { version: minor === undefined ? Infinity : Number(minor) };
}
