import assert from "node:assert/strict";
import { test } from "node:test";
import { tables } from "../../schema/index.ts";
import { compareVersions, Scheme, scheme } from "./scheme.ts";

test("resources and kinds are found", () => {
  assert.equal(scheme.resource("apps", "v1", "deployments")?.kind, "Deployment");
  assert.equal(scheme.resource("", "v1", "pods")?.namespaced, true);
  assert.equal(scheme.resource("apps", "v1", "pods"), undefined);
  assert.equal(scheme.resourceForKind("v1", "Namespace")?.resource, "namespaces");
  assert.equal(scheme.structForKind("autoscaling/v1", "Scale")?.name, "autoscaling.v1.Scale");
  assert.equal(scheme.structForKind("policy/v1", "Eviction")?.name, "policy.v1.Eviction");
  assert.equal(scheme.structForKind("v1", "Status")?.name, "meta.v1.Status");
  assert.equal(scheme.structForKind("apps/v1", "Status"), undefined);
  assert.equal(scheme.structForKind("v1", "PodSpec"), undefined);
  assert.equal(scheme.structForKind("v9", "Pod"), undefined);
  assert.throws(() => scheme.struct("core.v1.Nothing"), { message: "no type core.v1.Nothing in the schema tables" });
});

test("options belong to every group/version", () => {
  for (const { groupVersion } of scheme.groupVersions()) {
    assert.equal(scheme.structForKind(groupVersion, "DeleteOptions")?.name, "meta.v1.DeleteOptions", groupVersion);
  }
});

test("groups come in discovery's order, versions with the preferred one first", () => {
  const all = scheme.groupVersions().map(({ groupVersion }) => groupVersion);
  assert.deepEqual(all.slice(0, 3), ["v1", "apiregistration.k8s.io/v1", "apps/v1"]);
  assert.ok(all.indexOf("autoscaling/v2") < all.indexOf("autoscaling/v1"));
  assert.deepEqual(["v1alpha1", "v2", "v1", "v1beta1", "v2beta2"].sort(compareVersions), [
    "v2",
    "v1",
    "v2beta2",
    "v1beta1",
    "v1alpha1",
  ]);
});

test("every type that a field names exists, and every resource's kind and list", () => {
  for (const { groupVersion } of [...scheme.groupVersions(), { groupVersion: "meta.k8s.io/v1" }]) {
    for (const struct of scheme.structsOf(groupVersion)) {
      for (const { type, name } of struct.fields.values()) {
        let use = type;
        while (use.kind === "list" || use.kind === "map") use = use.of;
        if (use.kind === "struct") assert.ok(scheme.findStruct(use.name), `${struct.name}.${name}: ${use.name}`);
      }
    }
  }
  for (const { groupVersion, kind, verbs, subresources } of scheme.resources()) {
    assert.ok(scheme.structForKind(groupVersion, kind), `${groupVersion} ${kind}`);
    if (verbs.includes("list")) assert.ok(scheme.structForKind(groupVersion, `${kind}List`), `${kind}List`);
    for (const { kind: other, groupVersion: of = groupVersion } of subresources) {
      if (!other.endsWith("Options")) assert.ok(scheme.structForKind(of, other), `${of} ${other}`);
    }
  }
});

test("opening a scheme parses no types", () => {
  const warm = new Scheme(tables);
  const before = performance.now();
  const opened = Array.from({ length: 10 }, () => new Scheme(tables));
  assert.ok((performance.now() - before) / 10 < 5);
  assert.equal(opened.at(-1)?.resources().length, warm.resources().length);
});
