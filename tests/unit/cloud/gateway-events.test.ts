import { Registry } from "@prometheus-io/client";
import { expect, test } from "vitest";

import { GatewaySessionEvents } from "../../../cloud/gateway-events.ts";
import type { Commit } from "../../../cloud/ingest/committer.ts";
import type { Logger } from "../../../proto/runtime/log.ts";

test("a pair that no window rule names is reported once an hour for each series, and every approximate window is counted", async () => {
  const lines: string[] = [];
  const log = { warn: (_fields: object, line: string) => lines.push(line) } as unknown as Logger;
  const registry = new Registry();
  let nowMs = 0;
  const events = new GatewaySessionEvents({ log, registry, clock: { nowMs: () => 0, monotonicMs: () => nowMs } });
  const commit = (...devices: string[]): Commit => ({
    settled: [],
    sets: [],
    tookMs: 1,
    approximate: {
      windows: 2,
      unnamedPairs: devices.map((device) => ({ device, metric: "temp", gateways: ["plant-7", "plant-8"] })),
    },
  });
  events.committed(commit("press-1"));
  nowMs = 3_599_999;
  events.committed(commit("press-1", "press-2"));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^plant-7 and plant-8 forward press-1 temp; .*"press-1", metric: "temp" }, pair: true/);
  nowMs = 3_600_000;
  events.committed(commit("press-1"));
  expect(lines).toHaveLength(3);
  expect(await registry.metrics()).toContain("tidemark_region_windows_approximate_total 6");
});
