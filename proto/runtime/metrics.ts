import { collectDefaultMetrics, Registry } from "@prometheus-io/client";

/** A registry with the process's own figures (memory, event-loop lag, garbage collection) under the usual names. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
