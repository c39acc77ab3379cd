/**
 * The scheme: every group/version, resource and type that the tables describe, found by name. Opening one reads only the
 * head of each table (its group and resources); a type is parsed when it is first asked for.
 */
import { tables as builtInTables } from "../../schema/index.ts";
import {
  parseStruct,
  parseTableHead,
  structBlocks,
  type ResourceSchema,
  type StructSchema,
  type TableHead,
} from "./schema.ts";

/** A group and version as discovery lists it. */
export interface GroupVersion {
  /** "" for core. */
  readonly group: string;
  readonly version: string;
  /** "v1", "apps/v1". */
  readonly groupVersion: string;
}

/** Priority of groups in discovery, highest first: upstream's table of API service priorities. */
const groupOrder = [
  "",
  "apiregistration.k8s.io",
  "apps",
  "events.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "storage.k8s.io",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "scheduling.k8s.io",
  "coordination.k8s.io",
  "node.k8s.io",
  "discovery.k8s.io",
  "resource.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "storagemigration.k8s.io",
];

/** Kinds of meta.k8s.io that every group/version knows as its own: options and events of its own verbs. */
const sharedKinds: ReadonlySet<string> = new Set([
  "WatchEvent",
  "ListOptions",
  "GetOptions",
  "DeleteOptions",
  "CreateOptions",
  "UpdateOptions",
  "PatchOptions",
]);

/** Kinds of meta.k8s.io that are also kinds of v1 alone. */
const coreMetaKinds: ReadonlySet<string> = new Set([
  "Status",
  "APIVersions",
  "APIGroup",
  "APIGroupList",
  "APIResourceList",
]);

/** Negative where version `a` is preferred: GA before beta before alpha, then the higher number. */
export function compareVersions(a: string, b: string): number {
  const parse = (text: string): [number, number, number] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text);
    if (!match) return [-1, 0, 0];
    return [match[2] === "alpha" ? 0 : match[2] === "beta" ? 1 : 2, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [left, right] = [parse(a), parse(b)];
  for (let index = 0; index < 3; index++) {
    if (left[index] !== right[index]) return (right[index] as number) - (left[index] as number);
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareGroupVersions(a: GroupVersion, b: GroupVersion): number {
  const rank = ({ group }: GroupVersion): number => {
    const at = groupOrder.indexOf(group);
    return at < 0 ? groupOrder.length : at;
  };
  return (
    rank(a) - rank(b) || (a.group < b.group ? -1 : a.group > b.group ? 1 : 0) || compareVersions(a.version, b.version)
  );
}

/** Types and resources by name. Immutable; custom resources have schemas of their own. */
export class Scheme {
  readonly #heads = new Map<string, TableHead>();
  readonly #structs = new Map<string, StructSchema>();
  readonly #resources = new Map<string, ResourceSchema>();
  readonly #kinds = new Map<string, ResourceSchema>();
  /** Lines of each table's types, by short name, once the table was looked into. */
  readonly #blocks = new Map<string, Map<string, string>>();
  readonly #prefixes = new Map<string, string>();
  readonly #groupVersions: readonly GroupVersion[];
  readonly #served: readonly ResourceSchema[];
  #fingerprint: string | undefined;

  /** `tables`: texts as in packages/api/schema. */
  constructor(tables: readonly string[]) {
    for (const text of tables) {
      const head = parseTableHead(text);
      this.#heads.set(head.prefix, head);
      this.#prefixes.set(head.groupVersion, head.prefix);
      for (const resource of head.resources) {
        this.#resources.set(`${head.group}/${head.version}/${resource.resource}`, resource);
        this.#kinds.set(`${head.groupVersion}/${resource.kind}`, resource);
      }
    }
    const heads = [...this.#heads.values()].filter(({ resources }) => resources.length > 0).sort(compareGroupVersions);
    this.#groupVersions = heads.map(({ group, version, groupVersion }) => ({ group, version, groupVersion }));
    this.#served = heads.flatMap(({ resources }) => resources);
  }

  /** Group/versions that serve resources, in discovery's order of preference. */
  groupVersions(): readonly GroupVersion[] {
    return this.#groupVersions;
  }

  /** Every resource, by group/version in that order. */
  resources(): readonly ResourceSchema[] {
    return this.#served;
  }

  /** The resource of a URL: "" for the core group. */
  resource(group: string, version: string, resource: string): ResourceSchema | undefined {
    return this.#resources.get(`${group}/${version}/${resource}`);
  }

  /** The resource whose objects have this kind. */
  resourceForKind(apiVersion: string, kind: string): ResourceSchema | undefined {
    return this.#kinds.get(`${apiVersion}/${kind}`);
  }

  /** The type with this full name ("core.v1.PodSpec"); throws for an unknown one. */
  struct(name: string): StructSchema {
    const struct = this.findStruct(name);
    if (!struct) throw new Error(`no type ${name} in the schema tables`);
    return struct;
  }

  /** The type with this full name, if there is one. */
  findStruct(name: string): StructSchema | undefined {
    const known = this.#structs.get(name);
    if (known) return known;
    const dot = name.lastIndexOf(".");
    const prefix = name.slice(0, dot);
    const block = this.#blocksOf(prefix).get(name.slice(dot + 1));
    if (block === undefined) return undefined;
    const struct = parseStruct(block, prefix);
    this.#structs.set(name, struct);
    return struct;
  }

  /**
   * The type of objects with this apiVersion and kind: resources, their lists, subresource kinds, Status, and the options
   * (DeleteOptions …), which belong to every group/version.
   */
  structForKind(apiVersion: string, kind: string): StructSchema | undefined {
    const prefix = this.#prefixes.get(apiVersion);
    const own = prefix === undefined ? undefined : this.findStruct(`${prefix}.${kind}`);
    if (own?.isKind) return own;
    if (prefix === undefined) return undefined;
    if (sharedKinds.has(kind) || (apiVersion === "v1" && coreMetaKinds.has(kind))) {
      return this.findStruct(`meta.v1.${kind}`);
    }
    return undefined;
  }

  /** "apps/v1" of "apps.v1.Deployment": the apiVersion of a type's objects. */
  groupVersionOfType(name: string): string {
    const head = this.#heads.get(name.slice(0, name.lastIndexOf(".")));
    return head?.groupVersion ?? "";
  }

  /** The protobuf package of a type's table: "k8s.io.api.apps.v1". */
  protoPackageOfType(name: string): string {
    return this.#heads.get(name.slice(0, name.lastIndexOf(".")))?.protoPackage ?? "";
  }

  /** Every type of a group/version's table, by full name. */
  structsOf(groupVersion: string): readonly StructSchema[] {
    const prefix = this.#prefixes.get(groupVersion) ?? "";
    return [...this.#blocksOf(prefix).keys()].map((name) => this.struct(`${prefix}.${name}`));
  }

  /** A text that changes whenever any table does: hash it to tell one scheme from another. */
  fingerprint(): string {
    this.#fingerprint ??= [...this.#heads.values()].map(({ text }) => text).join("\n");
    return this.#fingerprint;
  }

  #blocksOf(prefix: string): Map<string, string> {
    let blocks = this.#blocks.get(prefix);
    if (!blocks) {
      const head = this.#heads.get(prefix);
      blocks = head ? structBlocks(head.text) : new Map<string, string>();
      this.#blocks.set(prefix, blocks);
    }
    return blocks;
  }
}

/** The built-in tables. */
export const scheme: Scheme = new Scheme(builtInTables);
