import { expect, test } from "vitest";
import { fuzzPackets } from "../fuzz/packet-fuzz.ts";
import { runs } from "../support/scale.ts";

test("with mutated packets the gateway survives, serves its witness, throws for no client, and a region accepts all of it", async () => {
  // fuzz/gateway-under-fire.ts says what must hold. A finding is thrown, and says how to reproduce it.
  const count = runs({ short: 1000, long: 5000 });
  const { handled, witnessed } = await fuzzPackets({ seed: 5, count, built: false });
  expect(handled).toBeGreaterThanOrEqual(count);
  expect(witnessed).toBeGreaterThanOrEqual(1);
});
