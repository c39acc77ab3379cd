/** What every handler, strategy and admission plugin knows of the request it serves. */
import type { Clock, Random } from "@k8ts/api";
import type { UserInfo } from "../auth/user.ts";

/** One request's surroundings. */
export interface RequestContext {
  readonly user: UserInfo;
  /** Identifier in logs, audit and the Audit-Id header. */
  readonly requestId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** `fieldManager` parameter, or the user agent up to its first slash. */
  readonly fieldManager?: string;
  /** Texts for Warning headers; handlers, strategies and admission add to it. */
  readonly warnings: string[];
}
