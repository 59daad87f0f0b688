import { PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { BrokerCounters } from "../../../../edge/core/mqtt/broker-counters.ts";
import { DEFAULT_LIMITS, type MqttLimits } from "../../../../edge/core/mqtt/limits.ts";
import type { Publish } from "../../../../edge/core/mqtt/packets.ts";
import { Connection } from "../../../../edge/mqtt/connection.ts";
import type { MqttClient } from "../../../../edge/mqtt/mqtt-client.ts";
import { PublishHandler } from "../../../../edge/mqtt/publish-handler.ts";
import { SessionIntake } from "../../../../edge/mqtt/sessions/session-intake.ts";
import { millis } from "../../../../proto/core/ids.ts";
import { HeldIntake } from "../../../support/mqtt-world.ts";
import { SessionWorld } from "../../../support/session-world.ts";

/** Uses the publish handler without aedes, with objects of our own types. */
class HandlerWorld {
  readonly intake: HeldIntake = new HeldIntake();
  readonly refusals: string[] = [];
  readonly handler: PublishHandler;

  static async open(limits: Partial<MqttLimits> = {}): Promise<HandlerWorld> {
    const sessions = new SessionWorld();
    onTestFinished(() => sessions[Symbol.asyncDispose]());
    const options = { expiryS: 60, incomingMax: 10, onRetainedRefused: () => undefined };
    return new HandlerWorld(new SessionIntake(await sessions.open(), options), { ...DEFAULT_LIMITS, ...limits });
  }

  private constructor(sessions: SessionIntake, limits: MqttLimits) {
    this.handler = new PublishHandler(
      {
        intake: this.intake,
        sessions,
        events: { refused: ({ reason }) => this.refusals.push(reason) },
        clock: { nowMs: () => millis(1_800_000_000_000) },
        counters: new BrokerCounters(),
        allows: ({ topic }) => topic !== "secret",
      },
      limits,
    );
  }
}

class FakeClient implements MqttClient {
  readonly connection: Connection;
  readonly id = "plc-1";
  readonly version: 4 | 5;
  readonly clean = true;
  readonly sessionExpiryS = 0;
  readonly receiveMaximum = 65_535;
  readonly maxPacketBytes = undefined;
  readonly isConnected = true;
  readonly isClosed = false;
  readonly subscriptionCount = 0;
  readonly written: Buffer[] = [];
  readonly failures: unknown[] = [];

  constructor(version: 4 | 5 = 4) {
    this.version = version;
    const stream = new PassThrough();
    stream.on("data", (bytes: Buffer) => this.written.push(bytes));
    const origin = { address: "127.0.0.1", socket: { bytesRead: 0, bytesWritten: 0 } };
    this.connection = new Connection(stream, origin, { limits: DEFAULT_LIMITS, nowMs: 0, isSurplus: false });
    this.connection.version = version;
  }

  subscriptions(): [] {
    return [];
  }

  fail(error: Error): void {
    this.failures.push(error.message);
  }

  guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failures.push(error);
    }
  }

  subscribe(): void {
    throw new Error("a publisher does not subscribe");
  }

  send(): void {
    throw new Error("a publisher gets no messages");
  }

  nextPacketId(): number {
    return 1;
  }
}

function message(messageId: number, more: Partial<Publish> = {}): Publish {
  return { topic: "plant/1", payload: Buffer.from("21.5"), qos: 1, retain: false, dup: false, messageId, ...more };
}

test("[P1] messages are accepted after their commit, in order", async () => {
  const { handler, intake } = await HandlerWorld.open();
  const client = new FakeClient();
  const outcomes: string[] = [];
  for (const id of [1, 2]) handler.publish(client, message(id), (outcome) => outcomes.push(`${id} ${outcome}`));
  expect(outcomes).toEqual([]);
  intake.commit(1);
  expect(outcomes).toEqual(["1 accepted"]);
  intake.commit(1);
  expect(outcomes).toEqual(["1 accepted", "2 accepted"]);
  expect(intake.offered.map(({ clientId, topic, packetId }) => ({ clientId, topic, packetId }))).toEqual([
    { clientId: "plc-1", topic: "plant/1", packetId: 1 },
    { clientId: "plc-1", topic: "plant/1", packetId: 2 },
  ]);
});

test.each([
  { version: 4, outcome: "dropped", bytes: [] },
  // PUBACK, 4 bytes, identifier 2, Not authorized, no properties.
  { version: 5, outcome: "answered", bytes: [0x40, 4, 0, 2, 0x87, 0] },
] as const)(
  "[MQTT-4.6.0-2] a forbidden message of MQTT $version is $outcome in the order of the messages",
  async ({ version, outcome, bytes }) => {
    const { handler, intake, refusals } = await HandlerWorld.open();
    const client = new FakeClient(version);
    const outcomes: string[] = [];
    handler.publish(client, message(1), (what) => outcomes.push(what));
    handler.publish(client, message(2, { topic: "secret" }), (what) => outcomes.push(what));
    expect([outcomes, refusals, intake.offered.length]).toEqual([[], ["not_allowed"], 1]);
    intake.commit();
    expect(outcomes).toEqual(["accepted", outcome]);
    expect(Buffer.concat(client.written)).toEqual(Buffer.from(bytes));
    expect(client.failures).toEqual([]);
  },
);

test("a malformed message fails its client, is not offered, and has no outcome", async () => {
  const { handler, intake } = await HandlerWorld.open();
  const client = new FakeClient();
  handler.publish(client, message(1, { topic: "a\u0000b" }), () => expect.unreachable());
  expect(client.failures).toEqual(["the topic has characters that MQTT forbids"]);
  expect(intake.offered).toEqual([]);
});

test("an error over one client's acknowledgement does not reach the next client", async () => {
  const { handler, intake } = await HandlerWorld.open();
  const [bad, good] = [new FakeClient(), new FakeClient()];
  handler.publish(bad, message(1), () => {
    throw new Error("the socket is broken");
  });
  const outcomes: string[] = [];
  handler.publish(good, message(1), (outcome) => outcomes.push(outcome));
  intake.commit();
  expect(outcomes).toEqual(["accepted"]);
  expect(bad.failures).toHaveLength(1);
});

test("a client of MQTT 3.1.1 with too many messages in flight is not read until half of them are committed", async () => {
  const { handler, intake } = await HandlerWorld.open({ inFlight: 4 });
  const client = new FakeClient();
  for (const id of [1, 2, 3, 4]) handler.publish(client, message(id), () => undefined);
  expect(client.connection.flow.held).toBe(true);
  intake.commit(1);
  expect(client.connection.flow.held).toBe(true);
  intake.commit(1);
  expect(client.connection.flow.held).toBe(false);
});
