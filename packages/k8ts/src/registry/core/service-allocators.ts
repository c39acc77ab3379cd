/**
 * Gives Services their cluster IPs and node ports. One instance stands beside the registry's Services; what stored
 * Services have is read once, before the first allocation. All of it is synchronous: between two writes that ask for the
 * same address, one always sees the other's.
 */
import { fieldInvalid, internalError, invalid, type DeepReadonly, type FieldError, type Random } from "@k8ts/api";
import type { Service, ServicePort } from "@k8ts/api/core/v1";
import type { StrategyTransaction } from "../strategy.ts";
import { AddressRange, AllocationError } from "./address-range.ts";
import { PortRange, type PortBounds } from "./port-range.ts";
import { alignClusterIPs, isUnchangedPreferDualStack, keepAllocated, settleFamilies } from "./service-families.ts";
import { familyOf, isHeadless, needsClusterIP, needsHealthCheck, needsNodePort } from "./service-kinds.ts";

type In<T> = DeepReadonly<T>;

/** What the cluster gives its Services. */
export interface ServiceNetwork {
  /** Ranges of cluster IPs, one or two of different families; the first family is the default. */
  readonly cidrs: readonly string[];
  /** Node ports; upstream's default is 30000 to 32767. */
  readonly nodePorts: PortBounds;
  readonly random: Random;
  /** All stored Services; asked once, at the first allocation. */
  services(): Iterable<In<Service>>;
}

/** What one write takes and, once it is stored, gives up. */
class Transaction implements StrategyTransaction {
  readonly #revert: (() => void)[] = [];
  readonly #commit: (() => void)[] = [];

  taken(giveBack: () => void): void {
    this.#revert.push(giveBack);
  }

  givenUp(giveBack: () => void): void {
    this.#commit.push(giveBack);
  }

  commit(): void {
    for (const run of this.#commit.splice(0)) run();
  }

  revert(): void {
    for (const run of this.#revert.splice(0)) run();
  }
}

const nodePortNumbers = ({ spec }: In<Service>): number[] =>
  (spec?.ports ?? []).map(({ nodePort }) => nodePort ?? 0).filter((port) => port !== 0);

const isNodePortType = ({ spec }: In<Service>): boolean => spec?.type === "NodePort" || spec?.type === "LoadBalancer";

const refuse = (service: Service, faults: FieldError[]): Error =>
  invalid({ group: "", kind: "Service" }, service.metadata.name ?? "", faults);

/** The allocators of one cluster. */
export class ServiceAllocators {
  readonly #network: ServiceNetwork;
  readonly #ranges: readonly AddressRange[];
  readonly #ports: PortRange;
  #loaded = false;

  constructor(network: ServiceNetwork) {
    this.#network = network;
    this.#ranges = network.cidrs.map((cidr) => new AddressRange(cidr, network.random));
    this.#ports = new PortRange(network.nodePorts, network.random);
  }

  /** Allocates for a create, or the difference for an update. Throws StatusError and then holds nothing. */
  begin(service: Service, old: In<Service> | undefined): StrategyTransaction {
    this.#load();
    if (old) keepAllocated(service, old);
    alignClusterIPs(service, old);
    const families = this.#ranges.map(({ family }) => family);
    const faults = settleFamilies(service, old, families);
    if (faults.length > 0) throw refuse(service, faults);
    const transaction = new Transaction();
    try {
      if (old) this.#changeAddresses(service, old, transaction);
      else this.#allocateAddresses(service, transaction);
      if (old) this.#changePorts(service, old, transaction);
      else this.#allocatePorts(service, transaction);
      this.#changeHealthCheckPort(service, old, transaction);
    } catch (error) {
      transaction.revert();
      throw error;
    }
    return transaction;
  }

  /** Takes back everything a deleted Service had. */
  released(service: In<Service>): void {
    if (!this.#loaded) return;
    for (const address of clusterAddresses(service)) this.#releaseAddress(address);
    for (const port of nodePortNumbers(service)) this.#ports.release(port);
    if (needsHealthCheck(service) && service.spec?.healthCheckNodePort) {
      this.#ports.release(service.spec.healthCheckNodePort);
    }
  }

  #load(): void {
    if (this.#loaded) return;
    this.#loaded = true;
    for (const service of this.#network.services()) {
      for (const address of clusterAddresses(service)) this.#rangeOf(familyOf(address))?.note(address);
      for (const port of nodePortNumbers(service)) this.#ports.note(port);
      if (service.spec?.healthCheckNodePort) this.#ports.note(service.spec.healthCheckNodePort);
    }
  }

  #rangeOf(family: string): AddressRange | undefined {
    return this.#ranges.find((range) => range.family === family);
  }

  #releaseAddress(address: string): void {
    this.#rangeOf(familyOf(address))?.release(address);
  }

  #allocateAddresses(service: Service, transaction: Transaction): void {
    const { spec } = service;
    if (!spec || !needsClusterIP(service) || spec.clusterIPs?.[0] === "None") return;
    const asked = [...(spec.clusterIPs ?? [])];
    spec.clusterIPs = (spec.ipFamilies ?? []).map((family, index) =>
      this.#takeAddress(service, family, asked[index] ?? "", transaction),
    );
    spec.clusterIP = spec.clusterIPs[0];
  }

  #takeAddress(service: Service, family: string, asked: string, transaction: Transaction): string {
    const range = this.#rangeOf(family);
    if (!range) throw internalError(new Error(`no range of service IPs for ${family}`));
    try {
      if (asked) range.take(asked);
      const address = asked || range.takeNext();
      transaction.taken(() => range.release(address));
      return address;
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      const name = service.metadata.name ?? "";
      if (error.full) {
        throw internalError(
          new Error(`failed to allocate a serviceIP for Service ${JSON.stringify(name)}: ${error.message}`),
        );
      }
      const detail = `failed to allocate IP ${asked}: ${error.message}`;
      throw refuse(service, [fieldInvalid("spec.clusterIPs", service.spec?.clusterIPs ?? null, detail)]);
    }
  }

  #changeAddresses(service: Service, old: In<Service>, transaction: Transaction): void {
    if (isUnchangedPreferDualStack(service, old)) return;
    if (!needsClusterIP(old)) {
      this.#allocateAddresses(service, transaction);
      return;
    }
    if (isHeadless(old)) return;
    const had = clusterAddresses(old);
    if (!needsClusterIP(service)) {
      for (const address of had) transaction.givenUp(() => this.#releaseAddress(address));
      return;
    }
    const spec = service.spec ?? {};
    const families = spec.ipFamilies ?? [];
    const before = old.spec?.ipFamilies?.length ?? 0;
    if (before === 1 && families.length === 2) {
      const second = this.#takeAddress(service, families[1]!, spec.clusterIPs?.[1] ?? "", transaction);
      spec.clusterIPs = [spec.clusterIPs?.[0] ?? "", second];
    } else if (before === 2 && families.length === 1 && had[1]) {
      const second = had[1];
      transaction.givenUp(() => this.#releaseAddress(second));
    }
  }

  #takePort(service: Service, asked: number, index: number, transaction: Transaction): number {
    try {
      if (asked) this.#ports.take(asked);
      const port = asked || this.#ports.takeNext();
      transaction.taken(() => this.#ports.release(port));
      return port;
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      if (!asked) throw internalError(new Error(`failed to allocate a nodePort: ${error.message}`));
      throw refuse(service, [fieldInvalid(`spec.ports[${index}].nodePort`, asked, error.message)]);
    }
  }

  /** Ports of one number (TCP and UDP 53) share a node port, unless the client says otherwise. */
  #allocatePorts(service: Service, transaction: Transaction): void {
    if (!isNodePortType(service)) return;
    const ports = service.spec?.ports ?? [];
    const byPort = new Map<number, number>();
    const askedFor = (port: ServicePort): number =>
      ports.find((one) => one.port === port.port && one.nodePort)?.nodePort ?? 0;
    for (const [index, port] of ports.entries()) {
      if (!port.nodePort && !needsNodePort(service)) continue;
      const shared = byPort.get(port.port);
      if (shared === undefined) {
        port.nodePort = this.#takePort(service, askedFor(port), index, transaction);
        byPort.set(port.port, port.nodePort);
      } else if (!port.nodePort) port.nodePort = shared;
      else if (port.nodePort !== shared) this.#takePort(service, port.nodePort, index, transaction);
    }
  }

  #changePorts(service: Service, old: In<Service>, transaction: Transaction): void {
    const had = nodePortNumbers(old);
    if (isNodePortType(service)) this.#updatePorts(service, had, transaction);
    const kept = new Set(isNodePortType(service) ? nodePortNumbers(service) : []);
    for (const port of had) if (!kept.has(port)) transaction.givenUp(() => this.#ports.release(port));
  }

  #updatePorts(service: Service, had: readonly number[], transaction: Transaction): void {
    const taken = new Set<number>();
    const seen = new Set<string>();
    for (const [index, port] of (service.spec?.ports ?? []).entries()) {
      if (!port.nodePort && !needsNodePort(service)) continue;
      if (!port.nodePort) port.nodePort = this.#takePort(service, 0, index, transaction);
      else if (!had.includes(port.nodePort) && !taken.has(port.nodePort)) {
        taken.add(this.#takePort(service, port.nodePort, index, transaction));
      }
      const key = `${port.protocol}/${port.nodePort}`;
      if (seen.has(key)) throw internalError(new Error(`duplicate nodePort: {${port.protocol} ${port.nodePort}}`));
      seen.add(key);
    }
  }

  #changeHealthCheckPort(service: Service, old: In<Service> | undefined, transaction: Transaction): void {
    const needed = old !== undefined && needsHealthCheck(old);
    const needs = needsHealthCheck(service);
    if (needed && !needs) {
      const port = old.spec?.healthCheckNodePort;
      if (port) transaction.givenUp(() => this.#ports.release(port));
    }
    if (needed || !needs || !service.spec) return;
    const asked = service.spec.healthCheckNodePort ?? 0;
    try {
      if (asked) this.#ports.take(asked);
      const port = asked || this.#ports.takeNext();
      transaction.taken(() => this.#ports.release(port));
      service.spec.healthCheckNodePort = port;
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      const what = asked ? "requested HealthCheck NodePort" : "a HealthCheck NodePort";
      throw internalError(new Error(`failed to allocate ${what} ${asked}: ${error.message}`));
    }
  }
}

function clusterAddresses(service: In<Service>): readonly string[] {
  if (!needsClusterIP(service) || isHeadless(service)) return [];
  return (service.spec?.clusterIPs ?? []).filter((address) => address !== "None");
}
