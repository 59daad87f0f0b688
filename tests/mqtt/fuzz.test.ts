import { expect, test } from "vitest";
import { fuzzPackets } from "../fuzz/packet-fuzz.ts";
import { runs } from "../support/scale.ts";

test("a gateway survives mutated packets, serves its control client and throws for no client, and a region accepts everything", async () => {
  // fuzz/fuzzed-gateway.ts says what must hold. A finding is thrown, and says how to reproduce it.
  const count = runs({ short: 1000, long: 5000 });
  const { handled, controlMessages } = await fuzzPackets({ seed: 5, count, built: false });
  expect(handled).toBeGreaterThanOrEqual(count);
  expect(controlMessages).toBeGreaterThanOrEqual(1);
});
