import { MemoryApi, transportContract } from "./index.ts";

transportContract("in memory", () => {
  const transport = new MemoryApi();
  return Promise.resolve({ transport, stop: () => transport.close() });
});
