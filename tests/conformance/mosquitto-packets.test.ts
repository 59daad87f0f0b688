import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MqttWorld } from "../support/mqtt-world.ts";
import { play } from "./case-run.ts";
import { MOSQUITTO_DEVIATIONS } from "./known-deviations.ts";
import { type ConformanceCase, mosquittoCases, RELEASES } from "./mosquitto-cases.ts";

/**
 * Mosquitto's cases against this broker, byte by byte. A known difference is tried once, with a short timeout. Another
 * difference is tried again with a longer one, because a machine may be busy.
 */
describe.each(RELEASES)("the cases of mosquitto %s pass, except the known differences", (release) => {
  const files = mosquittoCases(release);
  const deviations = MOSQUITTO_DEVIATIONS.filter((deviation) => (deviation.release ?? release) === release);

  let world: MqttWorld;
  beforeAll(async () => {
    world = await MqttWorld.open();
    world.intake.immediate = true;
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const differs = async (one: ConformanceCase): Promise<string | undefined> => {
    const difference = await play(one, world.port, 100);
    const known = deviations.some(({ cases }) => cases.test(one.id));
    return difference === undefined || known ? difference : play(one, world.port, 5_000);
  };

  test.skipIf(files === undefined).each([...(files ?? new Map<string, never>()).keys()])("%s", async (file) => {
    const other: string[] = [];
    for (const one of files?.get(file) ?? []) {
      const difference = await differs(one);
      const known = deviations.some(({ cases }) => cases.test(one.id));
      if (difference !== undefined && !known) other.push(`${one.id}: ${difference}`);
      if (difference === undefined && known) other.push(`${one.id}: passes; take it off the list`);
    }
    expect(other).toEqual([]);
  });

  test.skipIf(files === undefined)("the documentation counts the cases and gives the reasons", () => {
    const documentation = readFileSync(new URL("../../edge/mqtt/CONFORMANCE.md", import.meta.url), "utf8");
    const cases = [...(files ?? new Map<string, readonly ConformanceCase[]>()).values()].flat();
    const differing = cases.filter(({ id }) => deviations.some((deviation) => deviation.cases.test(id)));
    const [all, other] = [cases.length, differing.length];
    const row = [`Mosquitto ${release}, packets`, all, all - other, other].join(String.raw` *\| *`);
    expect(documentation).toMatch(new RegExp(row));
    for (const deviation of deviations) {
      expect(cases.filter(({ id }) => deviation.cases.test(id)).length, String(deviation.cases)).toBeGreaterThan(0);
      expect(documentation).toContain(deviation.reason);
    }
  });
});
