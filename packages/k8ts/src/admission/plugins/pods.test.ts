import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubernetesObject } from "@k8ts/api";
import type { Container, Pod, PodSpec } from "@k8ts/api/core/v1";
import { basics, chainOver, contextOf, refusalOf, requestOf } from "../plugins-under-test.ts";

const pod = (spec: Partial<PodSpec> = {}, first: Partial<Container> = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "default" },
  spec: { containers: [{ name: "web", image: "nginx", ...first }], ...spec },
});

const named = (apiVersion: string, kind: string, name: string, rest: object = {}): KubernetesObject =>
  Object.assign({ apiVersion, kind, metadata: { name } }, rest);

describe("NamespaceLifecycle", () => {
  test("wants a namespace", async () => {
    assert.equal(await refusalOf(chainOver(), requestOf(pod())), 'namespaces "default" not found');
  });

  test("lets nothing into a namespace that goes", async () => {
    const going = named("v1", "Namespace", "default", { status: { phase: "Terminating" } });
    assert.equal(
      await refusalOf(chainOver([going]), requestOf(pod())),
      'pods "web" is forbidden: unable to create new content in namespace default because it is being terminated',
    );
  });

  test("keeps the namespaces of the system", async () => {
    const object = named("v1", "Namespace", "kube-system");
    const request = { ...requestOf(object), operation: "DELETE", object: undefined, namespace: "kube-system" } as const;
    assert.equal(
      await refusalOf(chainOver(basics), request),
      'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    );
  });
});

test("ServiceAccount mounts a token once", async () => {
  const object = pod();
  const chain = chainOver(basics);
  assert.equal(await refusalOf(chain, requestOf(object)), "");
  assert.equal(await refusalOf(chain, requestOf(object)), "");
  assert.equal(object.spec?.serviceAccountName, "default");
  assert.equal(object.spec.volumes?.length, 1);
  const [mount, another] = object.spec.containers[0]?.volumeMounts ?? [];
  assert.equal(mount?.mountPath, "/var/run/secrets/kubernetes.io/serviceaccount");
  assert.match(mount.name, /^kube-api-access-[a-z0-9]{5}$/);
  assert.equal(another, undefined);
});

describe("Priority", () => {
  const high = named("scheduling.k8s.io/v1", "PriorityClass", "high", { value: 1000 });

  test("writes the class's number", async () => {
    const object = pod({ priorityClassName: "high" });
    assert.equal(await refusalOf(chainOver([...basics, high]), requestOf(object)), "");
    assert.equal(object.spec?.priority, 1000);
  });

  test("wants the class to exist", async () => {
    assert.equal(
      await refusalOf(chainOver(basics), requestOf(pod({ priorityClassName: "none" }))),
      'pods "web" is forbidden: no PriorityClass with name none was found',
    );
  });
});

test("DefaultTolerationSeconds gives five minutes", async () => {
  const object = pod();
  await refusalOf(chainOver(basics), requestOf(object));
  assert.deepEqual(object.spec?.tolerations, [
    { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
    { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
  ]);
});

describe("LimitRanger", () => {
  const range: KubernetesObject = Object.assign(
    { apiVersion: "v1", kind: "LimitRange", metadata: { name: "limits", namespace: "default" } },
    {
      spec: {
        limits: [{ type: "Container", max: { cpu: "2" }, default: { cpu: "1" }, defaultRequest: { cpu: "500m" } }],
      },
    },
  );

  test("fills in and says so", async () => {
    const object = pod();
    assert.equal(await refusalOf(chainOver([...basics, range]), requestOf(object)), "");
    assert.deepEqual(object.spec?.containers[0]?.resources, { limits: { cpu: "1" }, requests: { cpu: "500m" } });
    assert.equal(
      object.metadata.annotations?.["kubernetes.io/limit-ranger"],
      "LimitRanger plugin set: cpu request for container web; cpu limit for container web",
    );
  });

  test("refuses what is too much", async () => {
    const object = pod({}, { resources: { limits: { cpu: "3" }, requests: { cpu: "1" } } });
    assert.equal(
      await refusalOf(chainOver([...basics, range]), requestOf(object)),
      'pods "web" is forbidden: maximum cpu usage per Container is 2, but limit is 3',
    );
  });
});

describe("RuntimeClass", () => {
  const sandbox = named("node.k8s.io/v1", "RuntimeClass", "sandbox", {
    handler: "sandbox",
    overhead: { podFixed: { memory: "64Mi" } },
    scheduling: { nodeSelector: { sandbox: "yes" } },
  });

  test("adds overhead and node selector", async () => {
    const object = pod({ runtimeClassName: "sandbox", nodeSelector: { disk: "ssd" } });
    assert.equal(await refusalOf(chainOver([...basics, sandbox]), requestOf(object)), "");
    assert.deepEqual(object.spec?.overhead, { memory: "64Mi" });
    assert.deepEqual(object.spec.nodeSelector, { disk: "ssd", sandbox: "yes" });
  });

  test("wants the class to exist", async () => {
    assert.equal(
      await refusalOf(chainOver(basics), requestOf(pod({ runtimeClassName: "none" }))),
      'pods "web" is forbidden: pod rejected: RuntimeClass "none" not found',
    );
  });
});

describe("PodSecurity", () => {
  const clusterWith = (labels: Record<string, string>): KubernetesObject[] => [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "default", labels } },
    basics[1]!,
  ];
  const enforce = "pod-security.kubernetes.io/enforce";

  test("baseline refuses ways to the host", async () => {
    const object = pod({ hostNetwork: true }, { securityContext: { privileged: true } });
    assert.equal(
      await refusalOf(chainOver(clusterWith({ [enforce]: "baseline" })), requestOf(object)),
      'pods "web" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true), ' +
        'privileged (container "web" must not set securityContext.privileged=true)',
    );
  });

  test("restricted wants pods hardened", async () => {
    assert.equal(
      await refusalOf(chainOver(clusterWith({ [enforce]: "restricted" })), requestOf(pod())),
      'pods "web" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false ' +
        '(container "web" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities ' +
        '(container "web" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true ' +
        '(pod or container "web" must set securityContext.runAsNonRoot=true), seccompProfile ' +
        '(pod or container "web" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
  });

  test("restricted takes pods that are", async () => {
    const hardened = pod(
      { securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } },
      { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } },
    );
    assert.equal(await refusalOf(chainOver(clusterWith({ [enforce]: "restricted" })), requestOf(hardened)), "");
  });

  test("warn only warns", async () => {
    const request = requestOf(pod({ hostPID: true }));
    const labels = { "pod-security.kubernetes.io/warn": "baseline" };
    assert.equal(await refusalOf(chainOver(clusterWith(labels)), request), "");
    assert.deepEqual(request.context.warnings, [
      'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)',
    ]);
  });

  test("labels must make sense", async () => {
    const object = named("v1", "Namespace", "team");
    object.metadata.labels = { [enforce]: "strict" };
    assert.match(
      await refusalOf(chainOver(basics), requestOf(object)),
      /metadata\.labels\[pod-security\.kubernetes\.io\/enforce\]: Invalid value: "strict": must be one of privileged, baseline, restricted/,
    );
  });
});

describe("NodeRestriction", () => {
  const kubelet = contextOf("system:node:node-1", ["system:nodes"]);

  test("keeps a kubelet to its own node", async () => {
    const object = named("v1", "Node", "node-2");
    assert.equal(
      await refusalOf(chainOver(basics), requestOf(object, { context: kubelet })),
      'nodes "node-2" is forbidden: node "node-1" is not allowed to modify node "node-2"',
    );
  });

  test("keeps it from labels that others trust", async () => {
    const object = named("v1", "Node", "node-1");
    object.metadata.labels = { "node-restriction.kubernetes.io/tier": "1", "kubernetes.io/hostname": "node-1" };
    assert.equal(
      await refusalOf(chainOver(basics), requestOf(object, { context: kubelet })),
      'nodes "node-1" is forbidden: node "node-1" is not allowed to set the following labels: node-restriction.kubernetes.io/tier',
    );
  });

  test("lets it make mirror pods only", async () => {
    assert.equal(
      await refusalOf(chainOver(basics), requestOf(pod({ nodeName: "node-1" }), { context: kubelet })),
      'pods "web" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "node-1" can only create mirror pods',
    );
  });

  test("lets it report on its own pods only", async () => {
    const object = pod({ nodeName: "node-2" });
    const request = requestOf(object, { oldObject: object, subresource: "status", context: kubelet });
    assert.equal(
      await refusalOf(chainOver(basics), request),
      'pods "web" is forbidden: node "node-1" can only update pod status for pods with spec.nodeName set to itself',
    );
  });
});
