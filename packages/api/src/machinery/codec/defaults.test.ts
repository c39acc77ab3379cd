import assert from "node:assert/strict";
import { test } from "node:test";
import { cloneJson } from "../clone.ts";
import { scheme } from "../scheme.ts";
import { applyDefaults } from "./defaults.ts";

function defaulted(type: string, object: object): unknown {
  applyDefaults(scheme.struct(type), object);
  const once = cloneJson(object);
  applyDefaults(scheme.struct(type), object);
  assert.deepEqual(object, once, "idempotent");
  return object;
}

test("a Pod gets what Kubernetes gives it", () => {
  const pod = { spec: { containers: [{ name: "a", livenessProbe: { httpGet: { port: 1 }, timeoutSeconds: 0 } }] } };
  assert.deepEqual(defaulted("core.v1.Pod", pod), {
    spec: {
      containers: [
        {
          name: "a",
          terminationMessagePath: "/dev/termination-log",
          terminationMessagePolicy: "File",
          livenessProbe: {
            httpGet: { port: 1, path: "/", scheme: "HTTP" },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
        },
      ],
      dnsPolicy: "ClusterFirst",
      restartPolicy: "Always",
      securityContext: {},
      terminationGracePeriodSeconds: 30,
      schedulerName: "default-scheduler",
    },
  });
});

test("absent plain structs are made where they have defaults, pointers are not", () => {
  const deployment = defaulted("apps.v1.Deployment", {}) as {
    spec: { replicas: number; strategy: object; template: { spec: { dnsPolicy: string } } };
    status?: object;
  };
  assert.equal(deployment.spec.replicas, 1);
  assert.deepEqual(deployment.spec.strategy, { type: "RollingUpdate" });
  assert.equal(deployment.spec.template.spec.dnsPolicy, "ClusterFirst");
  assert.equal(deployment.status, undefined);
  assert.deepEqual(defaulted("core.v1.Namespace", {}), { status: { phase: "Active" } });
  assert.equal("affinity" in (deployment.spec.template.spec as object), false);
});

test("what is set stays: zero through a pointer, but not a plain zero", () => {
  const spec = { replicas: 0, template: { spec: { terminationGracePeriodSeconds: 0, restartPolicy: "" } } };
  const deployment = defaulted("apps.v1.Deployment", { spec }) as { spec: typeof spec };
  assert.equal(deployment.spec.replicas, 0);
  assert.equal(deployment.spec.template.spec.terminationGracePeriodSeconds, 0);
  assert.equal(deployment.spec.template.spec.restartPolicy, "Always");
});

test("default objects are not shared", () => {
  const first = defaulted("core.v1.Pod", { spec: {} }) as { spec: { securityContext: Record<string, unknown> } };
  first.spec.securityContext.runAsUser = 1;
  const second = defaulted("core.v1.Pod", { spec: {} }) as typeof first;
  assert.deepEqual(second.spec.securityContext, {});
});
