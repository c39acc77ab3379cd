/** PodTemplates: what the store must know of them. */
import type { PodTemplate } from "@k8ts/api/core/v1";
import { containerColumns, nameColumn, text } from "../printing/columns.ts";
import { formatLabels } from "../printing/label-text.ts";
import type { Strategy } from "../strategy.ts";

/** PodTemplates. */
export const podTemplate: Strategy<PodTemplate> = {
  group: "",
  resource: "podtemplates",
  generation: true,
  columns: [
    nameColumn,
    ...containerColumns<PodTemplate>(({ template }) => template).map((column) => ({ ...column, priority: 0 })),
    text("Pod Labels", "Labels of the template.", ({ template }) => formatLabels(template?.metadata?.labels)),
  ],
};
