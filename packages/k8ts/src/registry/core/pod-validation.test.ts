import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Container, Pod, PodSpec } from "@k8ts/api/core/v1";
import { createFaults, defaulted, updateFaults } from "../strategy-fixture.ts";

const container: Container = { name: "web", image: "nginx:1.27" };
const pod = (spec: Partial<PodSpec> = {}, first: Partial<Container> = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "default" },
  spec: { containers: [{ ...container, ...first }], ...spec },
});

describe("a new pod", () => {
  test("needs no more than a name and an image", () => assert.deepEqual(createFaults(pod()), []));

  test("has a second to end where it asks for less than none, templates being taken at their word", () => {
    assert.equal(defaulted(pod({ terminationGracePeriodSeconds: -5 })).spec?.terminationGracePeriodSeconds, 1);
    assert.equal(defaulted(pod({ terminationGracePeriodSeconds: 0 })).spec?.terminationGracePeriodSeconds, 0);
  });

  const cases: readonly [string, Pod, readonly string[]][] = [
    ["no containers", pod({ containers: [] }), ["spec.containers: Required value"]],
    ["no image", pod({}, { image: "" }), ["spec.containers[0].image: Required value"]],
    [
      "two containers of one name",
      pod({ containers: [container, container] }),
      ['spec.containers[1].name: Duplicate value: "web"'],
    ],
    [
      "an unknown restart policy",
      pod({ restartPolicy: "Sometimes" }),
      ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
    ],
    [
      "a port out of range",
      pod({}, { ports: [{ containerPort: 70000 }] }),
      ["spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"],
    ],
    [
      "a mount of no volume",
      pod({}, { volumeMounts: [{ name: "data", mountPath: "/data" }] }),
      ['spec.containers[0].volumeMounts[0].name: Not found: "data"'],
    ],
    [
      "a request above its limit",
      pod({}, { resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } }),
      ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ],
    [
      "two sources in a volume",
      pod({ volumes: [{ name: "data", emptyDir: {}, hostPath: { path: "/x", type: "" } }] }),
      ["spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"],
    ],
  ];
  for (const [name, object, expected] of cases) {
    test(`is refused for ${name}`, () => assert.deepEqual(createFaults(object), expected));
  }
});

test("defaults depend on other fields", () => {
  const { spec } = defaulted(
    pod({ hostNetwork: true }, { image: "nginx", ports: [{ containerPort: 80 }], resources: { limits: { cpu: "1" } } }),
  );
  const [first] = spec!.containers;
  assert.equal(first?.imagePullPolicy, "Always");
  assert.equal(first?.ports?.[0]?.hostPort, 80);
  assert.deepEqual(first?.resources?.requests, { cpu: "1" });
  assert.equal(defaulted(pod()).spec!.containers[0]?.imagePullPolicy, "IfNotPresent");
});

describe("an update of a pod", () => {
  test("may change images", () => assert.deepEqual(updateFaults(pod({}, { image: "nginx:2" }), pod()), []));

  test("may change nothing else", () => {
    const [fault] = updateFaults(pod({ hostname: "other" }), pod());
    assert.match(fault ?? "", /^spec: Forbidden: pod updates may not change fields other than /);
  });

  test("may not add containers", () => {
    const more = pod({ containers: [container, { ...container, name: "b" }] });
    assert.match(updateFaults(more, pod())[0] ?? "", /pod updates may not add or remove containers/);
  });
});
