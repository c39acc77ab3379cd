import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldInvalid, fieldRequired } from "./field-error.ts";
import * as errors from "./status-error.ts";

const deployments = { group: "apps", resource: "deployments" };
const pods = { group: "", resource: "pods" };

test("each reason has its code and wording", () => {
  const cases: [errors.StatusError, number, string, string][] = [
    [errors.notFound(deployments, "web"), 404, "NotFound", 'deployments.apps "web" not found'],
    [errors.alreadyExists(pods, "a"), 409, "AlreadyExists", 'pods "a" already exists'],
    [
      errors.conflict(deployments, "web"),
      409,
      "Conflict",
      'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [errors.forbidden(pods, "a", "no"), 403, "Forbidden", 'pods "a" is forbidden: no'],
    [errors.forbidden(pods, "", "no"), 403, "Forbidden", "pods is forbidden: no"],
    [errors.forbidden({ group: "", resource: "" }, "", "no"), 403, "Forbidden", "forbidden: no"],
    [errors.expired("too old"), 410, "Expired", "too old"],
    [
      errors.methodNotSupported(pods, "patch"),
      405,
      "MethodNotAllowed",
      'patch is not supported on resources of kind "pods"',
    ],
    [errors.requestEntityTooLarge("limit is 3"), 413, "RequestEntityTooLarge", "Request entity too large: limit is 3"],
    [errors.internalError(new Error("x")), 500, "InternalError", "Internal error occurred: x"],
    [errors.timeout("slow"), 504, "Timeout", "Timeout: slow"],
  ];
  for (const [error, code, reason, message] of cases) {
    assert.deepEqual([error.code, error.reason, error.message], [code, reason, message]);
    assert.equal(error.status.status, "Failure");
  }
});

test("faults become causes; several are listed, the same once", () => {
  const one = errors.invalid({ group: "apps", kind: "Deployment" }, "web", [fieldRequired("spec.selector")]);
  assert.equal(one.message, 'Deployment.apps "web" is invalid: spec.selector: Required value');
  assert.deepEqual(one.status.details, {
    name: "web",
    group: "apps",
    kind: "Deployment",
    causes: [{ reason: "FieldValueRequired", message: "Required value", field: "spec.selector" }],
  });
  const bad = fieldInvalid("spec.replicas", -1, "must be positive");
  const two = errors.invalid({ group: "", kind: "Pod" }, "a", [bad, fieldRequired("x"), bad]);
  assert.equal(
    two.message,
    'Pod "a" is invalid: [spec.replicas: Invalid value: -1: must be positive, x: Required value]',
  );
});

test("errors are told apart by reason, else by code", () => {
  assert.equal(errors.isNotFound(errors.notFound(pods, "a")), true);
  assert.equal(errors.isConflict(errors.alreadyExists(pods, "a")), false);
  assert.equal(errors.isAlreadyExists(errors.alreadyExists(pods, "a")), true);
  assert.equal(errors.isGone(errors.expired("x")), true);
  assert.equal(
    errors.isNotFound(errors.fromStatus({ apiVersion: "v1", kind: "Status", metadata: {}, code: 404 })),
    true,
  );
  assert.equal(errors.isNotFound(new Error("not found")), false);
  assert.equal(errors.retryAfterSeconds(errors.tooManyRequests("x", 7)), 7);
});
