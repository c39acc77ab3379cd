/** Runs plugins in their order: all mutators, then, when the object is final, all validators. */
import type { Admission, AdmissionPlugin, AdmissionRequest } from "./admission.ts";

/** The chain of these plugins. A plugin that answers at once costs no turn of the event loop. */
export function createChain(plugins: readonly AdmissionPlugin[]): Admission {
  const mutators = plugins.filter((plugin) => plugin.admit);
  const validators = plugins.filter((plugin) => plugin.validate);
  return {
    async admit(request: AdmissionRequest): Promise<void> {
      for (const plugin of mutators) {
        if (!plugin.handles(request)) continue;
        const pending = plugin.admit!(request);
        if (pending) await pending;
      }
    },
    async validate(request: AdmissionRequest): Promise<void> {
      for (const plugin of validators) {
        if (!plugin.handles(request)) continue;
        const pending = plugin.validate!(request);
        if (pending) await pending;
      }
    },
  };
}
