import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cloneJson, type KubernetesObject } from "@k8ts/api";
import type { ListOptions, ListResult } from "./resource-store.ts";
import type { Strategy } from "./strategy.ts";
import { configMap, decoded, type Fixture, plainWrite, startFixture, statusOf } from "./store-fixture.ts";

const pods: Strategy = {
  group: "",
  resource: "pods",
  fieldNames: ["spec.nodeName"],
  fields: (pod) => ({ "spec.nodeName": (pod as unknown as { spec?: { nodeName?: string } }).spec?.nodeName ?? "" }),
};

const create = (fixture: Fixture, namespace: string, object: KubernetesObject, resource = "configmaps") =>
  fixture.store(resource).create(fixture.context(), namespace, object, plainWrite);

const names = (list: ListResult): string => [...list.entries()].map((entry) => entry.object().metadata.name).join(" ");

const list = (fixture: Fixture, options: ListOptions = {}, namespace = "", resource = "configmaps") =>
  fixture.store(resource).list(fixture.context(), namespace, options);

async function filled(count = 5): Promise<Fixture> {
  const fixture = await startFixture([pods]);
  for (let index = 1; index <= count; index++) {
    await create(
      fixture,
      index % 2 ? "odd" : "even",
      configMap(`m${index}`, "1", { size: index > 3 ? "big" : "small" }),
    );
  }
  return fixture;
}

/** The JSON array that a list's runs make. */
const joined = (result: ListResult): KubernetesObject[] =>
  JSON.parse(`[${Buffer.concat([...result.runs()].map((run) => Buffer.from(run))).toString()}]`) as KubernetesObject[];

const touch = (fixture: Fixture, namespace: string, name: string) =>
  fixture
    .store("configmaps")
    .update(
      fixture.context(),
      namespace,
      name,
      (current) =>
        ({ ...(cloneJson(current!) as KubernetesObject), data: { at: current!.metadata.resourceVersion } }) as never,
      plainWrite,
    );

describe("list", () => {
  test("is in key order, of all namespaces or one, and its bytes are the objects", async () => {
    const fixture = await filled();
    const all = await list(fixture);
    assert.equal(names(all), "m2 m4 m1 m3 m5");
    assert.deepEqual([all.revision, all.count, all.continue, all.remaining], [6, 5, undefined, undefined]);
    assert.deepEqual(
      joined(all),
      [...all.entries()].map((entry) => decoded(entry.json())),
    );
    assert.equal(joined(all)[0]!.metadata.resourceVersion, "3");
    assert.equal(names(await list(fixture, {}, "odd")), "m1 m3 m5");
    assert.deepEqual(joined(await list(fixture, {}, "none")), []);
  });

  for (const [options, expected] of [
    [{ labelSelector: "size=big" }, "m4 m5"],
    [{ labelSelector: "size notin (big)" }, "m2 m1 m3"],
    [{ labelSelector: "!size" }, ""],
    [{ fieldSelector: "metadata.name=m3" }, "m3"],
    [{ fieldSelector: "metadata.name!=m3,metadata.namespace=odd" }, "m1 m5"],
    [{ fieldSelector: "metadata.name=m3", labelSelector: "size=big" }, ""],
  ] as const) {
    test(`selects by ${JSON.stringify(options)}`, async () => {
      assert.equal(names(await list(await filled(), options)), expected);
    });
  }

  test("selects by a kind's own field", async () => {
    const fixture = await startFixture([pods]);
    for (const [name, nodeName] of [
      ["a", "n1"],
      ["b", "n2"],
      ["c", undefined],
    ]) {
      const pod = { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { nodeName, containers: [] } };
      await create(fixture, "d", pod as KubernetesObject, "pods");
    }
    assert.equal(names(await list(fixture, { fieldSelector: "spec.nodeName=n2" }, "", "pods")), "b");
    assert.equal(names(await list(fixture, { fieldSelector: "spec.nodeName=" }, "", "pods")), "c");
    assert.equal(names(await list(fixture, { fieldSelector: "spec.nodeName!=n1" }, "d", "pods")), "b c");
  });

  for (const [options, message] of [
    [{ labelSelector: "a=(" }, /^unable to parse requirement|^found /],
    [
      { fieldSelector: "spec.x=1" },
      /^"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"$/,
    ],
    [{ resourceVersion: "abc" }, /^invalid resource version: strconv.ParseUint: parsing "abc": invalid syntax$/],
    [
      { resourceVersionMatch: "Exact" },
      /ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided$/,
    ],
    [
      { resourceVersionMatch: "Exact", resourceVersion: "0" },
      /resourceVersionMatch "exact" is forbidden for resourceVersion "0"$/,
    ],
    [
      { resourceVersionMatch: "Never", resourceVersion: "1" },
      /resourceVersionMatch: Unsupported value: "Never": supported values: "Exact", "NotOlderThan", ""$/,
    ],
    [{ continue: "@@" }, /^invalid continue token: continue key is not valid/],
    [
      { continue: Buffer.from('{"v":"x","rv":1,"start":"a"}').toString("base64url") },
      /server does not recognize this encoded version x$/,
    ],
    [
      { continue: Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":"../secrets/x"}').toString("base64url") },
      /continue key is not valid: \.\.\/secrets\/x$/,
    ],
    [
      {
        continue: Buffer.from('{"v":"meta.k8s.io/v1","rv":2,"start":"a/b"}').toString("base64url"),
        resourceVersion: "2",
      },
      /^specifying resource version is not allowed when using continue$/,
    ],
  ] as const) {
    test(`refuses ${JSON.stringify(options)}`, async () => {
      assert.match((await statusOf(list(await filled(), options))).message, message);
    });
  }

  test("pages follow each other at one revision, whatever happens between", async () => {
    const fixture = await filled();
    const first = await list(fixture, { limit: 2 });
    assert.deepEqual([names(first), first.remaining, first.revision], ["m2 m4", 3, 6]);
    await create(fixture, "odd", configMap("m0"));
    await touch(fixture, "odd", "m3");
    await fixture.store("configmaps").delete(fixture.context(), "odd", "m1", { dryRun: false });
    const second = await list(fixture, { limit: 2, continue: first.continue });
    assert.deepEqual([names(second), second.remaining, second.revision], ["m1 m3", 1, 6]);
    assert.equal(joined(second)[1]!.metadata.resourceVersion, "4");
    const third = await list(fixture, { limit: 2, continue: second.continue });
    assert.deepEqual([names(third), third.remaining, third.continue], ["m5", undefined, undefined]);
  });

  test("pages with a selector fill up, and do not say what remains", async () => {
    const fixture = await filled();
    const first = await list(fixture, { limit: 1, labelSelector: "size=big" });
    assert.deepEqual([names(first), first.remaining], ["m4", undefined]);
    await touch(fixture, "odd", "m5");
    const second = await list(fixture, { limit: 1, labelSelector: "size=big", continue: first.continue });
    assert.deepEqual([names(second), second.continue], ["m5", undefined]);
  });

  test("an expired continue token is 410 with one that goes on, inconsistently", async () => {
    const fixture = await filled();
    const first = await list(fixture, { limit: 2 });
    await create(fixture, "odd", configMap("m0"));
    await fixture.storage.compact(7);
    const error = await statusOf(list(fixture, { limit: 2, continue: first.continue }));
    assert.deepEqual([error.code, error.reason], [410, "Expired"]);
    assert.match(error.message, /^The provided continue parameter is too old to display a consistent list result\./);
    const token = error.status.metadata?.continue;
    const rest = await list(fixture, { limit: 5, continue: token });
    assert.deepEqual([names(rest), rest.revision], ["m0 m1 m3 m5", 7]);
  });

  test("resourceVersion: exact, not older than, any", async () => {
    const fixture = await filled();
    await touch(fixture, "even", "m2");
    await touch(fixture, "even", "m4");
    const exact = await list(fixture, { resourceVersion: "4", resourceVersionMatch: "Exact" });
    assert.deepEqual([names(exact), exact.revision], ["m2 m1 m3", 4]);
    assert.equal(joined(exact)[0]!.metadata.resourceVersion, "3");
    const legacy = await list(fixture, { resourceVersion: "4", limit: 2 });
    assert.deepEqual([names(legacy), legacy.revision, legacy.remaining], ["m2 m1", 4, 1]);
    for (const options of [{ resourceVersion: "4" }, { resourceVersion: "0", limit: 1 }, {}]) {
      assert.deepEqual(
        [names(await list(fixture, options)), (await list(fixture, options)).revision],
        ["m2 m4 m1 m3 m5", 8],
      );
    }
  });

  test("a revision in the past that was compacted is 410; one in the future is a timeout with a cause", async () => {
    const fixture = await filled();
    await touch(fixture, "even", "m2");
    await fixture.storage.compact(5);
    const past = await statusOf(list(fixture, { resourceVersion: "4", resourceVersionMatch: "Exact" }));
    assert.deepEqual([past.code, past.message], [410, "The resourceVersion for the provided list is too old."]);
    const asked = statusOf(list(fixture, { resourceVersion: "50" }));
    await fixture.clock.advance(3000);
    const future = await asked;
    assert.deepEqual([future.code, future.message], [504, "Timeout: Too large resource version: 50, current: 7"]);
    assert.equal(future.status.details?.causes?.[0]?.reason, "ResourceVersionTooLarge");
    assert.equal(future.status.details?.retryAfterSeconds, 1);
    const exact = await statusOf(list(fixture, { resourceVersion: "50", resourceVersionMatch: "Exact" }));
    assert.equal(exact.code, 504);
  });

  test("a revision that comes while the request waits is served", async () => {
    const fixture = await filled();
    const waiting = list(fixture, { resourceVersion: "7" });
    await fixture.clock.advance(1000);
    await create(fixture, "odd", configMap("m9"));
    assert.equal((await waiting).count, 6);
    assert.equal(fixture.clock.pending > 0, true);
  });
});

describe("get", () => {
  test("finds an object at any acceptable revision, and says what it does not find", async () => {
    const fixture = await filled();
    const get = (name: string, version?: string) =>
      fixture.store("configmaps").get(fixture.context(), "odd", name, version);
    for (const version of [undefined, "", "0", "3", "6"]) assert.equal((await get("m1", version)).revision, 2);
    assert.equal((await statusOf(get("m2"))).message, 'configmaps "m2" not found');
    assert.equal((await statusOf(get("m1", "x"))).code, 400);
    const future = statusOf(get("m1", "99"));
    await fixture.clock.advance(3000);
    assert.equal((await future).code, 504);
  });
});
