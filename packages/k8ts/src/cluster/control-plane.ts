/** The control loops beside an API server: controllers and scheduler, in the server's process or far from it. */
import { hostname } from "node:os";
import {
  createClient,
  createInformerFactory,
  ControllerManager,
  LeaderElector,
  startEventRecorder,
} from "@k8ts/client";
import type { Client, InformerFactory } from "@k8ts/client";
import { createControllers, type ControllerSettings } from "../controllers/index.ts";
import { createScheduler } from "../scheduler/index.ts";
import type { ApiServer } from "../apiserver/index.ts";
import { serviceAccountGroups, serviceAccountUserName } from "../auth/index.ts";
import type { Component } from "../component.ts";
import type { ClusterParts, Started } from "./parts.ts";

/** The client of a controller in the server's own process: its service account, as upstream's controllers have each one. */
export function controllerClient(api: ApiServer, name: string): Client {
  const user = {
    name: serviceAccountUserName("kube-system", name),
    groups: [...serviceAccountGroups("kube-system"), "system:authenticated"],
  };
  return createClient(api.inProcess(user, name));
}

/** All controllers as one component. */
export function controllerManager(
  clientFor: (name: string) => Client,
  informers: InformerFactory,
  settings: ControllerSettings,
  parts: ClusterParts,
): Component {
  const controllers = createControllers(settings);
  const manager = new ControllerManager({ ...parts, controllers, clientFor, informers });
  return { name: "controller-manager", start: () => manager.start(), stop: () => manager.stop() };
}

/** The scheduler with its event recorder as one component. */
export function schedulerComponent(client: Client, informers: InformerFactory, parts: ClusterParts): Component {
  const recorder = startEventRecorder({ ...parts, client, component: "default-scheduler" });
  const scheduler = createScheduler({ ...parts, client, informers, recorder });
  return {
    name: scheduler.name,
    start: () => scheduler.start(),
    async stop() {
      await scheduler.stop();
      await recorder.stop();
    },
  };
}

/** Starts controllers and scheduler in the server's process, over the informers they share. */
export async function startControlPlane(
  api: ApiServer,
  informers: InformerFactory,
  settings: ControllerSettings,
  parts: ClusterParts,
  started: Started,
): Promise<void> {
  const schedulerUser = { name: "system:kube-scheduler", groups: ["system:authenticated"] };
  const scheduler = createClient(api.inProcess(schedulerUser, "kube-scheduler"));
  await Promise.all([
    started.start(controllerManager((name) => controllerClient(api, name), informers, settings, parts)),
    started.start(schedulerComponent(scheduler, informers, parts)),
  ]);
}

/**
 * Runs a component far from its API server, only while it holds the Lease of its name: several may wait for one to end.
 * The component is made anew each time it leads. Resolves when the signal aborts and everything has stopped.
 */
export async function runElected(
  name: string,
  client: Client,
  parts: ClusterParts,
  make: (informers: InformerFactory) => Component,
  signal: AbortSignal,
): Promise<void> {
  let running: { component: Component; informers: InformerFactory; started: Promise<void> } | undefined;
  const failed = new AbortController();
  const elector = new LeaderElector({
    ...parts,
    client,
    lease: { namespace: "kube-system", name },
    identity: `${hostname()}_${parts.random.uuid()}`,
    onStartedLeading() {
      const informers = createInformerFactory({ ...parts, client });
      const component = make(informers);
      informers.start();
      const starting = component.start().catch((error: Error) => failed.abort(error));
      running = { component, informers, started: starting };
    },
    // As upstream: whoever loses the lease ends, for another may lead by now.
    onStoppedLeading: () => failed.abort(new Error(`${name} lost its leadership`)),
  });
  await elector.run(AbortSignal.any([signal, failed.signal]));
  await running?.started;
  await running?.component.stop();
  await running?.informers.stop();
  if (!signal.aborted) throw failed.signal.reason;
}
