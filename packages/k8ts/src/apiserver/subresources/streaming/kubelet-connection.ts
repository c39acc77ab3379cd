/** How to reach the kubelet of a node: address and port from the Node's status, TLS with the API server's client certificate. */
import { Agent } from "node:https";
import { internalError, type DeepReadonly } from "@k8ts/api";
import type { Node } from "@k8ts/api/core/v1";
import type { ResourceCall } from "../../resource-call.ts";

/** With which the API server shows itself to kubelets. */
export interface KubeletClientOptions {
  readonly certPem: string;
  readonly keyPem: string;
  /** Who signs kubelets' serving certificates; without it they are not verified, as upstream's default. */
  readonly caPem?: string;
  /** Node address types, best first. Default InternalIP, ExternalIP, Hostname, as kubeadm sets it. */
  readonly addressTypes?: readonly string[];
}

/** A place to connect to. */
export interface Location {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  /** TLS options where they differ from the plain ones. */
  readonly tls?: TlsIdentity;
}

/** Who we are, and whom we trust, on a TLS connection. */
export interface TlsIdentity {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly rejectUnauthorized: boolean;
  readonly agent: Agent;
}

const defaultAddressTypes = ["InternalIP", "ExternalIP", "Hostname"];
/** The kubelet's port where the Node names none. */
const defaultPort = 10250;

/** The same identity towards kubelets that are verified, and towards those that are not. */
interface Identities {
  readonly verified: TlsIdentity;
  readonly unverified: TlsIdentity;
}

function identitiesOf({ certPem: cert, keyPem: key, caPem: ca }: KubeletClientOptions): Identities {
  const identity = (rejectUnauthorized: boolean): TlsIdentity => {
    const tls = { cert, key, ca, rejectUnauthorized };
    return { ...tls, agent: new Agent({ ...tls, keepAlive: true }) };
  };
  return { verified: identity(ca !== undefined), unverified: identity(false) };
}

/** Finds kubelets, and keeps connections to them. */
export class KubeletConnector {
  #options: KubeletClientOptions;
  #identities: Identities;

  constructor(options: KubeletClientOptions) {
    this.#options = options;
    this.#identities = identitiesOf(options);
  }

  /** Connects as somebody else from now on; what is open goes on. */
  use(options: KubeletClientOptions): void {
    const { verified, unverified } = this.#identities;
    this.#options = { ...this.#options, ...options };
    this.#identities = identitiesOf(options);
    for (const { agent } of [verified, unverified]) {
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    }
  }

  /** Where the kubelet of `nodeName` listens. Throws NotFound for an unknown node. */
  async locate(call: ResourceCall, nodeName: string, skipVerification = false): Promise<Location> {
    const nodes = call.services.registry.store("", "v1", "nodes")!;
    const node = (await nodes.get(call.context, "", nodeName)).object() as DeepReadonly<Node>;
    const port = node.status?.daemonEndpoints?.kubeletEndpoint?.Port || defaultPort;
    const tls = skipVerification ? this.#identities.unverified : this.#identities.verified;
    return { scheme: "https", host: this.#addressOf(node), port, tls };
  }

  close(): void {
    this.#identities.verified.agent.destroy();
    this.#identities.unverified.agent.destroy();
  }

  #addressOf(node: DeepReadonly<Node>): string {
    const addresses = node.status?.addresses ?? [];
    for (const type of this.#options.addressTypes ?? defaultAddressTypes) {
      const found = addresses.find((address) => address.type === type && address.address);
      if (found) return found.address;
    }
    const types = (this.#options.addressTypes ?? defaultAddressTypes).join(" ");
    throw internalError(
      new Error(`no preferred addresses found; known addresses: ${JSON.stringify(addresses)}, wanted [${types}]`),
    );
  }
}
