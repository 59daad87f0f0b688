import fc from "fast-check";
import { expect, test } from "vitest";
import type { Block } from "../../../../proto/core/unite-blocks.ts";
import { componentsOf } from "../../../../proto/core/unite-blocks.ts";

const block = fc
  .record({ firstMs: fc.nat({ max: 200 }), lengthMs: fc.nat({ max: 20 }), byArrival: fc.boolean(), count: fc.nat(9) })
  .map(({ firstMs, lengthMs, byArrival, count }): Block => ({
    firstMs,
    lastMs: firstMs + lengthMs,
    count,
    numericCount: count,
    sum: count,
    hash: count,
    byArrival,
    continues: false,
  }));

test("[I35] components are what comparing every block with every other one gives", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(block, { maxLength: 12 }), { maxLength: 5 }),
      fc.nat({ max: 30 }),
      (shares, reachMs) => {
        const all = shares.flatMap((blocks, share) => blocks.map((one) => ({ share, one })));
        const groups = all.map((_, i) => i);
        for (const [i, a] of all.entries()) {
          for (const [j, b] of all.entries()) {
            if (a.share === b.share || a.one.firstMs > b.one.firstMs) continue;
            const gapMs = b.one.firstMs - a.one.lastMs;
            if (gapMs > 0 && !(a.one.byArrival && b.one.byArrival && gapMs < reachMs)) continue;
            const [from, to] = [groups[j]!, groups[i]!];
            for (const [k, group] of groups.entries()) if (group === from) groups[k] = to;
          }
        }
        const expected = [...Map.groupBy(all, (_, i) => groups[i]!).values()];
        const shown = (component: readonly Block[]): string =>
          component
            .map((one) => `${all.findIndex((of) => of.one === one)}`)
            .toSorted()
            .join();
        expect(
          componentsOf(shares, reachMs)
            .map((tallies) => shown(tallies.flatMap(({ blocks }) => blocks)))
            .toSorted(),
        ).toEqual(expected.map((members) => shown(members.map(({ one }) => one))).toSorted());
      },
    ),
  );
});
