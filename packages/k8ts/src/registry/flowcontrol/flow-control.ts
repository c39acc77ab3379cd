/** FlowSchemas and PriorityLevelConfigurations: what the store must know of them. */
import type { FlowSchema, PriorityLevelConfiguration } from "@k8ts/api/flowcontrol/v1";
import { ageColumn, nameColumn, text, textOf } from "../printing/columns.ts";
import { clearStatus, keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";

const group = "flowcontrol.apiserver.k8s.io";

/** FlowSchemas. */
export const flowSchema: Strategy<FlowSchema> = {
  group,
  resource: "flowschemas",
  generation: true,
  prepareForCreate: clearStatus,
  prepareForUpdate: keepStatus,
  columns: [
    nameColumn,
    text("PriorityLevel", "Where its requests go.", ({ spec }) => spec?.priorityLevelConfiguration.name ?? ""),
    textOf(
      "MatchingPrecedence",
      "Which of several schemas decides: the lowest.",
      ({ spec }) => spec?.matchingPrecedence ?? 0,
    ),
    text("DistinguisherMethod", "What makes a flow.", ({ spec }) => spec?.distinguisherMethod?.type ?? "<none>"),
    ageColumn,
    text("MissingPL", "Whether its priority level is missing.", ({ status }) =>
      String(status?.conditions?.find(({ type }) => type === "Dangling")?.status ?? "?"),
    ),
  ],
  status: statusSubresource(),
};

/** PriorityLevelConfigurations. */
export const priorityLevelConfiguration: Strategy<PriorityLevelConfiguration> = {
  group,
  resource: "prioritylevelconfigurations",
  generation: true,
  prepareForCreate: clearStatus,
  prepareForUpdate: keepStatus,
  columns: [
    nameColumn,
    text("Type", "Limited or Exempt.", ({ spec }) => spec?.type ?? ""),
    textOf("NominalConcurrencyShares", "Its share of all seats.", ({ spec }) =>
      spec?.limited ? (spec.limited.nominalConcurrencyShares ?? 0) : "<none>",
    ),
    textOf(
      "Queues",
      "How many queues it has.",
      ({ spec }) => spec?.limited?.limitResponse?.queuing?.queues ?? "<none>",
    ),
    textOf(
      "HandSize",
      "Queues that a flow may use.",
      ({ spec }) => spec?.limited?.limitResponse?.queuing?.handSize ?? "<none>",
    ),
    textOf(
      "QueueLengthLimit",
      "Requests that may wait in a queue.",
      ({ spec }) => spec?.limited?.limitResponse?.queuing?.queueLengthLimit ?? "<none>",
    ),
    ageColumn,
  ],
  status: statusSubresource(),
};
