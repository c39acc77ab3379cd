/** Secrets: what the store must know of them, by type. */
import {
  fieldInvalid,
  fieldRequired,
  fieldTooLong,
  isConfigMapKey,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Secret } from "@k8ts/api/core/v1";
import { checkImmutable } from "../meta/field-checks.ts";
import { ageColumn, nameColumn, text, textOf } from "../printing/columns.ts";
import type { Strategy } from "../strategy.ts";
import { checkImmutableData, decodedLength, maxDataBytes } from "./config-map.ts";

type In<T> = DeepReadonly<T>;

/** stringData is for writing only: it becomes data and is never read back. */
function mergeStringData(secret: Secret): void {
  if (!secret.stringData) return;
  const data: Record<string, string> = { ...secret.data };
  for (const key in secret.stringData) data[key] = Buffer.from(secret.stringData[key]!).toString("base64");
  secret.data = data;
  secret.stringData = undefined;
}

function checkJsonObject(secret: In<Secret>, key: string, faults: FieldError[]): void {
  const encoded = secret.data?.[key];
  if (encoded === undefined) {
    faults.push(fieldRequired(`data[${key}]`));
    return;
  }
  const redacted = "<secret contents redacted>";
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, "base64").toString());
    if (typeof value === "object" && !Array.isArray(value)) return;
    const kind = Array.isArray(value) ? "array" : typeof value;
    const detail = `json: cannot unmarshal ${kind === "boolean" ? "bool" : kind} into Go value of type map[string]interface {}`;
    faults.push(fieldInvalid(`data[${key}]`, redacted, detail));
  } catch (error) {
    faults.push(fieldInvalid(`data[${key}]`, redacted, jsonFault(encoded, error as Error)));
  }
}

function jsonFault(encoded: string, error: Error): string {
  return encoded === "" ? "unexpected end of JSON input" : error.message;
}

/** What some types must hold. */
const contents: Readonly<Record<string, (secret: In<Secret>, faults: FieldError[]) => void>> = {
  "kubernetes.io/service-account-token"({ metadata }, faults) {
    const key = "kubernetes.io/service-account.name";
    if (!metadata.annotations?.[key]) faults.push(fieldRequired(`metadata.annotations[${key}]`));
  },
  "kubernetes.io/dockercfg": (secret, faults) => checkJsonObject(secret, ".dockercfg", faults),
  "kubernetes.io/dockerconfigjson": (secret, faults) => checkJsonObject(secret, ".dockerconfigjson", faults),
  "kubernetes.io/basic-auth"({ data }, faults) {
    if (data?.username !== undefined || data?.password !== undefined) return;
    faults.push(fieldRequired("data[username]"), fieldRequired("data[password]"));
  },
  "kubernetes.io/ssh-auth"({ data }, faults) {
    if (!data?.["ssh-privatekey"]) faults.push(fieldRequired("data[ssh-privatekey]"));
  },
  "kubernetes.io/tls"({ data }, faults) {
    for (const key of ["tls.crt", "tls.key"]) if (data?.[key] === undefined) faults.push(fieldRequired(`data[${key}]`));
  },
};

function check(secret: In<Secret>, faults: FieldError[]): void {
  let size = 0;
  for (const key in secret.data) {
    for (const detail of isConfigMapKey(key)) faults.push(fieldInvalid(`data[${key}]`, key, detail));
    size += decodedLength(secret.data[key]!);
  }
  if (size > maxDataBytes) faults.push(fieldTooLong("data", maxDataBytes));
  const type = secret.type ?? "";
  if (Object.hasOwn(contents, type)) contents[type]!(secret, faults);
}

/** Secrets. */
export const secret: Strategy<Secret> = {
  group: "",
  resource: "secrets",
  default: mergeStringData,
  prepareForUpdate(object, old) {
    object.type ||= old.type;
  },
  validate(object) {
    const faults: FieldError[] = [];
    check(object, faults);
    return faults;
  },
  validateUpdate(object, old) {
    const faults: FieldError[] = [];
    checkImmutable(object.type, old.type, "type", faults);
    checkImmutableData(object, old, ["data"], faults);
    check(object, faults);
    return faults;
  },
  fields: ({ type }) => ({ type: type ?? "" }),
  fieldNames: ["type"],
  columns: [
    nameColumn,
    text("Type", "What the secret is for.", ({ type }) => type ?? ""),
    textOf("Data", "How many entries it has.", ({ data }) => Object.keys(data ?? {}).length),
    ageColumn,
  ],
};
