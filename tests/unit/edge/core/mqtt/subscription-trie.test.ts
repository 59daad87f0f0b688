import fc from "fast-check";
import { expect, test } from "vitest";
import { SubscriptionTrie } from "../../../../../edge/core/mqtt/subscription-trie.ts";
import { levelsMatch } from "../../../../../edge/core/mqtt/topic-filter.ts";

const level = fc.constantFrom("a", "b", "", "$SYS", "constructor");
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join("/"));
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant("+")), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, hash]) => [...levels, ...(hash ? ["#"] : [])].join("/"));

test("for all histories, the index finds the same as comparing every filter, and keeps nothing that was deleted", () => {
  const step = fc.record({
    filter: fc.oneof(filter, fc.constant("#")),
    client: fc.constantFrom("x", "y"),
    isDelete: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), topic, (history, asked) => {
      const index = new SubscriptionTrie<string>();
      const plain = new Map<string, { filter: string; entry: string }>();
      for (const [n, { filter: at, client, isDelete }] of history.entries()) {
        if (isDelete) {
          index.delete(at, client);
          plain.delete(`${client} ${at}`);
        } else {
          index.set(at, client, `${n}`);
          plain.set(`${client} ${at}`, { filter: at, entry: `${n}` });
        }
      }
      const expected = [...plain.values()].filter((one) => levelsMatch(one.filter.split("/"), asked.split("/")));
      expect([...index.match(asked)].toSorted()).toEqual(expected.map(({ entry }) => entry).toSorted());
      expect(index.size).toBe(plain.size);
    }),
  );
});

test.each([
  ["sport/#", "sport", true],
  ["sport/tennis/+", "sport/tennis", false],
  ["sport/+", "sport/", true],
  ["+", "/finance", false],
  ["+/+", "/finance", true],
  ["/+", "/finance", true],
  ["#", "$SYS/monitor", false],
  ["+/monitor", "$SYS/monitor", false],
  ["$SYS/#", "$SYS/monitor", true],
])("the examples of MQTT, 4.7: %s and %s", (pattern, name, isMatch) => {
  const index = new SubscriptionTrie<string>();
  index.set(pattern, "client", "found");
  expect(index.match(name)).toEqual(isMatch ? ["found"] : []);
  expect(levelsMatch(pattern.split("/"), name.split("/"))).toBe(isMatch);
});
