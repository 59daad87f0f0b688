import { expect, test } from "vitest";
import { fuzzPayloads } from "../../../fuzz/payload-fuzz.ts";
import { runs } from "../../../support/scale.ts";

test("mutated payloads: decoding never throws, and gives no reading that could not be stored", async () => {
  // What must hold of each is in fuzz/payload-fuzz.ts, which throws otherwise, with how to have it again.
  const count = runs({ short: 20_000, long: 200_000 });
  const { messages, outcomes } = await fuzzPayloads({ seed: 5, count });
  expect(messages).toBe(count);
  // It comes past the parsers, too.
  expect(outcomes.get("readings")).toBeGreaterThan(count / 10);
});
