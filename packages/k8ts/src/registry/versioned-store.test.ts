import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cloneJson, type KubernetesObject, scheme } from "@k8ts/api";
import type { Strategy } from "./strategy.ts";
import { compareVersions, storageName, storageVersion } from "./storage-versions.ts";
import { decoded, EventRecorder, type Fixture, plainWrite, settle, startFixture, statusOf } from "./store-fixture.ts";

const object = (apiVersion: string, kind: string, rest: object, name = "a"): KubernetesObject =>
  ({ apiVersion, kind, metadata: { name }, ...rest }) as KubernetesObject;

const body = (value: unknown): Record<string, unknown> => {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = value as Record<string, unknown>;
  return rest;
};

const stored = async (fixture: Fixture, key: string): Promise<Record<string, unknown>> => {
  const value = await fixture.storage.get(key);
  assert.ok(value, `nothing at ${key}`);
  return decoded(value.value) as unknown as Record<string, unknown>;
};

describe("storage versions", () => {
  test("are Kubernetes' own, for every resource of several versions", () => {
    const families = Map.groupBy(scheme.resources(), storageName);
    const chosen = [...families.values()]
      .filter((versions) => versions.length > 1)
      .map((versions) => `${storageName(versions[0]!)} ${storageVersion(versions).groupVersion}`);
    assert.deepEqual(chosen.sort(), [
      "clustertrustbundles.certificates.k8s.io certificates.k8s.io/v1beta1",
      "deviceclasses.resource.k8s.io resource.k8s.io/v1",
      "devicetaintrules.resource.k8s.io resource.k8s.io/v1alpha3",
      "events v1",
      "horizontalpodautoscalers.autoscaling autoscaling/v2",
      "ipaddresses.networking.k8s.io networking.k8s.io/v1",
      "leasecandidates.coordination.k8s.io coordination.k8s.io/v1beta1",
      "mutatingadmissionpolicies.admissionregistration.k8s.io admissionregistration.k8s.io/v1beta1",
      "mutatingadmissionpolicybindings.admissionregistration.k8s.io admissionregistration.k8s.io/v1beta1",
      "resourceclaims.resource.k8s.io resource.k8s.io/v1",
      "resourceclaimtemplates.resource.k8s.io resource.k8s.io/v1",
      "resourceslices.resource.k8s.io resource.k8s.io/v1",
      "servicecidrs.networking.k8s.io networking.k8s.io/v1",
      "volumeattributesclasses.storage.k8s.io storage.k8s.io/v1",
    ]);
  });

  test("order: stable, beta, alpha, then the number", () => {
    const versions = ["v1alpha1", "v2", "v1beta2", "v1", "v10", "v1beta1", "foo"];
    const sorted = versions.toSorted((a, b) => compareVersions(b, a));
    assert.deepEqual(sorted, ["v10", "v2", "v1", "v1beta2", "v1beta1", "v1alpha1", "foo"]);
  });
});

describe("a version of the same shape", () => {
  test("is written, read, listed and watched under its own apiVersion", async () => {
    const fixture = await startFixture();
    const beta = fixture.store("servicecidrs", "networking.k8s.io", "v1beta1");
    const stable = fixture.store("servicecidrs", "networking.k8s.io", "v1");
    const watching = new EventRecorder();
    await beta.watch(fixture.context(), "", { allowWatchBookmarks: true }, watching);
    const spec = { spec: { cidrs: ["10.0.0.0/24"] } };
    const entry = await beta.create(
      fixture.context(),
      "",
      object("networking.k8s.io/v1beta1", "ServiceCIDR", spec),
      plainWrite,
    );
    assert.equal(entry.object().apiVersion, "networking.k8s.io/v1beta1");
    assert.equal((await stored(fixture, "/registry/servicecidrs/a"))["apiVersion"], "networking.k8s.io/v1");
    assert.equal((await stable.get(fixture.context(), "", "a")).object().apiVersion, "networking.k8s.io/v1");
    const list = await beta.list(fixture.context(), "", {});
    const text = Buffer.concat([...list.runs()].map((run) => Buffer.from(run))).toString();
    assert.equal((JSON.parse(text) as KubernetesObject).apiVersion, "networking.k8s.io/v1beta1");
    await settle();
    await fixture.clock.advance(60_000);
    const frames = watching.all.map(
      (event) => JSON.parse(Buffer.from(event.frame()).toString()) as { type: string; object: KubernetesObject },
    );
    assert.deepEqual(
      frames.map(({ type, object }) => [type, object.apiVersion, object.kind]),
      [
        ["ADDED", "networking.k8s.io/v1beta1", "ServiceCIDR"],
        ["BOOKMARK", "networking.k8s.io/v1beta1", "ServiceCIDR"],
      ],
    );
    const { entry: updated } = await beta.update(
      fixture.context(),
      "",
      "a",
      (current) => ({ ...(cloneJson(current!) as KubernetesObject), status: { conditions: [] } }) as KubernetesObject,
      plainWrite,
    );
    assert.equal(updated.object().apiVersion, "networking.k8s.io/v1beta1");
    assert.equal((await beta.delete(fixture.context(), "", "a", { dryRun: false })).gone, true);
    assert.equal(
      (await statusOf(beta.get(fixture.context(), "", "a"))).message,
      'servicecidrs.networking.k8s.io "a" not found',
    );
  });
});

describe("events.k8s.io", () => {
  const core: Strategy = {
    group: "",
    resource: "events",
    fieldNames: ["involvedObject.name", "reportingComponent"],
    fields: (event) => {
      const { involvedObject, reportingComponent } = event as unknown as Record<string, string & { name: string }>;
      return { "involvedObject.name": involvedObject?.name ?? "", reportingComponent: reportingComponent ?? "" };
    },
    ttlSeconds: 3600,
  };
  const event = {
    eventTime: "2026-01-01T00:00:00.000000Z",
    reportingController: "scheduler",
    reportingInstance: "i",
    action: "Binding",
    reason: "Scheduled",
    note: "all well",
    type: "Normal",
    regarding: { kind: "Pod", name: "p", namespace: "default" },
    deprecatedSource: { component: "scheduler" },
    deprecatedFirstTimestamp: "2026-01-01T00:00:00Z",
    deprecatedLastTimestamp: "2026-01-01T00:00:01Z",
    deprecatedCount: 3,
    series: { count: 2, lastObservedTime: "2026-01-01T00:00:00.000000Z" },
  };

  test("is a view of the core event and back", async () => {
    const fixture = await startFixture([core]);
    const events = fixture.store("events", "events.k8s.io");
    const entry = await events.create(
      fixture.context(),
      "default",
      object("events.k8s.io/v1", "Event", event),
      plainWrite,
    );
    assert.deepEqual(body(entry.object()), event);
    const kept = await stored(fixture, "/registry/events/default/a");
    assert.equal(kept["apiVersion"], "v1");
    assert.deepEqual(
      [
        kept["message"],
        kept["involvedObject"],
        kept["count"],
        kept["reportingComponent"],
        kept["source"],
        kept["series"],
      ],
      ["all well", event.regarding, 3, "scheduler", event.deprecatedSource, event.series],
    );
    assert.equal("note" in kept, false);
  });

  test("selects by its own field names, and names itself in errors", async () => {
    const fixture = await startFixture([core]);
    const events = fixture.store("events", "events.k8s.io");
    await events.create(fixture.context(), "default", object("events.k8s.io/v1", "Event", event), plainWrite);
    const count = async (fieldSelector: string): Promise<number> =>
      (await events.list(fixture.context(), "", { fieldSelector })).count;
    assert.equal(await count("regarding.name=p,reportingController=scheduler"), 1);
    assert.equal(await count("regarding.name=q"), 0);
    const unknown = await statusOf(events.list(fixture.context(), "", { fieldSelector: "involvedObject.name=p" }));
    assert.equal(unknown.message, "field label not supported: involvedObject.name");
    const missing = await statusOf(events.get(fixture.context(), "default", "b"));
    assert.deepEqual(
      [missing.message, missing.status.details],
      ['events.events.k8s.io "b" not found', { name: "b", group: "events.k8s.io", kind: "events" }],
    );
    const invalid = await statusOf(
      events.create(fixture.context(), "default", object("events.k8s.io/v1", "Event", event, "B"), plainWrite),
    );
    assert.match(invalid.message, /^Event\.events\.k8s\.io "B" is invalid: metadata\.name/);
  });

  test("go an hour after they were last written", async () => {
    const fixture = await startFixture([core]);
    const events = fixture.store("events");
    for (const name of ["a", "b"]) {
      await events.create(fixture.context(), "default", object("v1", "Event", { message: "x" }, name), plainWrite);
    }
    await fixture.clock.advance(1800_000);
    const change = (current: unknown): KubernetesObject =>
      Object.assign(cloneJson(current) as KubernetesObject, { message: "again" });
    await events.update(fixture.context(), "default", "a", change, plainWrite);
    await fixture.clock.advance(1805_000);
    const names = async (): Promise<string[]> =>
      [...(await events.list(fixture.context(), "", {})).entries()].map((entry) => entry.object().metadata.name ?? "");
    assert.deepEqual(await names(), ["a"]);
    await fixture.clock.advance(1805_000);
    assert.deepEqual(await names(), []);
    await fixture.registry.stop();
    await fixture.storage.close();
  });
});

describe("autoscaling/v1", () => {
  const v2 = {
    spec: {
      scaleTargetRef: { kind: "Deployment", name: "d", apiVersion: "apps/v1" },
      minReplicas: 1,
      maxReplicas: 5,
      metrics: [
        { type: "Resource", resource: { name: "memory", target: { type: "AverageValue", averageValue: "100Mi" } } },
        { type: "Pods", pods: { metric: { name: "qps" }, target: { type: "AverageValue", averageValue: "10" } } },
        {
          type: "Object",
          object: {
            describedObject: { kind: "Ingress", name: "i" },
            metric: { name: "hits", selector: { matchLabels: { a: "b" } } },
            target: { type: "Value", value: "2k" },
          },
        },
        {
          type: "External",
          external: { metric: { name: "queue" }, target: { type: "AverageValue", averageValue: "30" } },
        },
        {
          type: "ContainerResource",
          containerResource: { name: "cpu", container: "c", target: { type: "Utilization", averageUtilization: 60 } },
        },
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
      ],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 10,
          selectPolicy: "Max",
          policies: [{ type: "Pods", value: 4, periodSeconds: 60 }],
        },
      },
    },
    status: {
      currentReplicas: 2,
      desiredReplicas: 3,
      currentMetrics: [
        { type: "Resource", resource: { name: "cpu", current: { averageUtilization: 40, averageValue: "40m" } } },
        { type: "External", external: { metric: { name: "queue" }, current: { value: "1", averageValue: "30" } } },
      ],
      conditions: [{ type: "AbleToScale", status: "True" }],
    },
  };

  test("shows what it can and carries the rest, so that a write back loses nothing", async () => {
    const fixture = await startFixture();
    const [one, two] = ["v1", "v2"].map((version) => fixture.store("horizontalpodautoscalers", "autoscaling", version));
    const hpa = object("autoscaling/v2", "HorizontalPodAutoscaler", structuredClone(v2));
    await two!.create(fixture.context(), "d", hpa, plainWrite);
    const view = (await one!.get(fixture.context(), "d", "a")).object();
    const watching = new EventRecorder();
    await one!.watch(fixture.context(), "", { allowWatchBookmarks: true, resourceVersion: "1" }, watching);
    await settle();
    await fixture.clock.advance(60_000);
    assert.deepEqual(watching.all[1]!.object(), {
      kind: "HorizontalPodAutoscaler",
      apiVersion: "autoscaling/v1",
      metadata: { resourceVersion: "2" },
    });
    const { spec, status } = view as unknown as { spec: Record<string, unknown>; status: Record<string, unknown> };
    assert.equal(view.apiVersion, "autoscaling/v1");
    assert.deepEqual([spec["targetCPUUtilizationPercentage"], spec["metrics"]], [50, undefined]);
    assert.deepEqual([status["currentCPUUtilizationPercentage"], status["conditions"]], [40, undefined]);
    const annotations = view.metadata.annotations!;
    assert.deepEqual(JSON.parse(annotations["autoscaling.alpha.kubernetes.io/behavior"]!), {
      ScaleUp: {
        StabilizationWindowSeconds: 10,
        SelectPolicy: "Max",
        Policies: [{ Type: "Pods", Value: 4, PeriodSeconds: 60 }],
      },
    });
    assert.equal((JSON.parse(annotations["autoscaling.alpha.kubernetes.io/metrics"]!) as unknown[]).length, 5);
    await one!.update(
      fixture.context(),
      "d",
      "a",
      (current) => {
        const changed = cloneJson(current!) as unknown as { spec: Record<string, unknown> };
        changed.spec["targetCPUUtilizationPercentage"] = 70;
        return changed as unknown as KubernetesObject;
      },
      plainWrite,
    );
    const after = (await two!.get(fixture.context(), "d", "a")).object();
    const expected = structuredClone(v2);
    expected.spec.metrics[5]!.resource!.target.averageUtilization = 70;
    assert.deepEqual(body(JSON.parse(JSON.stringify(after))), expected);
    assert.equal(after.metadata.annotations, undefined, "the annotations are v1's alone");
  });

  test("without any target means 80 per cent of CPU; broken annotations are ignored", async () => {
    const fixture = await startFixture();
    const [one, two] = ["v1", "v2"].map((version) => fixture.store("horizontalpodautoscalers", "autoscaling", version));
    const spec = { scaleTargetRef: { kind: "Deployment", name: "d" }, maxReplicas: 3 };
    const hpa = object("autoscaling/v1", "HorizontalPodAutoscaler", { spec });
    hpa.metadata.annotations = { "autoscaling.alpha.kubernetes.io/metrics": "{broken" };
    await one!.create(fixture.context(), "d", hpa, plainWrite);
    const after = (await two!.get(fixture.context(), "d", "a")).object() as unknown as { spec: { metrics: unknown } };
    assert.deepEqual(after.spec.metrics, [
      { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
    ]);
  });
});

describe("resource.k8s.io/v1beta1", () => {
  const claim = {
    spec: {
      devices: {
        requests: [
          { name: "a", deviceClassName: "gpu", allocationMode: "ExactCount", count: 1 },
          { name: "b", firstAvailable: [{ name: "x", deviceClassName: "gpu", allocationMode: "All" }] },
        ],
      },
    },
  };

  for (const [plural, kind, shape] of [
    ["resourceclaims", "ResourceClaim", claim],
    ["resourceclaimtemplates", "ResourceClaimTemplate", { spec: claim }],
  ] as const) {
    test(`${plural}: a request's facts move into exactly and back`, async () => {
      const fixture = await startFixture();
      const beta = fixture.store(plural, "resource.k8s.io", "v1beta1");
      await beta.create(fixture.context(), "d", object("resource.k8s.io/v1beta1", kind, shape), plainWrite);
      const kept = (await stored(fixture, `/registry/${plural}/d/a`)) as unknown as typeof claim & {
        spec: typeof claim;
      };
      const { requests } = (kept.spec.devices ?? kept.spec.spec.devices) as { requests: unknown[] };
      assert.deepEqual(requests[0], {
        name: "a",
        exactly: { deviceClassName: "gpu", allocationMode: "ExactCount", count: 1 },
      });
      assert.equal((requests[1] as object as Record<string, unknown>)["exactly"], undefined);
      assert.deepEqual(body((await beta.get(fixture.context(), "d", "a")).object()), shape);
    });
  }

  test("resourceslices: a device's facts move out of basic and back", async () => {
    const fixture = await startFixture();
    const slices = (version: string) => fixture.store("resourceslices", "resource.k8s.io", version);
    const slice = {
      spec: {
        driver: "gpu.example.com",
        nodeName: "n",
        pool: { name: "p", generation: 1, resourceSliceCount: 1 },
        devices: [
          { name: "d0", basic: { attributes: { model: { string: "x" } }, capacity: { memory: { value: "1Gi" } } } },
        ],
      },
    };
    await slices("v1beta1").create(
      fixture.context(),
      "",
      object("resource.k8s.io/v1beta1", "ResourceSlice", slice),
      plainWrite,
    );
    const v1 = (await slices("v1").get(fixture.context(), "", "a")).object() as unknown as typeof slice;
    assert.deepEqual(v1.spec.devices[0], { name: "d0", ...slice.spec.devices[0]!.basic });
    assert.deepEqual(body((await slices("v1beta1").get(fixture.context(), "", "a")).object()), slice);
  });
});
