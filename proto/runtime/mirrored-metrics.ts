import type { Registry } from "@prometheus-io/client";
import { Counter, Gauge } from "@prometheus-io/client";
import type { MetricTable, MetricValues } from "../core/metric-values.ts";

/**
 * Registers metrics whose values are counted elsewhere, such as in another thread.
 * @param prefix of their names; the name of a counter ends with `_total`.
 * @returns a function that sets the present values. A counter never goes back, whatever value it gets.
 */
export function mirrorMetrics<T extends MetricTable>(
  registry: Registry,
  prefix: string,
  table: T,
): (values: MetricValues<T>) => void {
  const definitions: MetricTable = table;
  const setters = new Map(
    Object.entries(definitions).map(([name, { kind, help, label }]) => {
      const labelNames = label === undefined ? [] : [label];
      const labels = (value: string): Record<string, string> => (label === undefined ? {} : { [label]: value });
      const options = { help, labelNames, registers: [registry] };
      if (kind === "gauge") {
        const gauge = new Gauge({ ...options, name: `${prefix}_${name}` });
        return [name, (value: string, now: number) => gauge.set(labels(value), now)] as const;
      }
      const counter = new Counter({ ...options, name: `${prefix}_${name}_total` });
      const counted = new Map<string, number>();
      const count = (value: string, total: number): void => {
        const before = counted.get(value) ?? 0;
        if (total <= before) return;
        counter.inc(labels(value), total - before);
        counted.set(value, total);
      };
      return [name, count] as const;
    }),
  );
  return (values) => {
    for (const [name, given] of Object.entries<number | ReadonlyMap<string, number>>(values)) {
      const set = setters.get(name);
      if (typeof given === "number") set?.("", given);
      else for (const [value, number] of given) set?.(value, number);
    }
  };
}
