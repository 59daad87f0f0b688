import { expect, test } from "vitest";
import { fuzzPayloads } from "../../../fuzz/payload-fuzz.ts";
import { runs } from "../../../support/scale.ts";

test("[I8] decoding never throws, and gives only readings that can be stored, whatever the bytes", async () => {
  // fuzz/payload-fuzz.ts checks each message. When one is wrong it throws, with the command to repeat it.
  const count = runs({ short: 20_000, long: 200_000 });
  const { messages, outcomes } = await fuzzPayloads({ seed: 5, count });
  expect(messages).toBe(count);
  // Enough of the payloads must still be valid to reach what is behind the parsers.
  expect(outcomes.get("readings")).toBeGreaterThan(count / 10);
});
