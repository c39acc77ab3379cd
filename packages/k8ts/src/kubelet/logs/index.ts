/**
 * Container logs. A runtime writes them in CRI's line format; here they are read for `kubectl logs` and kept from growing
 * without end. The server asks for reading, the kubelet starts the rotation. Logs lie in files (`fileLogs`), or in memory
 * where containers are simulated (`MemoryLogs`); the reader does not know which. Nothing here writes what a container
 * says, and nothing waits by looking again and again: following wakes when the store says that a log changed.
 */
export { criLine } from "./cri-line.ts";
export * from "./file-logs.ts";
export * from "./log-store.ts";
export * from "./memory-logs.ts";
export * from "./read-logs.ts";
export * from "./rotate-logs.ts";
