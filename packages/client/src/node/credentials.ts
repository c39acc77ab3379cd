/** Who a client says it is: tokens, token files, basic authentication and exec plugins, as request headers. */
import { readFile } from "node:fs/promises";
import { type Clock, unauthorized } from "@k8ts/api";
import { type ExecCredential, runExecPlugin } from "./exec-plugin.ts";
import type { ServerAccess } from "./server-access.ts";

/** A token file is believed for so long (client-go). */
const tokenFilePeriod = 60_000;

/** Gives the headers of each request, and the client certificate of a plugin. */
export class Credentials {
  readonly #access: ServerAccess;
  readonly #clock: Clock;
  #token: { readonly value: string; readonly until: number } | undefined;
  #plugin: Promise<ExecCredential> | undefined;

  constructor(access: ServerAccess, clock: Clock) {
    this.#access = access;
    this.#clock = clock;
  }

  /** Headers that say who calls. Throws Unauthorized where a plugin or file fails. */
  async headers(): Promise<Record<string, string | string[]>> {
    const { impersonate } = this.#access;
    const authorization = await this.#authorization();
    return {
      ...(authorization && { authorization }),
      ...(impersonate && { "impersonate-user": impersonate.user }),
      ...(impersonate?.uid && { "impersonate-uid": impersonate.uid }),
      ...(impersonate?.groups?.length && { "impersonate-group": [...impersonate.groups] }),
    };
  }

  /** A plugin's client certificate, where there is one. */
  async certificate(): Promise<{ cert?: string; key?: string }> {
    if (!this.#access.exec) return {};
    const { clientCertificateData: cert, clientKeyData: key } = await this.#execCredential();
    return cert && key ? { cert, key } : {};
  }

  /** The server refused us: ask the file or plugin again next time. */
  invalidate(): void {
    this.#token = undefined;
    this.#plugin = undefined;
  }

  async #authorization(): Promise<string | undefined> {
    const { token, tokenFile, username, password, exec } = this.#access;
    if (tokenFile) return `Bearer ${await this.#fileToken(tokenFile)}`;
    if (token) return `Bearer ${token}`;
    if (username) return `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`;
    if (!exec) return undefined;
    const credential = await this.#execCredential();
    return credential.token ? `Bearer ${credential.token}` : undefined;
  }

  async #fileToken(path: string): Promise<string> {
    const now = this.#clock.monotonic();
    if (this.#token && now < this.#token.until) return this.#token.value;
    try {
      const value = (await readFile(path, "utf8")).trim();
      if (value === "") throw new Error(`read empty token from file ${JSON.stringify(path)}`);
      this.#token = { value, until: now + tokenFilePeriod };
      return value;
    } catch (error) {
      // A file that is just being replaced: what was last read still stands, else the token that was given beside it.
      const known = this.#token?.value ?? this.#access.token;
      if (known) return known;
      throw unauthorized(`failed to read token file: ${(error as Error).message}`);
    }
  }

  async #execCredential(): Promise<ExecCredential> {
    const running = (this.#plugin ??= runExecPlugin(this.#access));
    try {
      const credential = await running;
      if (credential.expires === undefined || credential.expires > this.#clock.now()) return credential;
      if (this.#plugin === running) this.#plugin = runExecPlugin(this.#access);
      return await this.#plugin!;
    } catch (error) {
      if (this.#plugin === running) this.#plugin = undefined;
      throw unauthorized(`getting credentials: ${(error as Error).message}`);
    }
  }
}
