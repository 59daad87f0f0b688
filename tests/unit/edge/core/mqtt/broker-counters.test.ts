import { expect, test } from "vitest";
import { BrokerCounters, type BrokerTotals } from "../../../../../edge/core/mqtt/broker-counters.ts";
import { topicMatches } from "../../../../../edge/core/mqtt/topic-filter.ts";

const TOTALS: BrokerTotals = {
  version: "tidemark version 1",
  uptimeMs: 12_999,
  connected: 3,
  absent: 2,
  subscriptions: 7,
  retained: 4,
  bytesReceived: 1000,
  bytesSent: 500,
};

function values(counters: BrokerCounters, totals: BrokerTotals = TOTALS): Map<string, string> {
  return new Map(counters.topics(totals));
}

test("the counters have Mosquitto's names", () => {
  const counters = new BrokerCounters();
  Object.assign(counters, { received: 11, sent: 12, publishReceived: 13, publishSent: 14, dropped: 15, clientsMax: 9 });
  expect(Object.fromEntries([...values(counters)].filter(([topic]) => !topic.includes("/load/")))).toEqual({
    "$SYS/broker/version": "tidemark version 1",
    "$SYS/broker/uptime": "12 seconds",
    "$SYS/broker/clients/connected": "3",
    "$SYS/broker/clients/disconnected": "2",
    "$SYS/broker/clients/total": "5",
    "$SYS/broker/clients/maximum": "9",
    "$SYS/broker/messages/received": "11",
    "$SYS/broker/messages/sent": "12",
    "$SYS/broker/publish/messages/received": "13",
    "$SYS/broker/publish/messages/sent": "14",
    "$SYS/broker/publish/messages/dropped": "15",
    "$SYS/broker/bytes/received": "1000",
    "$SYS/broker/bytes/sent": "500",
    "$SYS/broker/subscriptions/count": "7",
    "$SYS/broker/retained messages/count": "4",
  });
});

test("load averages are per minute and approach a steady rate, the short one first", () => {
  const counters = new BrokerCounters();
  for (let minute = 0; minute < 5; minute++) {
    for (let tick = 0; tick < 6; tick++) {
      counters.received += 100;
      counters.tick(TOTALS, 10_000);
    }
  }
  const load = (span: string): number => Number(values(counters).get(`$SYS/broker/load/messages/received/${span}`));
  expect(load("1min")).toBeGreaterThan(590);
  expect(load("5min")).toBeCloseTo(600 * (1 - Math.exp(-1)), 0);
  expect(load("15min")).toBeCloseTo(600 * (1 - Math.exp(-1 / 3)), 0);
});

test.each([
  ["$SYS/#", "$SYS/broker/uptime", true],
  ["$SYS/broker/+", "$SYS/broker/uptime", true],
  ["$SYS/broker/+", "$SYS/broker/load/messages", false],
  ["#", "$SYS/broker/uptime", false],
  ["+/broker/uptime", "$SYS/broker/uptime", false],
  ["a/#", "a", true],
])("%s matches %s: %s [MQTT-4.7.2-1]", (filter, topic, expected) => {
  expect(topicMatches(filter, topic)).toBe(expected);
});
