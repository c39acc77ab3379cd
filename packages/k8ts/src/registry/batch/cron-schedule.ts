/** Schedules as cron writes them: five fields, or a name such as "@daily" or "@every 1h30m". */

interface Field {
  readonly low: number;
  readonly high: number;
  readonly names?: readonly string[];
}

const months = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const days = "sun mon tue wed thu fri sat".split(" ");

const fields: readonly Field[] = [
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31 },
  { low: 1, high: 12, names: months },
  { low: 0, high: 6, names: days },
];

const descriptors = new Set(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"]);

const quoted = (text: string): string => JSON.stringify(text);

/** Why a schedule is malformed; undefined where it is fine. A leading TZ= or CRON_TZ= is looked over. */
export function cronScheduleFault(schedule: string): string | undefined {
  if (schedule === "") return "empty spec string";
  let text = schedule;
  if (text.startsWith("TZ=") || text.startsWith("CRON_TZ=")) {
    const space = text.indexOf(" ");
    if (space < 0) return `provided bad location ${text.slice(text.indexOf("=") + 1)}`;
    text = text.slice(space).trim();
  }
  if (text.startsWith("@")) return descriptorFault(text);
  const parts = text.trim().split(/\s+/);
  if (parts.length !== fields.length) {
    return `expected exactly 5 fields, found ${parts.length}: [${parts.join(" ")}]`;
  }
  for (const [index, part] of parts.entries()) {
    const fault = fieldFault(part, fields[index]!);
    if (fault) return fault;
  }
  return undefined;
}

function descriptorFault(text: string): string | undefined {
  if (descriptors.has(text)) return undefined;
  if (!text.startsWith("@every ")) return `unrecognized descriptor: ${text}`;
  const duration = text.slice("@every ".length);
  if (
    /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))*$/.test(
      duration,
    )
  ) {
    return undefined;
  }
  return `failed to parse duration ${text}: time: invalid duration ${quoted(duration)}`;
}

function fieldFault(text: string, field: Field): string | undefined {
  for (const part of text.split(",").filter(Boolean)) {
    const fault = rangeFault(part, field);
    if (fault) return fault;
  }
  return undefined;
}

function rangeFault(text: string, field: Field): string | undefined {
  const steps = text.split("/");
  const ends = steps[0]!.split("-");
  let [start, end] = [field.low, field.high];
  if (ends[0] !== "*" && ends[0] !== "?") {
    const from = valueOf(ends[0]!, field);
    if (from === undefined) return numberFault(ends[0]!);
    start = from;
    if (ends.length === 1) end = steps.length === 2 ? field.high : from;
    else if (ends.length === 2) {
      const to = valueOf(ends[1]!, field);
      if (to === undefined) return numberFault(ends[1]!);
      end = to;
    } else return `too many hyphens: ${text}`;
  }
  if (steps.length > 2) return `too many slashes: ${text}`;
  const step = steps.length === 2 ? valueOf(steps[1]!, { low: 0, high: 0 }) : 1;
  if (step === undefined) return numberFault(steps[1]!);
  if (start < field.low) return `beginning of range (${start}) below minimum (${field.low}): ${text}`;
  if (end > field.high) return `end of range (${end}) above maximum (${field.high}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  return step === 0 ? `step of range should be a positive number: ${text}` : undefined;
}

function valueOf(text: string, { low, names }: Field): number | undefined {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + low;
  return /^[0-9]+$/.test(text) ? Number(text) : undefined;
}

const numberFault = (text: string): string =>
  `failed to parse int from ${text}: strconv.Atoi: parsing ${quoted(text)}: invalid syntax`;
