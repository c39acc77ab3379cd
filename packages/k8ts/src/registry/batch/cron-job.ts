/** CronJobs: what the store must know of them. */
import { fieldInvalid, fieldNotSupported, fieldRequired, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { CronJob, CronJobSpec } from "@k8ts/api/batch/v1";
import { defaultPodTemplate } from "../core/pod-defaults.ts";
import { templateRules } from "../core/pod-template.ts";
import { ownerWarnings } from "../core/pod-warnings.ts";
import { checkNonnegative, checkRequiredSupported } from "../meta/field-checks.ts";
import { ageColumn, containerColumns, integer, nameColumn, selectorColumn, text } from "../printing/columns.ts";
import { timeSince } from "../printing/human-duration.ts";
import { clearStatus, keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Column, Strategy } from "../strategy.ts";
import { cronScheduleFault } from "./cron-schedule.ts";
import { checkJobSpec } from "./job-spec.ts";

type In<T> = DeepReadonly<T>;

/** Eleven characters of a job's name are taken by its time. */
const longestName = 52;

function checkSpec(spec: In<CronJobSpec> | undefined, old: In<CronJobSpec> | undefined, faults: FieldError[]): void {
  checkSchedule(spec, old, faults);
  checkNonnegative(spec?.startingDeadlineSeconds, "spec.startingDeadlineSeconds", faults);
  if (!old || old.timeZone !== spec?.timeZone) checkTimeZone(spec?.timeZone, faults);
  checkRequiredSupported(spec?.concurrencyPolicy, ["Allow", "Forbid", "Replace"], "spec.concurrencyPolicy", faults);
  const template = spec?.jobTemplate?.spec;
  checkJobSpec(template, "spec.jobTemplate.spec", templateRules(old?.jobTemplate?.spec?.template), faults);
  if (template?.selector) {
    faults.push(fieldInvalid("spec.jobTemplate.spec.selector", template.selector, "`selector` will be auto-generated"));
  }
  if (template?.manualSelector) {
    faults.push(fieldNotSupported("spec.jobTemplate.spec.manualSelector", true, ["nil", "false"]));
  }
  checkNonnegative(spec?.successfulJobsHistoryLimit, "spec.successfulJobsHistoryLimit", faults);
  checkNonnegative(spec?.failedJobsHistoryLimit, "spec.failedJobsHistoryLimit", faults);
}

function checkSchedule(
  spec: In<CronJobSpec> | undefined,
  old: In<CronJobSpec> | undefined,
  faults: FieldError[],
): void {
  const schedule = spec?.schedule ?? "";
  const path = "spec.schedule";
  if (schedule === "") {
    faults.push(fieldRequired(path));
    return;
  }
  const fault = cronScheduleFault(schedule);
  if (fault) faults.push(fieldInvalid(path, schedule, fault));
  if (!schedule.includes("TZ")) return;
  if (!old?.schedule?.includes("TZ")) {
    const detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
    faults.push(fieldInvalid(path, schedule, detail));
  } else if (spec?.timeZone !== undefined) {
    faults.push(fieldInvalid(path, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule"));
  }
}

function checkTimeZone(zone: string | undefined, faults: FieldError[]): void {
  const path = "spec.timeZone";
  if (zone === undefined) return;
  if (zone === "") {
    faults.push(fieldInvalid(path, zone, "timeZone must be nil or non-empty string"));
    return;
  }
  const unknown = `unknown time zone ${zone}`;
  const malformed = zone
    .split("/")
    .some((part) => part === "." || part === ".." || !/^(?!-)[A-Za-z.\-_0-9+]{1,14}$/.test(part));
  if (malformed) {
    faults.push(fieldInvalid(path, zone, unknown));
    return;
  }
  if (zone.toLowerCase() === "local") {
    const detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
    faults.push(fieldInvalid(path, zone, detail));
  }
  if (!isKnownZone(zone)) faults.push(fieldInvalid(path, zone, unknown));
}

function isKnownZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const columns: readonly Column<CronJob>[] = [
  nameColumn,
  text("Schedule", "When jobs are made.", ({ spec }) => spec?.schedule ?? ""),
  text("Timezone", "Time zone of the schedule.", ({ spec }) => spec?.timeZone ?? "<none>"),
  {
    name: "Suspend",
    type: "boolean",
    description: "Whether no more jobs are made.",
    cell: ({ spec }) => (spec?.suspend === undefined ? "<unset>" : spec.suspend ? "True" : "False"),
  },
  integer("Active", "Jobs that are running.", ({ status }) => status?.active?.length),
  text("Last Schedule", "Since the last job was made.", ({ status }, now) =>
    status?.lastScheduleTime ? timeSince(status.lastScheduleTime, now) : "<none>",
  ),
  ageColumn,
  ...containerColumns<CronJob>(({ spec }) => spec?.jobTemplate?.spec?.template),
  selectorColumn<CronJob>(({ spec }) => spec?.jobTemplate?.spec?.selector),
];

/** CronJobs. */
export const cronJob: Strategy<CronJob> = {
  group: "batch",
  resource: "cronjobs",
  default: ({ spec }) => defaultPodTemplate(spec?.jobTemplate?.spec?.template),
  prepareForCreate: clearStatus,
  prepareForUpdate: keepStatus,
  generation: true,
  validate(object) {
    const faults: FieldError[] = [];
    checkSpec(object.spec, undefined, faults);
    const { name = "" } = object.metadata;
    if (name.length > longestName) {
      faults.push(fieldInvalid("metadata.name", name, `must be no more than ${longestName} characters`));
    }
    return faults;
  },
  validateUpdate(object, old) {
    const faults: FieldError[] = [];
    checkSpec(object.spec, old.spec, faults);
    return faults;
  },
  warnings: (object, old) =>
    ownerWarnings(object, old, object.spec?.jobTemplate?.spec?.template, "spec.jobTemplate.spec.template"),
  columns,
  status: statusSubresource<CronJob>(),
};
