import assert from "node:assert/strict";
import { test } from "node:test";
import { scheme } from "../scheme.ts";
import { StatusError } from "../status-error.ts";
import {
  decodeBody,
  decodeValue,
  strictDecodingError,
  type ExpectedKind,
  type FieldValidation,
} from "./decode-body.ts";

const deployment: ExpectedKind = { apiVersion: "apps/v1", kind: "Deployment" };
const pod: ExpectedKind = { apiVersion: "v1", kind: "Pod" };

function decode(body: string, expected?: ExpectedKind, type = "application/json", validation?: FieldValidation) {
  return decodeBody(new TextEncoder().encode(body), type, expected, scheme, validation);
}

function faultOf(run: () => unknown): StatusError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof StatusError, String((error as Error).stack));
    return error;
  }
  return assert.fail("nothing was thrown");
}

test("absent apiVersion and kind are filled in", () => {
  assert.deepEqual(decode('{"metadata":{"name":"a"}}', pod).object, {
    kind: "Pod",
    apiVersion: "v1",
    metadata: { name: "a" },
  });
  assert.deepEqual(decode("null", pod).object, { kind: "Pod", apiVersion: "v1", metadata: {} });
});

test("unknown fields go and are told, with their paths", () => {
  const body = `{"kind":"Deployment","apiVersion":"apps/v1","wrong":1,"spec":{"replicas":2,"bogus":{"a":1},"selector":{},
    "template":{"spec":{"containers":[{"name":"a","imag":"x"}]},"metadata":{"labels":{"a":"b"},"nope":1}}}}`;
  const { object, problems } = decode(body, deployment);
  assert.deepEqual(problems, [
    'unknown field "wrong"',
    'unknown field "spec.bogus"',
    'unknown field "spec.template.spec.containers[0].imag"',
    'unknown field "spec.template.metadata.nope"',
  ]);
  assert.equal(JSON.stringify(object).includes("bogus"), false);
  assert.deepEqual(decode(body, deployment, "application/json", "Ignore").problems, []);
  assert.equal(
    strictDecodingError(deployment, problems.slice(0, 2)).message,
    'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "wrong", unknown field "spec.bogus"',
  );
});

test("duplicate fields are told, the last one wins", () => {
  const body =
    '{"metadata":{"name":"a","labels":{"x":"1","x":"2"},"name":"b"},"spec":{"nodeName":"n:{}","nodeName":"m"}}';
  const { object, problems } = decode(body, pod);
  assert.equal(object.metadata.name, "b");
  assert.deepEqual(problems, [
    'duplicate field "metadata.labels.x"',
    'duplicate field "metadata.name"',
    'duplicate field "spec.nodeName"',
  ]);
});

test("problems are told in the order of the document, once, and not of what is within unknown fields", () => {
  const body =
    '{"spec":{"x":{"a":1,"a":2},"hostname":"a","x":1,"hostname":"b","hostname":"c","containers":[{"name":"a","y":0}]}}';
  assert.deepEqual(decode(body, pod).problems, [
    'unknown field "spec.x"',
    'duplicate field "spec.hostname"',
    'unknown field "spec.containers[0].y"',
  ]);
});

test("wrong types are refused in Go's words", () => {
  const cases: [string, string][] = [
    [
      '{"spec":{"replicas":"3"}}',
      "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
    ],
    [
      '{"spec":{"replicas":1.5}}',
      "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32",
    ],
    [
      '{"spec":{"replicas":3000000000}}',
      "json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32",
    ],
    ['{"spec":[]}', "json: cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec"],
    [
      '{"spec":{"template":{"spec":{"containers":{"name":"a"}}}}}',
      "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
    ],
    [
      '{"spec":{"template":{"spec":{"containers":[{"name":7}]}}}}',
      "json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.name of type string",
    ],
    [
      '{"metadata":{"labels":{"a":1}}}',
      "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
    ],
    [
      '{"metadata":{"labels":["a"]}}',
      "json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string",
    ],
    [
      '{"spec":{"paused":"yes"}}',
      "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.paused of type bool",
    ],
    [
      '{"spec":{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"lots"}}}]}}}}',
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [
      '{"metadata":{"creationTimestamp":"yesterday"}}',
      'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    ],
    [
      '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":true}}}}',
      "json: cannot unmarshal bool into Go value of type int32",
    ],
  ];
  for (const [body, detail] of cases) {
    const fault = faultOf(() => decode(body, deployment));
    assert.equal(fault.code, 400);
    assert.equal(fault.message, `Deployment in version "v1" cannot be handled as a Deployment: ${detail}`, body);
  }
  const secret = { apiVersion: "v1", kind: "Secret" };
  const bytes = faultOf(() => decode('{"data":{"a":"***"}}', secret));
  assert.match(bytes.message, /illegal base64 data at input byte 0$/);
});

test("values become what Go would write again", () => {
  const body = `{"metadata":{"creationTimestamp":null,"name":"a","deletionTimestamp":"2026-01-02T03:04:05+01:00"},
    "spec":{"hostNetwork":false,"nodeName":"","enableServiceLinks":false,"containers":[{"name":"a","ports":[{}],
    "resources":{"limits":{"cpu":0.5,"memory":"1024Ki"},"requests":null},"args":[null,"x"]}]}}`;
  assert.deepEqual(decode(body, pod).object, {
    kind: "Pod",
    apiVersion: "v1",
    metadata: { name: "a", deletionTimestamp: "2026-01-02T02:04:05Z" },
    spec: {
      enableServiceLinks: false,
      containers: [
        {
          name: "a",
          ports: [{ containerPort: 0 }],
          resources: { limits: { cpu: "500m", memory: "1Mi" } },
          args: ["", "x"],
        },
      ],
    },
  });
});

test("bodies of another type are refused", () => {
  const cases: [string, ExpectedKind, string][] = [
    [
      '{"kind":"Service","apiVersion":"v1"}',
      pod,
      'Service in version "v1" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion',
    ],
    [
      '{"kind":"Foo","apiVersion":"v1"}',
      pod,
      'Foo in version "v1" cannot be handled as a Pod: no kind "Foo" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    ],
    [
      '{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v1"}',
      { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler" },
      "the API version in the data (autoscaling/v1) does not match the expected API version (autoscaling/v2)",
    ],
  ];
  for (const [body, expected, message] of cases) assert.equal(faultOf(() => decode(body, expected)).message, message);
  assert.equal(faultOf(() => decode("{}")).message, "Object 'Kind' is missing in '{}'");
  assert.match(faultOf(() => decode('{"kind":"Pod"}')).message, /^Object 'apiVersion' is missing in/);
});

test("options may say any group/version, and get the expected one", () => {
  const expected = { apiVersion: "meta.k8s.io/v1", kind: "DeleteOptions" };
  for (const apiVersion of ["v1", "apps/v1", "meta.k8s.io/v1", "policy/v1"]) {
    const { object } = decode(`{"kind":"DeleteOptions","apiVersion":"${apiVersion}","gracePeriodSeconds":0}`, expected);
    assert.deepEqual(object, { ...expected, gracePeriodSeconds: 0 });
  }
});

test("malformed JSON is refused in Go's words", () => {
  const cases: [string, string][] = [
    ["", "unexpected end of JSON input (<empty>)"],
    ["{", "unexpected end of JSON input ({)"],
    ["x", "invalid character 'x' looking for beginning of value (78)"],
    ["{a}", "invalid character 'a' looking for beginning of object key string ({a})"],
    ['{"a" 1}', `invalid character '1' after object key ({"a" 1})`],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair ({"a":1 "b"})`],
    ['{"a":[1 2]}', `invalid character '2' after array element ({"a":[1 2]})`],
    ['{"a":1}}', `invalid character '}' after top-level value ({"a":1}})`],
    ['{"a":tru}', `invalid character '}' in literal true (expecting 'e') ({"a":tru})`],
    ['{"a":1.}', `invalid character '}' after decimal point in numeric literal ({"a":1.})`],
    ['{"a":"\t"}', `invalid character '\\t' in string literal ({"a":"\t"})`],
    ['{"a":NaN}', `invalid character 'N' looking for beginning of value ({"a":NaN})`],
  ];
  for (const [body, detail] of cases) {
    const head =
      "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: ";
    assert.equal(faultOf(() => decode(body, pod)).message, head + detail, body);
  }
  assert.match(faultOf(() => decode("[]", pod)).message, /json: cannot unmarshal array into Go value of type struct/);
  assert.match(
    faultOf(() => decode('{"kind":5}', pod)).message,
    /cannot unmarshal number into Go struct field \.kind of type string/,
  );
  assert.match(
    faultOf(() => decode('{"kind":"Pod","apiVersion":"a/b/c"}', pod)).message,
    /unexpected GroupVersion string: a\/b\/c/,
  );
});

test("a value that never was bytes is shaped and refused alike, and stays as it is", () => {
  const value = { metadata: { name: "a" }, spec: { replicas: 1, bogus: true } };
  const { object, problems } = decodeValue(value, deployment, scheme);
  assert.deepEqual(
    [object, problems],
    [{ ...deployment, metadata: { name: "a" }, spec: { replicas: 1, template: {} } }, ['unknown field "spec.bogus"']],
  );
  assert.equal(value.spec.bogus, true);
  const cases: [unknown, string][] = [
    [
      { ...value, kind: "Service", apiVersion: "v1" },
      "converting (v1.Service) to (apps.Deployment): unknown conversion",
    ],
    [
      { spec: { replicas: "3" } },
      "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
    ],
  ];
  for (const [wrong, detail] of cases) {
    assert.ok(faultOf(() => decodeValue(wrong, deployment, scheme)).message.endsWith(detail), detail);
  }
  assert.match(faultOf(() => decodeValue(7, deployment, scheme)).message, /unmarshal number into Go value .* \(37\)$/);
});

test("hostile bodies do no harm", () => {
  const deep = `{"spec":${"[".repeat(100_000)}`;
  assert.match(faultOf(() => decode(deep, pod)).message, /exceeded max depth/);
  const polluting =
    '{"__proto__":{"polluted":1},"constructor":{"prototype":1},"metadata":{"labels":{"__proto__":"x"}}}';
  const { object, problems } = decode(polluting, pod);
  assert.deepEqual(problems, ['unknown field "__proto__"', 'unknown field "constructor"']);
  assert.equal(JSON.stringify(object.metadata), '{"labels":{"__proto__":"x"}}');
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  const huge = decode(
    '{"metadata":{"generation":9223372036854775807},"spec":{"activeDeadlineSeconds":-9223372036854775808}}',
    pod,
  );
  assert.ok(BigInt(JSON.parse(JSON.stringify(huge.object.metadata.generation))) < 2n ** 63n);
  assert.match(
    faultOf(() => decode('{"metadata":{"generation":1e300}}', pod)).message,
    /number 1e\+300 into Go struct field/,
  );
  const many = `{${Array.from({ length: 500 }, (_, index) => `"u${index}":1`).join(",")}}`;
  assert.equal(decode(many, pod).problems.length, 100);
  const invalidUtf8 = Uint8Array.of(
    ...new TextEncoder().encode('{"metadata":{"name":"a'),
    0xff,
    0xfe,
    0x22,
    0x7d,
    0x7d,
  );
  assert.equal(decodeBody(invalidUtf8, "", pod, scheme).object.metadata.name, "a\u{fffd}\u{fffd}");
  const byteOrderMark = faultOf(() => decodeBody(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d), "", pod, scheme));
  assert.match(byteOrderMark.message, /invalid character 'ï' looking for beginning of value/);
});

test("YAML is read as Kubernetes reads it", () => {
  const yaml = `
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: &l {x: "yes"}, annotations: *l}
immutable: yes
data:
  octal: "0644"
---
kind: Second
`;
  const { object, problems } = decode(yaml, undefined, "application/yaml");
  assert.deepEqual(problems, []);
  assert.deepEqual(object, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", labels: { x: "yes" }, annotations: { x: "yes" } },
    immutable: true,
    data: { octal: "0644" },
  });
  const volume = decode("spec: {volumes: [{name: a, secret: {defaultMode: 0644}}]}", pod, "application/yaml").object;
  assert.equal(JSON.stringify(volume).includes('"defaultMode":420'), true);
  const duplicate = decode("metadata:\n  name: a\n  name: b\n", pod, "application/yaml");
  assert.deepEqual(duplicate.problems, ['yaml: unmarshal errors:\n  line 3: key "name" already set in map']);
  assert.equal(duplicate.object.metadata.name, "b");
});

test("hostile YAML does no harm", () => {
  const levels = Array.from({ length: 12 }, (_, index) =>
    index === 0
      ? "a0: &a0 [x,x,x,x,x,x,x,x,x]"
      : `a${index}: &a${index} [${Array.from({ length: 9 }, () => `*a${index - 1}`).join(",")}]`,
  );
  assert.match(faultOf(() => decode(levels.join("\n"), pod, "application/yaml")).message, /excessive aliasing/);
  assert.match(
    faultOf(() => decode("a: [", pod, "application/yaml")).message,
    /error converting YAML to JSON: yaml: line 1/,
  );
  assert.match(
    faultOf(() => decode("a: !!js/function x", pod, "application/yaml")).message,
    /error converting YAML to JSON/,
  );
  assert.match(faultOf(() => decode("a: .inf", pod, "application/yaml")).message, /unsupported value/);
  assert.match(
    faultOf(() => decode("[".repeat(5000), pod, "application/yaml")).message,
    /error converting YAML to JSON/,
  );
});

test("protobuf bodies must be what they claim", () => {
  const type = "application/vnd.kubernetes.protobuf";
  const prefix = "the object provided is unrecognized (must be of type Pod): ";
  const send = (...bytes: number[]): StatusError =>
    faultOf(() => decodeBody(Uint8Array.of(...bytes), type, pod, scheme));
  assert.equal(send().message, `${prefix}empty data (<empty>)`);
  assert.equal(
    send(0x7b, 0x7d).message,
    `${prefix}provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({})`,
  );
  assert.equal(send(0x6b, 0x38, 0x73, 0).message, `${prefix}empty body (6b387300)`);
  assert.equal(
    send(0x6b, 0x38, 0x73, 0, 0x0a, 0xff, 0xff, 0xff, 0x7f).message,
    `${prefix}unexpected EOF (6b3873000affffff7f)`,
  );
});

test("other media types are refused", () => {
  const fault = faultOf(() => decode("{}", pod, "text/plain"));
  assert.equal(fault.code, 415);
  assert.equal(
    fault.message,
    "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
  );
  assert.equal(decode("{}", pod, "Application/JSON; charset=utf-8").object.kind, "Pod");
});
