import type { RouteOptions } from "../../edge/decode/route.ts";
import { PLAUSIBLE } from "../../edge/decode/route.ts";

/** A route that says nothing but its topic, and what a test changes. */
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
