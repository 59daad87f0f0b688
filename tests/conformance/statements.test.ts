/**
 * Statements of the specifications (OASIS MQTT 3.1.1, appendix B, and MQTT 5.0, appendix B) that are visible from outside.
 * Mosquitto's cases cover the statements about the form of a packet. The numbers are those of 3.1.1. If only MQTT 5 has a
 * statement, or has another number for it, the number of MQTT 5 is used.
 */
import { expect } from "vitest";
import { ScenarioClient } from "./scenario-client.ts";
import { payloads, playAll, type Scenario, type ScenarioRun } from "./scenario-run.ts";

const reason = (answer: { returnCode?: number | undefined; reasonCode?: number | undefined }): number | undefined =>
  answer.reasonCode ?? answer.returnCode;

/** Whether the subscription `filter` brings a message on `topic`. Both are below the topic of the run. */
async function matches(run: ScenarioRun, filter: string, topic: string): Promise<boolean> {
  const client = await run.client("matching");
  await client.subscribe([{ topic: run.topic(filter), qos: 1 }]);
  await client.publish(run.topic(topic), "", 1);
  await run.settled(client);
  const came = client.messages.length > 0;
  await client.leave();
  return came;
}

const BOTH: readonly Scenario[] = [
  {
    name: "[MQTT-3.1.4-2] [MQTT-3.1.4-3] a second connection with a client id ends the first",
    play: async (run) => {
      const first = await run.client("a");
      const second = await run.client("a");
      // MQTT 5 gives the reason: Session taken over.
      expect(await first.ended()).toBe(run.level === 5 ? 0x8e : undefined);
      await second.ping();
    },
  },
  {
    name: "[MQTT-3.2.2-1] [MQTT-3.2.2-2] [MQTT-3.2.2-3] the CONNACK says whether there is a session",
    play: async (run) => {
      const properties = run.level === 5 ? { properties: { sessionExpiryInterval: 60 } } : {};
      const asks = async (clean: boolean): Promise<boolean> => {
        const client = await run.dial();
        const answer = await client.connect({ clientId: run.topic("s"), clean, ...properties });
        expect(reason(answer)).toBe(0);
        await client.subscribe([{ topic: run.topic("t") }]);
        await client.leave();
        return answer.sessionPresent;
      };
      expect([await asks(true), await asks(false), await asks(false), await asks(true)]).toEqual([
        false,
        run.level === 5,
        true,
        false,
      ]);
    },
  },
  {
    name: "[MQTT-3.1.2-6] a clean session forgets subscriptions and queued messages",
    play: async (run) => {
      const first = await run.client("a", { stays: true });
      await first.subscribe([{ topic: run.topic("t") }]);
      await first.leave();
      const sender = await run.client("b");
      await sender.publish(run.topic("t"), "waits", 1);
      const clean = await run.client("a", { clean: true });
      await sender.publish(run.topic("t"), "comes", 1);
      await run.settled(clean);
      expect(payloads(clean)).toEqual([]);
    },
  },
  {
    name: "[MQTT-3.1.2-17] a will with the retain flag is retained",
    play: async (run) => {
      const will = { topic: run.topic("will"), payload: Buffer.from("kept"), qos: 1 as const, retain: true };
      const watcher = await run.client("watcher");
      await watcher.subscribe([{ topic: will.topic }]);
      await (await run.client("gone", { will })).cut();
      await watcher.got(1);
      const late = await run.client("late");
      await late.subscribe([{ topic: will.topic }]);
      const [kept] = await late.got(1);
      expect(kept).toMatchObject({ retain: true });
      await late.publish(will.topic, "", 1, { retain: true });
    },
  },
  {
    name: "[MQTT-3.3.1-3] the DUP flag of a publisher is not passed on",
    play: async (run) => {
      const client = await run.client("a");
      await client.subscribe([{ topic: run.topic("t") }]);
      for (const qos of [1, 2] as const) {
        const packet = { cmd: "publish", topic: run.topic("t"), payload: "", retain: false, dup: true } as const;
        client.send({ ...packet, qos, messageId: 70 + qos });
      }
      await client.got(2);
      expect(client.messages.map(({ dup }) => dup)).toEqual([false, false]);
    },
  },
  {
    name: "[MQTT-3.3.1-5] to [MQTT-3.3.1-12] the last message is retained, comes to new subscriptions only, and can be emptied",
    play: async (run) => {
      const topic = run.topic("r");
      const here = await run.client("here");
      await here.subscribe([{ topic }]);
      await here.publish(topic, "first", 1, { retain: true });
      await here.publish(topic, "second", 0, { retain: true });
      await here.publish(topic, "not kept", 1);
      await here.got(3);
      expect(here.messages.map(({ retain }) => retain)).toEqual([false, false, false]);
      const late = await run.client("late");
      await late.subscribe([{ topic }]);
      const [kept] = await late.got(1);
      expect([kept?.payload.toString(), kept?.retain, kept?.qos]).toEqual(["second", true, 0]);
      await here.publish(topic, "", 1, { retain: true });
      await here.got(4);
      expect(here.messages[3]?.retain).toBe(false);
      const last = await run.client("last");
      await last.subscribe([{ topic }]);
      await run.settled(last);
      expect(last.messages).toEqual([]);
    },
  },
  {
    name: "[MQTT-3.8.4-3] subscribing again replaces the subscription and sends the retained message again",
    play: async (run) => {
      const client = await run.client("a");
      await client.publish(run.topic("r"), "kept", 1, { retain: true });
      await client.subscribe([{ topic: run.topic("r"), qos: 1 }]);
      await client.subscribe([{ topic: run.topic("r"), qos: 0 }]);
      await client.got(2);
      await client.publish(run.topic("r"), "new", 1);
      await client.got(3);
      await run.settled(client);
      expect(client.messages.map(({ payload, retain }) => `${payload.toString()} ${retain}`)).toEqual([
        "kept true",
        "kept true",
        "new false",
      ]);
      expect(client.messages[2]?.qos).toBe(0);
      await client.publish(run.topic("r"), "", 1, { retain: true });
    },
  },
  {
    name: "[MQTT-3.8.4-4] [MQTT-3.8.4-5] a SUBACK has an answer for each filter, in order",
    play: async (run) => {
      const client = await run.client("a");
      const { granted } = await client.subscribe([
        { topic: run.topic("a"), qos: 0 },
        { topic: run.topic("b"), qos: 2 },
        { topic: run.topic("c"), qos: 1 },
      ]);
      expect(granted).toEqual([0, 2, 1]);
    },
  },
  {
    name: "[MQTT-3.8.4-6] a message comes with the lower QoS of the two",
    play: async (run) => {
      const qualities = [0, 1, 2] as const;
      for (const wanted of qualities) {
        const client = await run.client("a");
        await client.subscribe([{ topic: run.topic("t"), qos: wanted }]);
        for (const sent of qualities) await client.publish(run.topic("t"), String(sent), sent);
        await client.got(3);
        const came = new Map(client.messages.map(({ payload, qos }) => [Number(payload.toString()), qos]));
        for (const sent of qualities) expect(came.get(sent)).toBe(Math.min(wanted, sent));
        await client.leave();
      }
    },
  },
  {
    name: "[MQTT-3.10.4-1] [MQTT-3.10.4-5] an UNSUBSCRIBE ends exactly the same filters, and is always answered",
    play: async (run) => {
      const client = await run.client("a");
      await client.subscribe([{ topic: run.topic("+") }]);
      await client.unsubscribe(run.topic("t"), run.topic("#"));
      await client.publish(run.topic("t"), "still", 1);
      await client.got(1);
      await client.unsubscribe(run.topic("+"));
      await client.publish(run.topic("t"), "no more", 1);
      for (let n = 0; n < 3; n++) await client.ping();
      expect(payloads(client)).toEqual(["still"]);
    },
  },
  {
    name: "[MQTT-4.3.3-2] a QoS 2 message that comes twice before its release is passed on once",
    play: async (run) => {
      const subscriber = await run.client("a");
      await subscriber.subscribe([{ topic: run.topic("t") }]);
      const sender = await run.client("b");
      const packet = { cmd: "publish", topic: run.topic("t"), payload: "2", qos: 2, retain: false } as const;
      const count = (cmd: string): number => sender.received.filter((one) => one.cmd === cmd).length;
      sender.send({ ...packet, messageId: 5, dup: false });
      await sender.until(() => count("pubrec") === 1);
      sender.send({ ...packet, messageId: 5, dup: true });
      await sender.until(() => count("pubrec") === 2);
      sender.send({ cmd: "pubrel", messageId: 5 });
      await sender.until(() => count("pubcomp") === 1);
      await run.settled(subscriber);
      expect(subscriber.messages).toHaveLength(1);
      sender.send({ ...packet, messageId: 5, dup: false });
      await subscriber.got(2);
    },
  },
  {
    name: "[MQTT-4.6.0-2] to [MQTT-4.6.0-6] acknowledgements and messages come in the order of the messages",
    play: async (run) => {
      const subscriber = await run.client("a");
      await subscriber.subscribe([{ topic: run.topic("t"), qos: 1 }]);
      const sender = await run.client("b");
      const ids = Array.from({ length: 50 }, (_, n) => n + 1);
      for (const messageId of ids) {
        const payload = String(messageId);
        sender.send({ cmd: "publish", topic: run.topic("t"), payload, qos: 1, messageId, dup: false, retain: false });
      }
      await subscriber.got(50);
      expect(subscriber.messages.map(({ payload }) => Number(payload.toString()))).toEqual(ids);
      await sender.until(() => sender.received.filter(({ cmd }) => cmd === "puback").length === 50);
      expect(sender.received.flatMap((one) => (one.cmd === "puback" ? [one.messageId] : []))).toEqual(ids);
    },
  },
  {
    name: "[MQTT-4.7.1-2] [MQTT-4.7.1-3] [MQTT-4.7.3-4] wildcards match what they should, and nothing else",
    play: async (run) => {
      const table: [filter: string, topic: string, matches: boolean][] = [
        ["sport/tennis/#", "sport/tennis", true],
        ["sport/tennis/#", "sport/tennis/player1/ranking", true],
        ["sport/tennis/+", "sport/tennis/player1", true],
        ["sport/tennis/+", "sport/tennis/player1/ranking", false],
        ["sport/+", "sport", false],
        ["sport/+", "sport/", true],
        ["+/tennis/#", "sport/tennis/x", true],
        ["/finance", "finance", false],
        ["/+", "/finance", true],
        ["+", "/finance", false],
        ["+/+", "/finance", true],
        ["a//b", "a/b", false],
        ["ACCOUNTS", "Accounts", false],
        ["ä b", "ä b", true],
      ];
      for (const [filter, topic, expected] of table) {
        expect(await matches(run, filter, topic), `${filter} ${topic}`).toBe(expected);
      }
    },
  },
  {
    name: "[MQTT-4.7.2-1] a subscription that names a $ topic gets its messages",
    play: async (run) => {
      const client = await run.client("a");
      await client.subscribe([{ topic: "$SYS/#" }]);
      await client.got(1);
      expect(client.messages[0]?.topic.startsWith("$SYS/")).toBe(true);
    },
  },
  {
    name: "[MQTT-3.1.3-5] client ids of 23 letters and digits are accepted, and longer ones",
    play: async (run) => {
      for (const clientId of ["0123456789abcdefghijklm", "A".repeat(200), "press/7 #+ü"]) {
        const client = await ScenarioClient.dial(run.port, run.level);
        expect(reason(await client.connect({ clientId }))).toBe(0);
        await client.leave();
      }
    },
  },
];

const ONLY_311: readonly Scenario[] = [
  {
    name: "(no statement) a shared subscription in 3.1.1, an extension of other brokers, is refused",
    play: async (run) => {
      const client = await run.client("a", { stays: true });
      const { granted } = await client.subscribe([{ topic: `$share/g/${run.topic("t")}` }]);
      expect(granted).toEqual([0x80]);
    },
  },
];

const ONLY_5: readonly Scenario[] = [
  {
    name: "[MQTT-3.14.4-3] a DISCONNECT may ask for the will to be published",
    play: async (run) => {
      const will = { topic: run.topic("will"), payload: Buffer.from("on purpose"), qos: 1 as const, retain: false };
      const watcher = await run.client("watcher");
      await watcher.subscribe([{ topic: will.topic }]);
      await (await run.client("a", { will })).leave({ reasonCode: 0x04 });
      await watcher.got(1);
      expect(payloads(watcher)).toEqual(["on purpose"]);
    },
  },
  {
    name: "[MQTT-3.1.2-29] a client that does not want reason strings gets none; other clients get them",
    play: async (run) => {
      for (const requestProblemInformation of [false, true]) {
        const client = await run.client("a", { properties: { requestProblemInformation } });
        const messageId = 9;
        client.send({ cmd: "publish", topic: "$reserved", payload: "", qos: 1, messageId, dup: false, retain: false });
        await client.until(() => client.received.some(({ cmd }) => cmd === "puback"));
        const answer = client.received.find(({ cmd }) => cmd === "puback");
        expect(answer).toMatchObject({ reasonCode: 0x90 });
        const explained = answer?.cmd === "puback" && answer.properties?.reasonString !== undefined;
        expect(explained).toBe(requestProblemInformation);
        await client.leave();
      }
    },
  },
  {
    name: "[MQTT-3.3.2-18] user properties stay in order, also if one comes twice",
    play: async (run) => {
      const client = await run.client("a");
      await client.subscribe([{ topic: run.topic("t") }]);
      const pair = (key: string, value: string): number[] => [
        0x26,
        0,
        1,
        ...Buffer.from(key),
        0,
        1,
        ...Buffer.from(value),
      ];
      const properties = [...pair("a", "1"), ...pair("b", "2"), ...pair("a", "3")];
      const topic = Buffer.from(run.topic("t"));
      const body = [0, topic.length, ...topic, properties.length, ...properties];
      client.bytes(Buffer.from([0x30, body.length, ...body]));
      await client.got(1);
      expect(client.messages[0]?.length).toBe(body.length);
      expect(client.raw.includes(Buffer.from(properties))).toBe(true);
    },
    differs:
      "User properties with the same name come together, at the place of the first one, because mqtt-packet stores them by name. None is lost.",
  },
  {
    name: "[MQTT-3.2.2-9] to [MQTT-3.2.2-20] the limits that a CONNACK announces apply",
    play: async (run) => {
      const client = await run.dial();
      const { properties } = await client.connect({
        clientId: run.topic("a"),
        properties: { sessionExpiryInterval: 0xffffffff },
      });
      expect(properties).toMatchObject({ sharedSubscriptionAvailable: false, sessionExpiryInterval: 86_400 });
      const { granted } = await client.subscribe([{ topic: `$share/g/${run.topic("t")}` }]);
      expect(granted).toEqual([0x9e]);
      const size = properties?.maximumPacketSize ?? 0;
      expect(size).toBeGreaterThan(0);
      client.send({ cmd: "publish", topic: "t", payload: Buffer.alloc(size), qos: 0, dup: false, retain: false });
      expect(await client.ended()).toBe(0x95);
    },
  },
];

playAll(
  "Statements",
  new Map([
    ["3.1.1", [...BOTH, ...ONLY_311]],
    ["5", [...BOTH, ...ONLY_5]],
  ]),
);
