import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cloneJson, type KubernetesObject } from "@k8ts/api";
import type { AdmissionRequest } from "../admission/admission.ts";
import type { Strategy } from "./strategy.ts";
import { configMap, type Fixture, plainWrite, startFixture, statusOf } from "./store-fixture.ts";

const create = (fixture: Fixture, object: KubernetesObject) =>
  fixture.store("configmaps").create(fixture.context(), "default", object, plainWrite);

const withoutData = (current: unknown): KubernetesObject =>
  Object.assign(cloneJson(current) as KubernetesObject, { data: {} });

describe("admission and strategy", () => {
  test("run in the order of the house", async () => {
    const order: string[] = [];
    const note = (text: string, request?: AdmissionRequest): void => {
      order.push(request ? `${text} ${request.operation}${request.oldObject ? " with old" : ""}` : text);
    };
    const strategy: Strategy = {
      group: "",
      resource: "configmaps",
      default: () => note("default"),
      prepareForCreate: () => note("prepare create"),
      prepareForUpdate: () => note("prepare update"),
      begin: () => {
        note("begin");
        return { commit: () => note("commit"), revert: () => note("revert") };
      },
      validate: () => (note("validate"), []),
      validateUpdate: () => (note("validate update"), []),
      released: () => note("released"),
    };
    const admission = {
      admit: async (request: AdmissionRequest) => note("admit", request),
      validate: async (request: AdmissionRequest) => note("admission", request),
    };
    const fixture = await startFixture([strategy], { admission });
    await create(fixture, configMap("a"));
    await fixture.store("configmaps").update(fixture.context(), "default", "a", withoutData, plainWrite);
    await fixture.store("configmaps").delete(fixture.context(), "default", "a", { dryRun: false });
    const creating = "admit CREATE, default, prepare create, begin, validate, admission CREATE, commit";
    const update = "admit UPDATE with old, default, prepare update, begin, validate update, admission UPDATE with old";
    const remove = "commit, admit DELETE with old, admission DELETE with old, released";
    assert.equal(order.join(", "), `${creating}, ${update}, ${remove}`);
  });

  test("what a write took is given back where it fails or is a dry run", async () => {
    let balance = 0;
    const strategy: Strategy = {
      group: "",
      resource: "configmaps",
      begin: () => {
        balance++;
        return { commit: () => {}, revert: () => balance-- };
      },
    };
    const fixture = await startFixture([strategy]);
    await create(fixture, configMap("a"));
    await statusOf(create(fixture, configMap("a")));
    await fixture.store("configmaps").create(fixture.context(), "d", configMap("b"), { dryRun: true, subresource: "" });
    assert.equal(balance, 1);
  });
});
