import { expect, test } from "vitest";
import { fuzzPackets } from "../fuzz/packet-fuzz.ts";
import { runs } from "../support/scale.ts";

test("with mutated packets the gateway survives, serves its witness, throws for no client, and a region accepts all of it", async () => {
  // What must hold is in fuzz/gateway-under-fire.ts; a finding is thrown, with how to have it again.
  const count = runs({ short: 1000, long: 5000 });
  const { takenUp, witnessed } = await fuzzPackets({ seed: 5, count, built: false });
  expect(takenUp).toBeGreaterThanOrEqual(count);
  expect(witnessed).toBeGreaterThanOrEqual(1);
});
