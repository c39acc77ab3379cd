import assert from "node:assert/strict";
import { it } from "node:test";
import type { ConfigMap } from "@k8ts/api/core/v1";
import { cacheKey, Store } from "./store.ts";

const configMap = (namespace: string, name: string, colour?: string): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace, name, ...(colour && { labels: { colour } }) },
});

const names = (objects: readonly { readonly metadata: { readonly name?: string } }[]): string[] =>
  objects.map(({ metadata }) => metadata.name ?? "").sort();

function filled(): Store<ConfigMap> {
  const store = new Store<ConfigMap>();
  const objects = [configMap("a", "1", "red"), configMap("a", "2", "blue"), configMap("b", "3", "red")];
  for (const object of objects) store.set(cacheKey(object.metadata.namespace, object.metadata.name!), object);
  return store;
}

const colour = ({ metadata }: { metadata: { labels?: Readonly<Record<string, string>> } }): string[] =>
  metadata.labels?.colour ? [metadata.labels.colour] : [];

it("lists by namespace and by index", () => {
  const store = filled();
  store.addIndex("colour", colour);
  assert.deepEqual(names(store.list()), ["1", "2", "3"]);
  assert.deepEqual(names(store.list("a")), ["1", "2"]);
  assert.deepEqual(names(store.list("none")), []);
  assert.deepEqual(names(store.byIndex("colour", "red")), ["1", "3"]);
  assert.throws(() => store.byIndex("size", "big"), /Index with name size does not exist/);
});

it("moves an object between index values and forgets it when deleted", () => {
  const store = filled();
  store.addIndex("colour", colour);
  store.set("a/1", configMap("a", "1", "blue"));
  assert.deepEqual(names(store.byIndex("colour", "red")), ["3"]);
  assert.deepEqual(names(store.byIndex("colour", "blue")), ["1", "2"]);
  store.delete("a/1");
  store.delete("a/2");
  assert.deepEqual(names(store.byIndex("colour", "blue")), []);
  assert.deepEqual(names(store.list("a")), []);
  assert.equal(store.get("a", "1"), undefined);
});

it("gives the same array while nothing changes, and leaves old ones alone", () => {
  const store = filled();
  const before = store.list("a");
  assert.equal(store.list("a"), before);
  store.delete("a/1");
  assert.equal(before.length, 2);
  assert.equal(store.list("a").length, 1);
});
