import fc from "fast-check";
import { expect, test } from "vitest";
import { plainValue, simpleNumber } from "../../../../edge/decode/plain-value.ts";

test("the fast path gives the number that Number() gives, for all simple decimals", () => {
  const decimal = fc
    .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), fc.nat({ max: 14 }))
    .map(([negative, digits, decimals]) => {
      const text = String(digits).padStart(decimals + 1, "0");
      const point = text.length - decimals;
      return `${negative ? "-" : ""}${text.slice(0, point)}${decimals === 0 ? "" : `.${text.slice(point)}`}`;
    });
  fc.assert(
    fc.property(decimal, (text) => {
      const fast = simpleNumber(Buffer.from(text));
      if (!Number.isNaN(fast)) expect(Object.is(fast, Number(text))).toBe(true);
      expect(plainValue(text)).toMatchObject({ kind: "value", value: Number(text) });
    }),
    { numRuns: 2000 },
  );
});

test.each(["", "-", ".", "1.", ".5", "1e5", "1 ", "0x10", "1.2.3", "1234567890123456", "--1", "+1"])(
  "the fast path does not accept %j",
  (text) => {
    expect(simpleNumber(Buffer.from(text))).toBeNaN();
  },
);
