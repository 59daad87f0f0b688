import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../proto/runtime/clock.ts";
import { MqttWorld } from "../support/mqtt-world.ts";
import { ScenarioClient } from "./scenario-client.ts";

export type Scenario = {
  readonly name: string;
  readonly play: (run: ScenarioRun) => Promise<void>;
  /** Why this broker differs. The documentation has the same sentence. */
  readonly differs?: string;
};

let runsStarted = 0;

/** One run of a scenario, with its own topics and client ids. All runs use the same broker. */
export class ScenarioRun {
  readonly level: 4 | 5;
  readonly #world: MqttWorld;
  readonly timeoutMs: number;
  readonly #name = `run${++runsStarted}`;

  constructor(world: MqttWorld, level: 4 | 5, timeoutMs: number) {
    this.#world = world;
    this.level = level;
    this.timeoutMs = timeoutMs;
  }

  get port(): number {
    return this.#world.port;
  }

  topic(rest: string): string {
    return `${this.#name}/${rest}`;
  }

  async dial(): Promise<ScenarioClient> {
    const client = await ScenarioClient.dial(this.#world.port, this.level, this.timeoutMs);
    onTestFinished(() => client[Symbol.asyncDispose]());
    return client;
  }

  /** A connected client. Its session ends with its connection, unless it `stays`. */
  async client(
    id: string,
    more: Parameters<ScenarioClient["connect"]>[0] & { stays?: boolean } = {},
  ): Promise<ScenarioClient> {
    const { stays = false, properties, ...options } = more;
    const client = await this.dial();
    const expiry = this.level === 5 && stays ? { sessionExpiryInterval: 60 } : {};
    const answer = await client.connect({
      clientId: this.topic(id),
      clean: !stays,
      ...options,
      ...(this.level === 5 ? { properties: { ...expiry, ...properties } } : {}),
    });
    const code = answer.reasonCode ?? answer.returnCode;
    if (code !== 0) throw new Error(`the CONNECT of ${id} was answered ${code}`);
    return client;
  }

  /** Waits until any earlier message to this subscriber has come: three later messages take the same way. */
  async settled(subscriber: ScenarioClient): Promise<void> {
    const other = await ScenarioClient.dial(this.#world.port, this.level, this.timeoutMs);
    await other.connect({ clientId: this.topic("marker") });
    const marker = "marker/of/" + this.#name;
    await subscriber.subscribe([{ topic: marker, qos: 1 }]);
    for (let n = 0; n < 3; n++) {
      const before = subscriber.messages.length;
      await other.publish(marker, "", 1);
      await subscriber.until(() => subscriber.messages.slice(before).some(({ topic }) => topic === marker));
    }
    await subscriber.unsubscribe(marker);
    const rest = subscriber.messages.filter(({ topic }) => topic !== marker);
    subscriber.messages.splice(0, subscriber.messages.length, ...rest);
    await other.leave();
  }
}

/** The payloads that the client received, sorted. */
export const payloads = (client: ScenarioClient): string[] =>
  client.messages.map(({ payload }) => payload.toString()).toSorted();

/**
 * Plays all scenarios against one broker, one after the other, because wildcards would match each other's messages. A known
 * difference must really differ, and the documentation must count it and give the reason.
 *
 * @param suite its name in `edge/mqtt/CONFORMANCE.md`
 */
export function playAll(suite: string, versions: ReadonlyMap<"3.1.1" | "5", readonly Scenario[]>): void {
  let world: MqttWorld;
  beforeAll(async () => {
    world = await MqttWorld.open({ sessionClock: systemClock, sysIntervalMs: 60_000 });
    world.intake.immediate = true;
  });
  afterAll(() => world[Symbol.asyncDispose]());

  describe.each([...versions])(`${suite}, MQTT %s`, (version, scenarios) => {
    const level = version === "5" ? 5 : 4;
    const named = (differing: boolean): [string, Scenario][] =>
      scenarios.flatMap((one) => ((one.differs !== undefined) === differing ? [[one.name, one]] : []));

    test.each(named(false))("%s", async (_, { play }) => {
      await expect(play(new ScenarioRun(world, level, 10_000))).resolves.toBeUndefined();
    });

    test.each(named(true))("known difference: %s", async (_, { play }) => {
      await expect(play(new ScenarioRun(world, level, 300))).rejects.toBeInstanceOf(Error);
    });

    test("the documentation counts the cases and gives the reasons", () => {
      const documentation = readFileSync(new URL("../../edge/mqtt/CONFORMANCE.md", import.meta.url), "utf8");
      const other = scenarios.filter(({ differs }) => differs !== undefined);
      const row = [`${suite}, MQTT ${version}`, scenarios.length, scenarios.length - other.length, other.length];
      expect(documentation).toMatch(new RegExp(row.join(String.raw` *\| *`)));
      for (const { differs } of other) expect(documentation).toContain(differs);
    });
  });
}
