/** One gRPC connection to a container runtime's socket, with deadlines, retries and errors as the kubelet wants them. */
import type * as Grpc from "@grpc/grpc-js";
import type { Clock } from "@k8ts/api";
import { RuntimeError } from "../runtime.ts";
import { messages } from "./messages.ts";
import type { Fields } from "./wire.ts";

/** How one call behaves. */
export interface CallOptions {
  /** Milliseconds; 0: no deadline. Default: two minutes, as the kubelet's runtimeRequestTimeout. */
  readonly timeout?: number;
  /** Whether it may be sent again where the runtime is not there (its socket is gone, it restarts). */
  readonly idempotent?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A stream of answers. */
export interface AnswerSink {
  message(fields: Fields): void;
  /** Once, at the end: with the error where there was one. */
  end(error: RuntimeError | undefined): void;
}

const defaultTimeout = 120_000;

/** Milliseconds between attempts of an idempotent call: a restart of containerd takes about a second. */
const retryDelays = [50, 150, 400, 1000];

/** ExecSync may answer with 16 MiB of output on each of two streams. */
const longestAnswer = 40 * 1024 * 1024;

/** A connection to `socket`; gRPC itself is loaded with the first call, and reconnects by itself. */
export class CriConnection {
  readonly #socket: string;
  readonly #clock: Clock;
  #client: Promise<{ grpc: typeof Grpc; client: Grpc.Client }> | undefined;
  #closed = false;

  constructor(socket: string, clock: Clock) {
    this.#socket = socket.replace(/^unix:(\/\/)?/, "");
    this.#clock = clock;
  }

  /** Calls `path` ("/runtime.v1.RuntimeService/Version"). Throws RuntimeError. */
  async call(
    path: string,
    request: string,
    body: Fields,
    response: string,
    options: CallOptions = {},
  ): Promise<Fields> {
    const bytes = messages().encode(request, body);
    for (let attempt = 0; ; attempt++) {
      try {
        return messages().decode(response, await this.#send(path, bytes, options));
      } catch (error) {
        const delay = retryDelays[attempt];
        const again = options.idempotent === true && error instanceof RuntimeError && error.code === "UNAVAILABLE";
        if (!again || delay === undefined || this.#closed) throw error;
        await this.#clock.sleep(delay);
      }
    }
  }

  /** Opens a stream of answers that ends when `signal` aborts or the runtime ends it. */
  stream(path: string, request: string, body: Fields, response: string, sink: AnswerSink, signal: AbortSignal): void {
    this.#open().then(
      ({ grpc, client }) => {
        if (signal.aborted) {
          sink.end(undefined);
          return;
        }
        const bytes = messages().encode(request, body);
        const call = client.makeServerStreamRequest(path, identity, identity, bytes, new grpc.Metadata(), {});
        const cancel = (): void => call.cancel();
        let ended = false;
        const end = (error: RuntimeError | undefined): void => {
          if (ended) return;
          ended = true;
          signal.removeEventListener("abort", cancel);
          sink.end(signal.aborted ? undefined : error);
        };
        call.on("data", (data: Buffer) => sink.message(messages().decode(response, data)));
        call.on("error", (error: Grpc.ServiceError) => end(toRuntimeError(grpc, error)));
        call.on("end", () => end(undefined));
        signal.addEventListener("abort", cancel, { once: true });
      },
      (error: unknown) => sink.end(error instanceof RuntimeError ? error : new RuntimeError("UNKNOWN", String(error))),
    );
  }

  /** Ends every call under way with CANCELLED. */
  async close(): Promise<void> {
    this.#closed = true;
    const opened = await this.#client?.catch(() => undefined);
    opened?.client.close();
  }

  #open(): Promise<{ grpc: typeof Grpc; client: Grpc.Client }> {
    if (this.#closed) return Promise.reject(new RuntimeError("CANCELLED", "the connection to the runtime is closed"));
    this.#client ??= import("@grpc/grpc-js").then((grpc) => ({
      grpc,
      client: new grpc.Client(`unix:${this.#socket}`, grpc.credentials.createInsecure(), {
        "grpc.max_receive_message_length": longestAnswer,
        "grpc.max_send_message_length": longestAnswer,
        "grpc.initial_reconnect_backoff_ms": 50,
        "grpc.min_reconnect_backoff_ms": 50,
        "grpc.max_reconnect_backoff_ms": 1000,
        "grpc.enable_http_proxy": 0,
        "grpc.service_config_disable_resolution": 1,
        "grpc.default_authority": "localhost",
      }),
    }));
    return this.#client;
  }

  async #send(path: string, bytes: Buffer, options: CallOptions): Promise<Buffer> {
    const { grpc, client } = await this.#open();
    const metadata = new grpc.Metadata();
    for (const [key, value] of Object.entries(options.metadata ?? {})) metadata.set(key, value);
    const timeout = options.timeout ?? defaultTimeout;
    const call = timeout > 0 ? { deadline: this.#clock.now() + timeout } : {};
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, identity, identity, bytes, metadata, call, (error, answer) => {
        if (error !== null) reject(toRuntimeError(grpc, error));
        else resolve(answer ?? Buffer.alloc(0));
      });
    });
  }
}

const identity = (bytes: Buffer): Buffer => bytes;

function toRuntimeError(grpc: typeof Grpc, error: Grpc.ServiceError): RuntimeError {
  return new RuntimeError(grpc.status[error.code] ?? "UNKNOWN", error.details || error.message, { cause: error });
}
