/** The API server, put together: registry, authentication, authorization, filters, handlers, and the port. */
import { type Clock, type Logger, type Metrics, type Random, type Scheme } from "@k8ts/api";
import type { RawRequest, RawResponse, Transport } from "@k8ts/client";
import type { Admission } from "../admission/index.ts";
import {
  anonymousAuthenticator,
  authenticatorUnion,
  authorizerUnion,
  bootstrapTokenAuthenticator,
  clientCertificateAuthenticator,
  createIssuer,
  EscalationCheck,
  NodeAuthorizer,
  privilegedGroups,
  RbacAuthorizer,
  serviceAccountAuthenticator,
  staticTokenAuthenticator,
  systemGroups,
  TokenVerifier,
  type Authenticator,
  type Pki,
  type ServiceAccountIssuer,
  type UserInfo,
} from "../auth/index.ts";
import type { Component } from "../component.ts";
import { createRegistry, type Registry } from "../registry/index.ts";
import type { Strategy } from "../registry/strategy.ts";
import type { Storage } from "../storage/index.ts";
import { guardedAdmission, type ServerAdmissionParts } from "./admission-parts.ts";
import { bootstrap, type ServiceAddress } from "./bootstrap.ts";
import { Exchange, type Handler } from "./exchange.ts";
import { chain, requestChain } from "./filters/chain.ts";
import { InFlightRequests } from "./filters/in-flight-requests.ts";
import { defaultInFlightLimits, type InFlightLimits } from "./filters/max-in-flight.ts";
import { requestMeter, type RequestMeter } from "./filters/request-metrics.ts";
import { listen, type HttpRequest, type HttpResponse, type Listener } from "./http/index.ts";
import { inProcessTransport, rawResponse } from "./in-process.ts";
import { rawHttpRequest } from "./raw-request.ts";
import { RegistrySource } from "./registry-source.ts";
import type { Services } from "./resource-call.ts";
import { ResourceHandler } from "./resource-handler.ts";
import { createRouter } from "./router.ts";
import type { Docs } from "./openapi/index.ts";
import { discoveryRoutes } from "./routes/discovery.ts";
import { healthRoute, ping, type HealthCheck } from "./routes/health.ts";
import { HealthRecord, slisRoute } from "./routes/health-record.ts";
import { metricsRoute, type MetricsText } from "./routes/metrics.ts";
import { openidRoutes } from "./routes/openid.ts";
import type { Route } from "./routes/route.ts";
import { versionRoute } from "./routes/version.ts";
import { KubeletConnector, SubresourceTable, type ComponentCheck } from "./subresources/index.ts";

/** What an API server is made of. */
export interface ApiServerOptions {
  readonly storage: Storage;
  readonly scheme: Scheme;
  readonly strategies: readonly Strategy[];
  /** Makes the admission chain; called once, before anything is served. */
  readonly admission: (parts: ServerAdmissionParts) => Admission;
  readonly pki: Pki;
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What /metrics shows; absent: the path answers 404. */
  readonly metricsText?: MetricsText;
  /** `iss` of service-account tokens. Default https://kubernetes.default.svc.cluster.local. */
  readonly issuer?: string;
  /** Users by fixed token. */
  readonly staticTokens?: ReadonlyMap<string, UserInfo>;
  readonly limits?: InFlightLimits;
  /** Where the `kubernetes` Service leads: its cluster IP, and the address that this server is reached at. */
  readonly service?: ServiceAddress;
  /** Further checks of /readyz and /livez. */
  readonly healthChecks?: readonly HealthCheck[];
  /** Shown as componentstatuses. */
  readonly components?: readonly ComponentCheck[];
  /** Sentences for `kubectl explain` where the tables have none. */
  readonly docs?: Docs;
  /** Freeze shared objects, so that whoever changes one is caught; for tests. */
  readonly frozen?: boolean;
  /** Serve without a port: only `handle` and `inProcess`. For tests and simulation. */
  readonly withoutPort?: boolean;
}

/** An API server. */
export interface ApiServer extends Component {
  /** A client of this server acting as `user`, without sockets. */
  inProcess(user: UserInfo, userAgent?: string): Transport;
  /** "https://127.0.0.1:6443"; once started. */
  readonly url: string;
  readonly registry: Registry;
  /** Puts renewed certificates to use, to serve with and to show to kubelets; what is open goes on with the old ones. */
  useCertificates(pki: Pki): void;
  /** Answers a request as the port would. */
  handle(request: HttpRequest): Promise<HttpResponse>;
}

/** How long open requests may take to end when the server stops, in milliseconds. */
const shutdownGrace = 5000;
const defaultIssuer = "https://kubernetes.default.svc.cluster.local";

/** The user behind what the server does for itself. */
export const loopbackUser: UserInfo = {
  name: "system:apiserver",
  groups: [systemGroups.masters, systemGroups.authenticated],
};

/** Makes an API server; `start` opens its port. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  return new Server(options);
}

class Server implements ApiServer {
  readonly name = "apiserver";
  readonly registry: Registry;
  readonly #options: ApiServerOptions;
  readonly #services: Services;
  readonly #source: RegistrySource;
  readonly #rbac = new RbacAuthorizer();
  readonly #nodes = new NodeAuthorizer();
  readonly #issuer: ServiceAccountIssuer;
  readonly #kubelets: KubeletConnector;
  readonly #subresources: SubresourceTable;
  readonly #meter: RequestMeter;
  readonly #inFlight = new InFlightRequests();
  readonly #router: Handler;
  readonly #serve: Handler;
  #listener: Listener | undefined;
  #pki: Pki;
  #ready = false;
  #stopped: Promise<void> | undefined;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    const { clock, random, logger, metrics, scheme, pki } = options;
    this.#pki = pki;
    const authorizer = authorizerUnion(privilegedGroups(systemGroups.masters), this.#nodes, this.#rbac);
    this.#meter = requestMeter(metrics);
    const admission = guardedAdmission({
      make: options.admission,
      escalation: new EscalationCheck(this.#rbac, authorizer),
      authorizer,
      registry: () => this.registry,
      ...options,
    });
    this.registry = createRegistry({ ...options, admission });
    this.#source = new RegistrySource({ registry: this.registry, clock, random, logger });
    this.#issuer = createIssuer({
      privateKeyPem: pki.serviceAccountKeyPem,
      issuer: options.issuer ?? defaultIssuer,
      clock,
      random,
    });
    this.#services = { scheme, registry: this.registry, admission, authorizer };
    const verifier = new TokenVerifier(this.#issuer, this.#source, clock);
    this.#kubelets = new KubeletConnector({ ...pki.kubeletClient, caPem: pki.caPem });
    this.#subresources = new SubresourceTable({
      registry: this.registry,
      issuer: this.#issuer,
      verifier,
      rbac: this.#rbac,
      kubelets: this.#kubelets,
      components: [...(options.components ?? []), { name: "etcd-0", check: () => this.#storageFault() }],
    });
    const resources = new ResourceHandler(this.#services, this.#subresources, metrics, this.#inFlight.ended);
    const discovery = discoveryRoutes({
      scheme,
      serverAddress: () => this.url.slice("https://".length),
      docs: options.docs,
    });
    const routes = [...this.#routes(), ...discovery.routes];
    this.#router = createRouter(resources, routes, discovery.listed);
    this.#serve = this.#chain(this.#authenticator(verifier));
  }

  get url(): string {
    const { address, port } = this.#listener ?? { address: this.#options.address, port: this.#options.port };
    const reachable = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
    return `https://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
  }

  async start(): Promise<void> {
    const { pki, address, port, clock, logger } = this.#options;
    await this.registry.start();
    await this.#bootstrap();
    // After it, so that the first client finds every role in force.
    await Promise.all([this.#rbac.start(this.#source), this.#nodes.start(this.#source)]);
    if (!this.#options.withoutPort) {
      this.#listener = await listen({
        address,
        port,
        ...pki.apiserver,
        clientCaPem: pki.caPem,
        handler: (request) => this.handle(request),
        clock,
        logger,
      });
    }
    this.#ready = true;
    logger.info("API server is serving", { url: this.url });
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  useCertificates(pki: Pki): void {
    const { apiserver, kubeletClient, caPem } = pki;
    if (apiserver.certPem !== this.#pki.apiserver.certPem || caPem !== this.#pki.caPem) {
      this.#listener?.replaceCertificate(apiserver.certPem, apiserver.keyPem, caPem);
    }
    if (kubeletClient.certPem !== this.#pki.kubeletClient.certPem) this.#kubelets.use({ ...kubeletClient, caPem });
    this.#pki = pki;
  }

  handle(request: HttpRequest): Promise<HttpResponse> {
    return this.#serve(new Exchange(request, this.#options.clock, this.#options.random));
  }

  inProcess(user: UserInfo, userAgent = "k8ts"): Transport {
    const { clock, random } = this.#options;
    let handler: Handler | undefined;
    const raw = async (request: RawRequest): Promise<RawResponse> => {
      handler ??= this.#rawHandler(user);
      return rawResponse(await handler(new Exchange(rawHttpRequest(request, userAgent), clock, random)));
    };
    const parts = { services: this.#services, subresources: this.#subresources, meter: this.#meter, clock, random };
    return inProcessTransport({ ...parts, userAgent, ended: this.#inFlight.ended, raw }, user);
  }

  async #stop(): Promise<void> {
    this.#ready = false;
    const drained = this.#inFlight.drain();
    await Promise.race([drained, this.#options.clock.sleep(shutdownGrace)]);
    await this.#listener?.close(shutdownGrace);
    this.#kubelets.close();
    this.#source.close();
    await this.registry.stop();
  }

  #bootstrap(): Promise<void> {
    const { clock, random, logger, service } = this.#options;
    return bootstrap({ registry: this.registry, clock, random, logger, service });
  }

  /** Raw requests pass all filters but authentication: the user is known. */
  #rawHandler(user: UserInfo): Handler {
    return this.#chain({ authenticate: () => ({ user }) });
  }

  #chain(authenticator: Authenticator): Handler {
    const { scheme, logger, metrics, limits } = this.#options;
    const parts = {
      scheme,
      logger,
      metrics,
      meter: this.#meter,
      authenticator,
      authorizer: this.#services.authorizer,
      limits: limits ?? defaultInFlightLimits,
      inFlight: this.#inFlight,
    };
    return chain(requestChain(parts), this.#router);
  }

  #authenticator(verifier: TokenVerifier): Authenticator {
    return authenticatorUnion(
      clientCertificateAuthenticator(this.#options.clock),
      ...(this.#options.staticTokens ? [staticTokenAuthenticator(this.#options.staticTokens)] : []),
      bootstrapTokenAuthenticator(this.#source, this.#options.clock),
      serviceAccountAuthenticator(verifier),
      anonymousAuthenticator(),
    );
  }

  #routes(): Route[] {
    const { logger, healthChecks = [], metricsText } = this.#options;
    const stored: HealthCheck = { name: "etcd", check: () => this.#storageFault() };
    const shutdown: HealthCheck = {
      name: "shutdown",
      check: () => (this.#inFlight.stopping ? "process is shutting down" : undefined),
    };
    const started = [
      "start-apiserver-admission-initializer",
      "rbac/bootstrap-roles",
      "scheduling/bootstrap-system-priority-classes",
      "start-system-namespaces-controller",
      "start-kubernetes-service-cidr-controller",
    ];
    const hooks = started.map((hook) => ({
      name: `poststarthook/${hook}`,
      check: () => (this.#ready || this.#inFlight.stopping ? undefined : "not finished"),
    }));
    const live = [ping, ...hooks, ...healthChecks];
    const parts = { logger, record: new HealthRecord() };
    return [
      healthRoute("healthz", [ping, stored, ...hooks, ...healthChecks], parts),
      healthRoute("livez", live, parts),
      healthRoute("readyz", [ping, stored, ...hooks, ...healthChecks, shutdown], parts),
      slisRoute(parts.record),
      versionRoute,
      ...(metricsText ? [metricsRoute(metricsText)] : []),
      ...openidRoutes(this.#issuer, () => `${this.url}/openid/v1/jwks`),
    ];
  }

  async #storageFault(): Promise<string | undefined> {
    try {
      await this.#options.storage.revision();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
