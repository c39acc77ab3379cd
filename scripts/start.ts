/**
 * `npm start`: a one-node cluster in the background, the nginx Deployment of examples/nginx in it, and a Service that
 * answers. Installs what is missing first. Safe to repeat and to interrupt: each step looks for what is done already.
 */
import { spawnSync } from "node:child_process";
import { request } from "node:http";
import { join } from "node:path";
import { buildBundle } from "./build.ts";
import { buildDemoImages } from "./build-images.ts";
import { prepareForContainers } from "./debian-setup.ts";

const root = join(import.meta.dirname, "..");
const manifests = join(root, "examples", "nginx");
const started = performance.now();
const elapsed = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

class StepError extends Error {}

/** Runs the k8ts command; its output goes to the terminal unless `quiet`. */
function k8ts(bundle: string, args: readonly string[], quiet = false): string {
  const stdio = quiet ? "pipe" : "inherit";
  const result = spawnSync(process.execPath, [bundle, ...args], { encoding: "utf8", stdio: ["ignore", stdio, stdio] });
  if (result.status !== 0) throw new StepError(`k8ts ${args.join(" ")} failed${quiet ? `:\n${result.stderr}` : ""}`);
  return result.stdout ?? "";
}

function answers(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const call = request(url, { timeout: 1000 }, (response) => {
      response.resume();
      resolve(
        response.statusCode === 200 ? `HTTP ${response.statusCode} ${response.headers.server ?? ""}`.trim() : undefined,
      );
    });
    call.on("error", () => resolve(undefined));
    call.on("timeout", () => call.destroy());
    call.end();
  });
}

/** Asks until the Service answers; at most a minute. */
async function firstAnswer(url: string): Promise<string> {
  const since = performance.now();
  for (;;) {
    const answer = await answers(url);
    if (answer) return answer;
    if (performance.now() - since > 60_000) throw new StepError(`${url} did not answer within a minute`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function printNextSteps(lines: readonly string[]): void {
  console.log(`\nDone in ${elapsed(started)}. Go on with:\n`);
  for (const line of lines) console.log(`  ${line}`);
  console.log("");
}

const nextSteps = [
  "./k8ts kubectl get all",
  "./k8ts kubectl scale deployment nginx-deployment --replicas=5",
  "./k8ts kubectl logs deployment/nginx-deployment",
  "./k8ts status",
  "./k8ts down            # stops everything; --purge forgets the data too",
];

async function main(): Promise<void> {
  console.log("Building k8ts …");
  const bundle = await buildBundle();
  const obstacle = prepareForContainers();
  if (obstacle) console.log(`Note: ${obstacle}.`);
  else for (const archive of await buildDemoImages(console.log)) k8ts(bundle, ["image", "load", archive], true);
  k8ts(bundle, ["up"]);
  console.log("\nApplying examples/nginx …");
  const applied = performance.now();
  k8ts(bundle, ["kubectl", "apply", "-f", join(manifests, "deployment.yaml"), "-f", join(manifests, "service.yaml")]);
  if (!obstacle) {
    const template = "{.spec.clusterIP} {.spec.ports[0].nodePort}";
    const [ip, nodePort] = k8ts(
      bundle,
      ["kubectl", "get", "service", "nginx", "-o", `jsonpath=${template}`],
      true,
    ).split(" ");
    const answer = await firstAnswer(`http://${ip}/`);
    console.log(`http://${ip}/ answers ${answer}, ${elapsed(applied)} after the first kubectl was started`);
    nextSteps.unshift(`curl http://${ip}/       # the Service; also http://NODE-IP:${nodePort}/`);
  }
  k8ts(bundle, ["kubectl", "rollout", "status", "deployment/nginx-deployment", "--timeout=90s"]);
  k8ts(bundle, ["kubectl", "get", "deployments"]);
  const kubeconfig = /kubeconfig:\s+(.*)/.exec(k8ts(bundle, ["status"], true))?.[1];
  printNextSteps([`export KUBECONFIG=${kubeconfig}`, ...nextSteps]);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof StepError ? `error: ${error.message}` : error);
  process.exit(1);
}
