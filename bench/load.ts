/** Load over HTTP/2 and TLS: so many calls, so many at once, over so many connections. */
import { connect, type ClientHttp2Session } from "node:http2";

/** One call. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: Buffer;
}

/** Where the load goes. */
export interface LoadTarget {
  readonly url: string;
  readonly credentials: { readonly ca: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

/** Opens sessions; close them with closeAll. */
export function openSessions(target: LoadTarget, count: number): ClientHttp2Session[] {
  return Array.from({ length: count }, () => {
    const session = connect(target.url, { ...target.credentials, checkServerIdentity: () => undefined });
    session.on("error", () => {});
    session.setMaxListeners(0);
    return session;
  });
}

/** Closes sessions. */
export const closeAll = (sessions: readonly ClientHttp2Session[]): void => {
  for (const session of sessions) session.destroy();
};

/** What came back. */
export interface Outcome {
  readonly status: number;
  /** Length of the body. */
  readonly bytes: number;
  /** The first resourceVersion in the body: a list's own. */
  readonly revision: string | undefined;
}

/** Makes one call. */
export function call(session: ClientHttp2Session, { method, path, body }: Call): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const headers = {
      ":method": method,
      ":path": path,
      accept: "application/json",
      "content-type": "application/json",
    };
    const stream = session.request(headers, { endStream: body === undefined });
    let status = 0;
    let bytes = 0;
    stream.on("response", (response) => (status = Number(response[":status"])));
    let head: Buffer | undefined;
    stream.on("data", (chunk: Buffer) => {
      head ??= chunk;
      bytes += chunk.length;
    });
    stream.on("end", () =>
      resolve({
        status,
        bytes,
        get revision() {
          return /"resourceVersion":"(\d+)"/.exec(head?.toString() ?? "")?.[1];
        },
      }),
    );
    stream.on("error", reject);
    if (body) stream.end(body);
  });
}

/** Runs `total` calls, `parallel` at once; resolves to calls per second. Throws for any status but 2xx. */
export async function runLoad(
  sessions: readonly ClientHttp2Session[],
  total: number,
  parallel: number,
  make: (index: number) => Call,
): Promise<number> {
  let next = 0;
  const begun = performance.now();
  const worker = async (lane: number): Promise<void> => {
    for (let index = next++; index < total; index = next++) {
      const { status } = await call(sessions[lane % sessions.length]!, make(index));
      if (status < 200 || status > 299) throw new Error(`status ${status}`);
    }
  };
  await Promise.all(Array.from({ length: parallel }, (_, lane) => worker(lane)));
  return total / ((performance.now() - begun) / 1000);
}
