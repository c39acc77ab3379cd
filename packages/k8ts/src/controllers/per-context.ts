import type { ControllerContext } from "@k8ts/client";

/**
 * State that a controller keeps between reconciles (expectations, timers, trackers), one per start of the controller:
 * controllers themselves are constants, and several clusters may run in one process.
 */
export function perContext<State>(make: (context: ControllerContext) => State): (context: ControllerContext) => State {
  const states = new WeakMap<ControllerContext, State>();
  return (context) => {
    const known = states.get(context);
    if (known !== undefined) return known;
    const state = make(context);
    states.set(context, state);
    return state;
  };
}
