import { connectAsync } from "mqtt";
import type { MqttClient } from "mqtt";
import { expect, onTestFinished, test } from "vitest";
import { deployment, drained, eventually, readings } from "../support/deployment.ts";

const WINDOWS = [{ lengths: ["1s"], raw: true, idle_timeout: "1s" }];

/** A payload with the metric `x`, alias 1, as a double. A birth contains the name, data only the alias. */
function payload(seq: number, value: number, isBirth: boolean): Buffer {
  const double = Buffer.alloc(8);
  double.writeDoubleLE(value);
  const name = isBirth ? [0x0a, 1, 0x78, 0x20, 10] : [];
  const metric = Buffer.from([...name, 0x10, 1, 0x69, ...double]);
  return Buffer.from([0x12, metric.length, ...metric, 0x18, seq]);
}

test("an edge node is asked for a new birth, and its births survive a restart of the gateway", async () => {
  const site = await deployment({ edge: { windows: WINDOWS } });
  await site.startRegion();
  await site.startGateway();
  const node = async (): Promise<MqttClient> => {
    const client = await connectAsync(site.mqttUrl, { protocolVersion: 4 });
    onTestFinished(() => void client.endAsync(true));
    return client;
  };
  const first = await node();
  const asked: string[] = [];
  first.on("message", (topic) => asked.push(topic));
  await first.subscribeAsync("spBv1.0/plant/NCMD/press", { qos: 0 });
  await first.publishAsync("spBv1.0/plant/NDATA/press", payload(4, 20, false), { qos: 1 });
  await eventually(
    async () => asked,
    (topics) => topics.length > 0,
    { deadlineMs: 60_000, what: "the node is asked for a birth" },
  );
  expect(asked).toEqual(["spBv1.0/plant/NCMD/press"]);
  await first.publishAsync("spBv1.0/plant/NBIRTH/press", payload(0, 21, true), { qos: 1 });
  await first.publishAsync("spBv1.0/plant/NDATA/press", payload(1, 22, false), { qos: 1 });
  await first.endAsync();

  await site.gateway!.kill();
  await site.startGateway();
  const second = await node();
  await second.publishAsync("spBv1.0/plant/NDATA/press", payload(2, 23, false), { qos: 1 });
  await drained(site, 60_000);
  const rows = await readings(site, { device: "plant/press", metric: "x" });
  expect(rows.map(({ value }) => value).toSorted((a, b) => Number(a) - Number(b))).toEqual([20, 21, 22, 23]);
});
