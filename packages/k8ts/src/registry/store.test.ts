import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cloneJson, type DeepReadonly, type KubernetesObject } from "@k8ts/api";
import type { Change } from "./update.ts";
import type { Strategy } from "./strategy.ts";
import { configMap, decoded, type Fixture, plainWrite, startFixture, statusOf } from "./store-fixture.ts";

type Fields = Record<string, unknown>;
const data = (object: DeepReadonly<KubernetesObject>): unknown => (object as unknown as Fields)["data"];

/** A change that sets fields of metadata and of the object. */
function edit(fields: Fields, metadata: Fields = {}): Change {
  return (current) => {
    const object = cloneJson(current!) as KubernetesObject;
    Object.assign(object.metadata, metadata);
    return Object.assign(object, fields);
  };
}

const create = (fixture: Fixture, object: KubernetesObject, resource = "configmaps") =>
  fixture.store(resource).create(fixture.context(), "default", object, plainWrite);

describe("create", () => {
  test("fills in what only the server knows, and the entry, GET and the bytes agree", async () => {
    const fixture = await startFixture();
    const entry = await create(fixture, configMap("a"));
    const read = await fixture.store("configmaps").get(fixture.context(), "default", "a");
    const { metadata } = entry.object();
    assert.equal(metadata.namespace, "default");
    assert.equal(metadata.creationTimestamp, "2026-01-01T00:00:00Z");
    assert.match(metadata.uid ?? "", /^[0-9a-f-]{36}$/);
    assert.equal(metadata.resourceVersion, "2");
    assert.equal(metadata.generation, undefined);
    assert.deepEqual(decoded(entry.json()), decoded(read.json()));
    assert.deepEqual(decoded(read.json()), JSON.parse(JSON.stringify(entry.object())));
    assert.equal(read.object(), entry.object(), "the object that was written is the one that is read");
    assert.equal(read.revision, 2);
  });

  test("stores Kubernetes' key and JSON without resourceVersion, kind first", async () => {
    const fixture = await startFixture();
    const object = configMap("a");
    await create(fixture, { metadata: object.metadata, apiVersion: "v1", kind: "ConfigMap" });
    const stored = await fixture.storage.get("/registry/configmaps/default/a");
    const text = Buffer.from(stored!.value).toString();
    assert.match(text, /^\{"kind":"ConfigMap","apiVersion":"v1","metadata":\{"name":"a"/);
    assert.doesNotMatch(text, /resourceVersion/);
    for (const [resource, key] of [
      ["nodes", "/registry/minions/x"],
      ["services", "/registry/services/specs/default/x"],
      ["endpoints", "/registry/services/endpoints/default/x"],
    ] as const) {
      await create(fixture, { apiVersion: "v1", kind: "", metadata: { name: "x" } }, resource);
      assert.ok(await fixture.storage.get(key), key);
    }
  });

  test("forgets what a client says of the server's fields", async () => {
    const fixture = await startFixture();
    const object = configMap("a");
    Object.assign(object.metadata, { uid: "mine", creationTimestamp: "2000-01-01T00:00:00Z", managedFields: [{}] });
    object.metadata.deletionTimestamp = "2000-01-01T00:00:00Z";
    const { metadata } = (await create(fixture, object)).object();
    assert.notEqual(metadata.uid, "mine");
    assert.deepEqual(
      [metadata.deletionTimestamp, metadata.managedFields, metadata.creationTimestamp],
      [undefined, undefined, "2026-01-01T00:00:00Z"],
    );
  });

  for (const [what, change, message, code] of [
    ["a name that is taken", {}, 'configmaps "a" already exists', 409],
    [
      "a namespace that is not the request's",
      { namespace: "other" },
      "the namespace of the provided object does not match the namespace sent on the request",
      400,
    ],
    ["a resourceVersion", { resourceVersion: "5" }, "resourceVersion should not be set on objects to be created", 500],
    [
      "a malformed name",
      { name: "A_b" },
      `ConfigMap "A_b" is invalid: metadata.name: Invalid value: "A_b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      422,
    ],
    [
      "no name",
      { name: "" },
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
      422,
    ],
    [
      "a malformed label",
      { name: "b", labels: { "a b": "c" } },
      `ConfigMap "b" is invalid: metadata.labels: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      422,
    ],
    [
      "an owner without uid",
      { name: "b", ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "" }] },
      'ConfigMap "b" is invalid: metadata.ownerReferences.uid: Invalid value: "": must not be empty',
      422,
    ],
    [
      "too many annotations",
      { name: "b", annotations: { a: "x".repeat(256 << 10) } },
      'ConfigMap "b" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes',
      422,
    ],
    [
      "both of the garbage collector's finalizers",
      { name: "b", finalizers: ["orphan", "foregroundDeletion"] },
      'ConfigMap "b" is invalid: metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
      422,
    ],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const fixture = await startFixture();
      await create(fixture, configMap("a"));
      const object = configMap("a");
      Object.assign(object.metadata, change);
      const error = await statusOf(create(fixture, object));
      assert.deepEqual([error.message, error.code], [message, code]);
      assert.equal(await fixture.storage.revision(), 2, "nothing was written");
    });
  }

  test("says where the name belongs to an object on its way out", async () => {
    const fixture = await startFixture();
    const object = configMap("a");
    object.metadata.finalizers = ["example.com/hold"];
    await create(fixture, object);
    await fixture.store("configmaps").delete(fixture.context(), "default", "a", { dryRun: false });
    const error = await statusOf(create(fixture, configMap("a")));
    assert.equal(error.message, 'object is being deleted: configmaps "a" already exists');
    assert.equal(error.reason, "AlreadyExists");
  });

  test("generates names of at most 63 characters", async () => {
    const fixture = await startFixture();
    const object = configMap("");
    Object.assign(object.metadata, { name: undefined, generateName: `${"x".repeat(70)}-` });
    const { metadata } = (await create(fixture, object)).object();
    assert.match(metadata.name!, /^x{58}[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test("draws a generated name again where it is taken, and gives up after eight", async () => {
    const fixture = await startFixture();
    let draws = 0;
    const context = { ...fixture.context(), random: { next: () => (draws++ < 5 * 8 ? 0 : 0.5), uuid: () => "u" } };
    const generate = (): Promise<unknown> => {
      const object = configMap("");
      Object.assign(object.metadata, { name: undefined, generateName: "x-" });
      return fixture.store("configmaps").create(context, "default", object, plainWrite);
    };
    await create(fixture, configMap("x-bbbbb"));
    const error = await statusOf(generate());
    assert.equal(
      error.message,
      'configmaps "x-bbbbb" already exists, the server was not able to generate a unique name for the object',
    );
    assert.equal(error.status.details?.retryAfterSeconds, 1);
    await generate();
    assert.equal((await fixture.store("configmaps").list(fixture.context(), "", {})).count, 2);
  });

  test("a dry run goes all the way but to storage", async () => {
    const fixture = await startFixture();
    const options = { dryRun: true, subresource: "" };
    const store = fixture.store("configmaps");
    const entry = await store.create(fixture.context(), "default", configMap("a"), options);
    assert.ok(entry.object().metadata.uid);
    assert.equal(decoded(entry.json()).metadata.resourceVersion, undefined);
    assert.equal((await statusOf(store.get(fixture.context(), "default", "a"))).message, 'configmaps "a" not found');
    await create(fixture, configMap("b"));
    const error = await statusOf(store.create(fixture.context(), "default", configMap("b"), options));
    assert.equal(error.reason, "AlreadyExists");
  });

  test("drops owner references that stand there twice, with a warning", async () => {
    const fixture = await startFixture();
    const object = configMap("a");
    const owner = { apiVersion: "v1", kind: "Pod", name: "p", uid: "1" };
    object.metadata.ownerReferences = [owner, { ...owner }, { ...owner, uid: "2" }];
    const context = fixture.context();
    const entry = await fixture.store("configmaps").create(context, "default", object, plainWrite);
    assert.equal(entry.object().metadata.ownerReferences?.length, 2);
    assert.match(context.warnings[0]!, /duplicate UID\(s\) observed: 1$/);
  });
});

describe("update", () => {
  const updating = async (strategies: Strategy[] = []) => {
    const fixture = await startFixture(strategies);
    await create(fixture, configMap("a"));
    const update = (change: Change, options = plainWrite, context = fixture.context()) =>
      fixture.store("configmaps").update(context, "default", "a", change, options);
    return { fixture, update };
  };

  test("changes the object and its revision, and keeps what cannot change", async () => {
    const { fixture, update } = await updating();
    const before = (await fixture.store("configmaps").get(fixture.context(), "default", "a")).object();
    const { entry, created } = await update(
      edit({ data: { key: "2" } }, { creationTimestamp: "1999-01-01T00:00:00Z" }),
    );
    assert.equal(created, false);
    assert.equal(entry.object().metadata.resourceVersion, "3");
    assert.deepEqual(data(entry.object()), { key: "2" });
    assert.equal(entry.object().metadata.creationTimestamp, before.metadata.creationTimestamp);
    assert.deepEqual(data(before), { key: "1" }, "the old object is untouched");
  });

  test("writes nothing where nothing changed", async () => {
    const { fixture, update } = await updating();
    const { entry } = await update(edit({}));
    assert.equal(entry.revision, 2);
    assert.equal(await fixture.storage.revision(), 2);
  });

  for (const [what, metadata, message] of [
    [
      "a stale resourceVersion",
      { resourceVersion: "1" },
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [
      "another uid",
      { uid: "other" },
      /^Operation cannot be fulfilled on configmaps "a": StorageError: invalid object, Code: 4, Key: \/registry\/configmaps\/default\/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: [0-9a-f-]+$/,
    ],
    ["another name", { name: "b" }, 'ConfigMap "b" is invalid: metadata.name: Invalid value: "b": field is immutable'],
    [
      "a deletionTimestamp",
      { deletionTimestamp: "2026-01-01T00:00:00Z" },
      'ConfigMap "a" is invalid: metadata.deletionTimestamp: Invalid value: "2026-01-01T00:00:00Z": field is immutable',
    ],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const { update } = await updating();
      const { message: text } = await statusOf(update(edit({ data: {} }, metadata)));
      if (typeof message === "string") assert.equal(text, message);
      else assert.match(text, message);
    });
  }

  test("an update without resourceVersion always wins, unless the kind forbids it", async () => {
    const { update } = await updating();
    await update(edit({ data: { key: "2" } }, { resourceVersion: undefined }));
    const strict = await updating([{ group: "", resource: "configmaps", allowUnconditionalUpdate: false }]);
    const error = await statusOf(strict.update(edit({ data: {} }, { resourceVersion: undefined })));
    assert.equal(
      error.message,
      'configmaps "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    );
  });

  test("asks again with the newer object where somebody else wrote between", async () => {
    const { fixture, update } = await updating();
    const seen: unknown[] = [];
    const { entry } = await update(async (current) => {
      if (seen.push(data(current!)) === 1) await update(edit({ data: { key: "theirs" } }));
      return edit({ data: { ...(data(current!) as Fields), mine: "yes" } })(current);
    });
    assert.deepEqual(seen, [{ key: "1" }, { key: "theirs" }]);
    assert.deepEqual(data(entry.object()), { key: "theirs", mine: "yes" });
    assert.equal(await fixture.storage.revision(), 4);
  });

  test("a PUT that names the revision it read loses against a write in between", async () => {
    const { update } = await updating();
    let calls = 0;
    const error = await statusOf(
      update(async () => {
        if (calls++ === 0) await update(edit({ data: { key: "theirs" } }));
        const mine = configMap("a", "mine");
        mine.metadata.resourceVersion = "2";
        return mine;
      }),
    );
    assert.equal(error.reason, "Conflict");
    assert.equal(calls, 2);
  });

  test("many at once all come through, one after the other", async () => {
    const { fixture, update } = await updating();
    const count: Change = (current) => {
      const key = String(Number((data(current!) as { key: string }).key) + 1);
      return edit({ data: { key } })(current);
    };
    await Promise.all(Array.from({ length: 20 }, () => update(count)));
    const entry = await fixture.store("configmaps").get(fixture.context(), "default", "a");
    assert.deepEqual(data(entry.object()), { key: "21" });
  });

  test("what does not exist is not found, or created where the kind allows it", async () => {
    const fixture = await startFixture([
      { group: "coordination.k8s.io", resource: "leases", allowCreateOnUpdate: true },
    ]);
    const missing = fixture.store("configmaps").update(fixture.context(), "d", "a", () => configMap("a"), plainWrite);
    assert.equal((await statusOf(missing)).message, 'configmaps "a" not found');
    const leases = fixture.store("leases", "coordination.k8s.io");
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "a" } };
    const { created, entry } = await leases.update(fixture.context(), "d", "a", () => lease, plainWrite);
    assert.equal(created, true);
    assert.ok(entry.object().metadata.uid);
  });

  test("generation rises with the spec, not with metadata or status", async () => {
    const strategy: Strategy = {
      group: "apps",
      resource: "deployments",
      generation: true,
      status: {
        prepareForUpdate: (object, old) => {
          Object.assign(object, { spec: (old as unknown as Fields)["spec"] });
        },
      },
      subresources: { scale: { prepareForUpdate() {} }, binding: { keepsGeneration: true, prepareForUpdate() {} } },
    };
    const fixture = await startFixture([strategy]);
    const store = fixture.store("deployments", "apps");
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a" }, spec: { paused: false } };
    const created = await store.create(fixture.context(), "d", deployment as KubernetesObject, plainWrite);
    assert.equal(created.object().metadata.generation, 1);
    const generations: unknown[] = [];
    for (const [change, subresource] of [
      [edit({}, { labels: { a: "b" } }), ""],
      [edit({ spec: { paused: true } }), ""],
      [edit({ status: { replicas: 1 }, spec: { paused: false } }), "status"],
      [edit({}, { generation: 99 }), ""],
      [edit({ spec: { paused: true, replicas: 2 } }), "scale"],
      [edit({ spec: { paused: true, replicas: 3 } }), "binding"],
    ] as const) {
      const { entry } = await store.update(fixture.context(), "d", "a", change, { dryRun: false, subresource });
      generations.push(entry.object().metadata.generation);
    }
    assert.deepEqual(generations, [1, 2, 2, 2, 3, 3]);
    const final = (await store.get(fixture.context(), "d", "a")).object() as unknown as { spec: { paused: boolean } };
    assert.equal(final.spec.paused, true, "a status update leaves the spec");
  });

  test("a dry run shows the outcome and changes nothing", async () => {
    const { fixture, update } = await updating();
    const { entry } = await update(edit({ data: { key: "2" } }), { dryRun: true, subresource: "" });
    assert.deepEqual(data(entry.object()), { key: "2" });
    assert.equal(entry.object().metadata.resourceVersion, "2");
    assert.equal(await fixture.storage.revision(), 2);
  });

  test("an aborted request stops trying", async () => {
    const { fixture, update } = await updating();
    const abort = new AbortController();
    const endless = update(
      async (current) => {
        abort.abort(new Error("gone"));
        await update(edit({ data: { key: String(current!.metadata.resourceVersion) } }));
        return edit({ data: {} }, { resourceVersion: undefined })(current);
      },
      plainWrite,
      fixture.context(abort.signal),
    );
    await assert.rejects(endless, { message: "gone" });
  });
});
