import { expect, test } from "vitest";
import { fuzzPayloads } from "../../../fuzz/payload-fuzz.ts";
import { runs } from "../../../support/scale.ts";

test("[I8] decoding never throws, and gives only readings that can be stored, whatever the bytes", async () => {
  // fuzz/payload-fuzz.ts checks each message. For a wrong one it throws an error with the command to repeat it.
  const count = runs({ short: 20_000, long: 200_000 });
  const { messages, outcomes } = await fuzzPayloads({ seed: 5, count });
  expect(messages).toBe(count);
  // Enough payloads must still be valid, so that the code behind the parsers is tested, too.
  expect(outcomes.get("readings")).toBeGreaterThan(count / 10);
});
