import { silentLogger } from "@k8ts/api";
import { storageContract } from "../contract.ts";
import { openMemoryStorage } from "./memory.ts";

storageContract({
  name: "memory",
  open: async (options) => openMemoryStorage({ logger: silentLogger, ...options }),
});
