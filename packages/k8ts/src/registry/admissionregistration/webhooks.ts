/** Webhook configurations: what the store must know of them. */
import type { MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from "@k8ts/api/admissionregistration/v1";
import { ageColumn, integer, nameColumn } from "../printing/columns.ts";
import type { Strategy } from "../strategy.ts";

const shared = { group: "admissionregistration.k8s.io", generation: true, allowUnconditionalUpdate: false };
const webhooks = integer<{ webhooks?: unknown[] }>(
  "Webhooks",
  "How many webhooks it has.",
  (object) => object.webhooks?.length,
);

/** ValidatingWebhookConfigurations. */
export const validatingWebhookConfiguration: Strategy<ValidatingWebhookConfiguration> = {
  ...shared,
  resource: "validatingwebhookconfigurations",
  columns: [nameColumn, webhooks, ageColumn],
};

/** MutatingWebhookConfigurations. */
export const mutatingWebhookConfiguration: Strategy<MutatingWebhookConfiguration> = {
  ...shared,
  resource: "mutatingwebhookconfigurations",
  columns: [nameColumn, webhooks, ageColumn],
};
