import { LruMap } from "@k8ts/client";
import { identityText, type Identity } from "./graph-node.ts";

/** As upstream. */
const capacity = 500;

/** Owners that are known to be gone, so that not each of many dependents asks the server about them. */
export class AbsentOwners {
  readonly #gone = new LruMap<string, true>(capacity);

  add(identity: Identity): void {
    this.#gone.set(identityText(identity), true);
  }

  has(identity: Identity): boolean {
    return this.#gone.get(identityText(identity)) === true;
  }
}
