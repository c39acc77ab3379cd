/** Structured logs: one JSON line an entry, on pino. */
import type { LogFields, Logger } from "@k8ts/api";
import pino from "pino";

/** How much to say: the level and everything more severe. */
export type LogLevel = "error" | "warn" | "info" | "debug";

function wrap(inner: pino.Logger): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields?: LogFields): void => {
      if (fields) inner[level](fields, message);
      else inner[level](message);
    };
  return {
    error: at("error"),
    warn: at("warn"),
    info: at("info"),
    debug: at("debug"),
    child: (fields) => wrap(inner.child(fields)),
  };
}

/** Errors as JSON shows them: their own fields alone leave out what they say. */
function shown(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { stack, cause } = error;
  return {
    ...error,
    name: error.name,
    message: error.message,
    stack,
    ...(cause !== undefined && { cause: shown(cause) }),
  };
}

/**
 * A logger that writes lines to a file descriptor (1 or 2, or a file's path), synchronously, so that nothing is lost when
 * the process dies. `{"level":"info","time":"2026-01-01T00:00:00.000Z","component":"scheduler","msg":"…"}`
 */
export function createLogger(options: { level: LogLevel; destination: number | string }): Logger {
  const destination = pino.destination({ dest: options.destination, sync: true, mkdir: true });
  return wrap(
    pino(
      {
        level: options.level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        serializers: { error: shown },
        formatters: { level: (label) => ({ level: label }) },
      },
      destination,
    ),
  );
}
