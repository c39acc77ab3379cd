/**
 * Who may speak to the kubelet: client certificates of the cluster's CA or bearer tokens (asked with a TokenReview), and
 * then what RBAC says of `nodes/proxy`, `nodes/log` … (asked with a SubjectAccessReview). Answers are kept for a while, as
 * upstream's delegating authenticator and authorizer do.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { Clock } from "@k8ts/api";
import { tokenReviews, type TokenReview, type UserInfo } from "@k8ts/api/authentication/v1";
import { subjectAccessReviews, type SubjectAccessReview } from "@k8ts/api/authorization/v1";
import { LruMap, type Client } from "@k8ts/client";

/** How long answers are kept, in milliseconds: the kubelet's defaults for webhook authentication and authorization. */
const tokenLifetime = 120_000;
const allowedLifetime = 300_000;
const deniedLifetime = 30_000;
const mostAnswers = 4096;

/** A refusal: status and text for the client. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Kept<T> {
  readonly value: T;
  readonly until: number;
}

const verbs: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** Paths with subresources of their own; later ones are tried where earlier ones are refused. Any other: proxy. */
const subresourcesByPath: readonly (readonly [string, readonly string[]])[] = [
  ["/pods", ["pods", "proxy"]],
  ["/runningpods", ["pods", "proxy"]],
  ["/healthz", ["healthz", "proxy"]],
  ["/configz", ["configz", "proxy"]],
  ["/stats", ["stats"]],
  ["/metrics", ["metrics"]],
  ["/logs", ["log"]],
  ["/checkpoint", ["checkpoint"]],
];

/** The subresources of nodes that allow a path, any of them. */
export function subresourcesFor(path: string): readonly string[] {
  const found = subresourcesByPath.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`));
  return found?.[1] ?? ["proxy"];
}

/** Authenticates and authorizes requests to one node's kubelet. */
export class KubeletAuth {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #nodeName: string;
  readonly #certified = new WeakMap<TLSSocket, UserInfo | null>();
  readonly #tokens = new LruMap<string, Kept<UserInfo | undefined>>(mostAnswers);
  readonly #decisions = new LruMap<string, Kept<boolean>>(mostAnswers);

  constructor(client: Client, clock: Clock, nodeName: string) {
    this.#client = client;
    this.#clock = clock;
    this.#nodeName = nodeName;
  }

  /** Resolves to who asks, where they may. Throws Refused. */
  async admit(request: IncomingMessage, path: string): Promise<UserInfo> {
    const user = this.#fromCertificate(request.socket as TLSSocket) ?? (await this.#fromToken(request));
    if (user === undefined) throw new Refused(401, "Unauthorized");
    const verb = verbs[request.method ?? ""] ?? "";
    const subresources = subresourcesFor(path);
    for (const subresource of subresources) if (await this.#allows(user, verb, subresource)) return user;
    const what = `user=${user.username}, verb=${verb}, resource=nodes, subresource(s)=[${subresources.join(" ")}]`;
    throw new Refused(403, `Forbidden (${what})`);
  }

  /** Certificates are looked at once per connection. */
  #fromCertificate(socket: TLSSocket): UserInfo | undefined {
    const known = this.#certified.get(socket);
    if (known !== undefined) return known ?? undefined;
    const subject = socket.authorized ? socket.getPeerCertificate().subject : undefined;
    const groups = ([] as string[]).concat((subject?.O as string | string[] | undefined) ?? []);
    const name = ([] as string[]).concat((subject?.CN as string | string[] | undefined) ?? [])[0];
    const user = name === undefined ? null : { username: name, groups: [...groups, "system:authenticated"] };
    this.#certified.set(socket, user);
    return user ?? undefined;
  }

  async #fromToken(request: IncomingMessage): Promise<UserInfo | undefined> {
    const token = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) return undefined;
    const key = createHash("sha256").update(token).digest("base64");
    const kept = this.#tokens.get(key);
    if (kept !== undefined && kept.until > this.#clock.now()) return kept.value;
    const user = await this.#reviewToken(token);
    this.#tokens.set(key, { value: user, until: this.#clock.now() + tokenLifetime });
    return user;
  }

  async #reviewToken(token: string): Promise<UserInfo | undefined> {
    const review: TokenReview = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenReview",
      metadata: {},
      spec: { token },
    };
    try {
      const { status } = await this.#client.create(tokenReviews, review);
      return status?.authenticated === true ? (status.user as UserInfo | undefined) : undefined;
    } catch {
      throw new Refused(401, "Unauthorized");
    }
  }

  async #allows(user: UserInfo, verb: string, subresource: string): Promise<boolean> {
    const key = JSON.stringify([user, verb, subresource]);
    const kept = this.#decisions.get(key);
    if (kept !== undefined && kept.until > this.#clock.now()) return kept.value;
    const allowed = await this.#reviewAccess(user, verb, subresource);
    const lifetime = allowed ? allowedLifetime : deniedLifetime;
    this.#decisions.set(key, { value: allowed, until: this.#clock.now() + lifetime });
    return allowed;
  }

  async #reviewAccess(user: UserInfo, verb: string, subresource: string): Promise<boolean> {
    const resourceAttributes = { verb, version: "v1", resource: "nodes", subresource, name: this.#nodeName };
    const { username, uid, groups, extra } = user;
    const review: SubjectAccessReview = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      metadata: {},
      spec: { user: username, uid, groups, extra, resourceAttributes },
    };
    try {
      const { status } = await this.#client.create(subjectAccessReviews, review);
      return status?.allowed === true && status.denied !== true;
    } catch {
      const what = `user=${username}, verb=${verb}, resource=nodes, subresource=${subresource}`;
      throw new Refused(500, `Authorization error (${what})`);
    }
  }
}
