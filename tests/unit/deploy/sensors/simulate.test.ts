import { describe, expect, it } from "vitest";
import { simulate, simulateSentence, type SimulateProgress } from "../../../../deploy/sensors/simulate.ts";
import { messagesAt, simulatedSite } from "../../../../deploy/sensors/simulated-site.ts";
import { RecordingBroker } from "../../../support/recording-broker.ts";

const NEVER = new AbortController().signal;

describe("simulated sensors", () => {
  it("send the messages of the site, and end when the count is acknowledged", async () => {
    await using broker = await RecordingBroker.open();
    const options = { broker: { url: broker.url }, devices: 8, periodMs: 20, seed: 5, qos: 1 } as const;
    const result = await simulate({ ...options, count: 100 }, NEVER);

    expect(result).toMatchObject({ devices: 8, published: 100, acknowledged: 100, skipped: 0, resent: 0 });
    expect(simulateSentence({ ...result, seconds: 2 })).toBe("100 messages from 8 devices, 100 acknowledged in 2.0 s");
    expect(broker.received).toHaveLength(100);
    const site = new Map(simulatedSite(options).map((device) => [device.name, device]));
    for (const { topic, payload } of broker.received.filter((message) => message.payload.startsWith("{"))) {
      const { ts } = JSON.parse(payload) as { ts: number };
      expect(messagesAt(site.get(topic)!, ts)).toEqual([{ topic, payload }]);
    }
  });

  it("survive a lost connection: every message is acknowledged, after a repeat with the DUP flag", async () => {
    await using broker = await RecordingBroker.open({ loseAt: 50 });
    const options = { broker: { url: broker.url }, devices: 4, periodMs: 10, seed: 5, qos: 1 } as const;
    const result = await simulate({ ...options, count: 200 }, NEVER);
    expect(result.acknowledged).toBe(200);
    expect(broker.received.filter((message) => message.dup).length).toBe(result.resent);
    expect(result.resent).toBeGreaterThan(0);
  });

  it("stop when the signal fires, with everything acknowledged", async () => {
    await using broker = await RecordingBroker.open();
    const stop = new AbortController();
    let progress: (() => SimulateProgress) | undefined;
    const running = simulate(
      { broker: { url: broker.url }, devices: 60, periodMs: 50, seed: 1, qos: 1 },
      stop.signal,
      (current) => (progress = current),
    );
    await expect.poll(() => progress?.().acknowledged ?? 0).toBeGreaterThan(100);
    stop.abort();
    const result = await running;
    expect(result.acknowledged).toBe(result.published);
  });

  it("end by themselves after their duration", async () => {
    await using broker = await RecordingBroker.open();
    const options = {
      broker: { url: broker.url },
      devices: 2,
      periodMs: 10,
      seed: 1,
      qos: 2,
      durationMs: 100,
    } as const;
    const result = await simulate(options, NEVER);
    expect(result.acknowledged).toBe(result.published);
    expect(result.published).toBeGreaterThan(0);
  });

  it("report a broker that refuses them", async () => {
    await using broker = await RecordingBroker.open({ refuse: true });
    const options = {
      broker: { url: broker.url, username: "ann" },
      devices: 3,
      periodMs: 10,
      seed: 1,
      qos: 1,
    } as const;
    await expect(simulate(options, NEVER)).rejects.toMatchObject({
      code: "unauthorized",
      message: expect.stringContaining('refused user "ann"') as string,
    });
  });
});
