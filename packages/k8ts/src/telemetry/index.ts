/**
 * Telemetry: the libraries behind the Logger and Metrics interfaces that every room is handed (pino, prom-client). Only
 * cluster.ts and the command import this room; everybody else logs and counts through what they are given.
 */
export { createLogger, type LogLevel } from "./logs.ts";
export { createMetrics, type MetricsRegistry } from "./metrics.ts";
