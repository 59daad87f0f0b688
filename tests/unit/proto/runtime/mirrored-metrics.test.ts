import { Registry } from "@prometheus-io/client";
import { expect, test } from "vitest";
import { mirrorMetrics } from "../../../../proto/runtime/mirrored-metrics.ts";

const TABLE = {
  readings: { kind: "counter", help: "Readings." },
  dead_letters: { kind: "counter", label: "reason", help: "Dead letters." },
  open: { kind: "gauge", help: "Open windows." },
} as const;

test("metrics show the values that were counted elsewhere; a counter never goes back", async () => {
  const registry = new Registry();
  const set = mirrorMetrics(registry, "edge", TABLE);
  set({ readings: 5, dead_letters: new Map([["no_route", 2]]), open: 7 });
  set({
    readings: 4,
    dead_letters: new Map([
      ["no_route", 3],
      ["text", 1],
    ]),
    open: 6,
  });
  const lines = (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(lines.toSorted()).toEqual([
    'edge_dead_letters_total{reason="no_route"} 3',
    'edge_dead_letters_total{reason="text"} 1',
    "edge_open 6",
    "edge_readings_total 5",
  ]);
});
