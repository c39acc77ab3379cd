/** Which objects a list or a watch is about. */
import type { FieldMatcher, LabelMatcher } from "@k8ts/api";
import type { Labels } from "./record-index.ts";

/** What a filter asks of an object. */
export interface Selectable {
  /** `namespace/name`, or the name alone. */
  readonly key: string;
  readonly labels: Labels;
  field(name: string): string;
}

/** A namespace, labels and fields; what is absent does not restrict. */
export interface WatchFilter {
  /** "" for all. */
  readonly namespace: string;
  readonly labels?: LabelMatcher;
  readonly fields?: FieldMatcher;
}

/** A filter made ready to be asked often. */
export class RecordMatcher {
  readonly prefix: string;
  readonly #labels: LabelMatcher | undefined;
  readonly #fields: FieldMatcher | undefined;
  #lastLabels: Labels | undefined;
  #lastAnswer = false;

  constructor(filter: WatchFilter) {
    this.prefix = filter.namespace === "" ? "" : `${filter.namespace}/`;
    this.#labels = filter.labels?.empty ? undefined : filter.labels;
    this.#fields = filter.fields?.requirements.length === 0 ? undefined : filter.fields;
  }

  /** True where labels or fields restrict. */
  get selects(): boolean {
    return this.#labels !== undefined || this.#fields !== undefined;
  }

  matches(record: Selectable | undefined): boolean {
    if (!record) return false;
    if (this.prefix !== "" && !record.key.startsWith(this.prefix)) return false;
    if (this.#labels && !this.#matchesLabels(this.#labels, record.labels)) return false;
    return !this.#fields || this.#fields.matches((name) => record.field(name));
  }

  /** The exact value that every match has in a field (the first such), for watchers to be found by. */
  exactField(): { readonly field: string; readonly value: string } | undefined {
    const exact = this.#fields?.requirements.filter((requirement) => requirement.operator === "=") ?? [];
    return exact.find((requirement) => requirement.field === "metadata.name") ?? exact[0];
  }

  /** Objects of one owner share their label set: one answer for all of them in a row. */
  #matchesLabels(matcher: LabelMatcher, labels: Labels): boolean {
    if (labels !== this.#lastLabels) {
      this.#lastAnswer = matcher.matches(labels);
      this.#lastLabels = labels;
    }
    return this.#lastAnswer;
  }
}
