import { realClock, seededRandom } from "@k8ts/api";
import { runtimeContract } from "./contract.ts";
import { SimulatedRuntime } from "./simulated.ts";

runtimeContract("simulated", async () => {
  const runtime = new SimulatedRuntime({ clock: realClock, random: seededRandom(1) });
  const image = "registry.k8ts.test/tools:1";
  await runtime.pullImage(image);
  return {
    runtime,
    image,
    logs: runtime.logs,
    logDirectory: "/var/log/pods",
    cgroupParent: "",
    echoServer: ["echo-server"],
    stop: () => runtime.close(),
  };
});
