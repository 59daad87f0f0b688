import { collectDefaultMetrics, Registry } from "@prometheus-io/client";

/** A registry with the process's own figures (memory, event-loop lag, garbage collection) under the usual names. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({
    register: registry,
    // With an age limit the library rotates its buckets once for every step that the wall clock has made since the last
    // request. When the clock is set from 1970 to today, this takes half a minute. The histogram of the event-loop lag
    // shows the recent values.
    eventLoopUtilizationMaxAgeSeconds: 0,
  });
  return registry;
}
