import { collectDefaultMetrics, Registry } from "@prometheus-io/client";

/** A registry with the process's own figures (memory, event-loop lag, garbage collection) under the usual names. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({
    register: registry,
    // With an age the library turns its buckets once for every step of the wall clock since the last look: half a minute
    // of computing when a clock is set from 1970 to today. The histogram beside it says what was lately.
    eventLoopUtilizationMaxAgeSeconds: 0,
  });
  return registry;
}
