import fc from "fast-check";
import { expect, test } from "vitest";
import { InFlight } from "../../../../../edge/core/mqtt/in-flight.ts";

test("QoS 1 counts until its commit, QoS 2 until its PUBREL, and a repeated message once", () => {
  const flight = new InFlight();
  flight.offered(1, 1);
  flight.offered(2, 2);
  flight.offered(2, 2);
  expect([flight.count, flight.pending]).toEqual([2, 3]);
  flight.committed(1);
  flight.committed(2);
  flight.committed(2);
  expect([flight.count, flight.pending]).toEqual([1, 0]);
  // The exchange began on another connection.
  flight.released(77);
  expect(flight.count).toBe(1);
  flight.released(2);
  expect(flight.count).toBe(0);
});

test("for all histories, answers come in the order of the messages, refused or committed", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("offer", "refuse", "commit"), { maxLength: 60 }), (history) => {
      const flight = new InFlight();
      const [asked, waiting, answered]: [number[], number[], number[]] = [[], [], []];
      const commit = (): void => {
        const oldest = waiting.shift();
        if (oldest === undefined) return;
        answered.push(oldest);
        flight.committed(1);
      };
      for (const [n, step] of history.entries()) {
        if (step === "commit") commit();
        else asked.push(n);
        if (step === "offer") {
          flight.offered(1, n);
          waiting.push(n);
        }
        if (step === "refuse") flight.inTurn(() => answered.push(n));
      }
      while (waiting.length > 0) commit();
      expect(answered).toEqual(asked);
    }),
  );
});
