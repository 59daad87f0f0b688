import type { RouteOptions } from "../../edge/decode/route.ts";
import { PLAUSIBLE } from "../../edge/decode/route.ts";

/** The options of a route with a topic, the defaults, and what a test changes. */
export function routeOptions(change: Partial<RouteOptions> & { topic: string }): RouteOptions {
  return {
    device: undefined,
    metric: undefined,
    decoder: "auto",
    timestamp: { field: undefined, unit: "auto" },
    unit: undefined,
    fields: undefined,
    plausible: PLAUSIBLE,
    columns: undefined,
    split: undefined,
    ...change,
  };
}
