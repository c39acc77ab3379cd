import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubernetesObject } from "@k8ts/api";
import type { PersistentVolumeClaim } from "@k8ts/api/core/v1";
import { basics, chainOver, refusalOf, requestOf } from "../plugins-under-test.ts";

const mark = "storageclass.kubernetes.io/is-default-class";
const storageClass = (
  name: string,
  creationTimestamp: string,
  annotations: Record<string, string>,
): KubernetesObject => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name, creationTimestamp, annotations },
});
const classes = [
  storageClass("old", "2025-01-01T00:00:00Z", { [mark]: "true" }),
  storageClass("new", "2026-01-01T00:00:00Z", { [mark]: "true" }),
  storageClass("newest", "2027-01-01T00:00:00Z", {}),
];

const claim = (size = "1Gi", phase = "Bound", storageClassName?: string): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data", namespace: "default" },
  spec: {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: size } },
    ...(storageClassName !== undefined && { storageClassName }),
  },
  status: { phase },
});

describe("a new claim", () => {
  test("gets the newest default class and a finalizer", async () => {
    const object = claim();
    assert.equal(await refusalOf(chainOver([...basics, ...classes]), requestOf(object)), "");
    assert.equal(object.spec?.storageClassName, "new");
    assert.deepEqual(object.metadata.finalizers, ["kubernetes.io/pvc-protection"]);
  });

  test("keeps its choice of no class", async () => {
    const object = claim("1Gi", "Pending", "");
    await refusalOf(chainOver([...basics, ...classes]), requestOf(object));
    assert.equal(object.spec?.storageClassName, "");
  });
});

describe("a claim that grows", () => {
  test("must be bound", async () => {
    const request = requestOf(claim("2Gi"), { oldObject: claim("1Gi", "Pending") });
    assert.match(await refusalOf(chainOver(basics), request), /Only bound persistent volume claims can be expanded$/);
  });

  test("must be of a class whose volumes can", async () => {
    const request = requestOf(claim("2Gi", "Bound", "new"), { oldObject: claim("1Gi", "Bound", "new") });
    assert.match(
      await refusalOf(chainOver([...basics, ...classes]), request),
      /the storageclass that provisions the pvc must support resize$/,
    );
  });
});

test("unknown plugins are not enabled silently", () => {
  assert.throws(() => chainOver([], { enable: ["Nothing"] }), /unknown admission plugin "Nothing"/);
});
