import { expect, test } from "vitest";
import { conflictsRoute } from "../../../../cloud/query/conflicts-route.ts";
import { recordsRoute } from "../../../../cloud/query/records-route.ts";
import { revisionsRoute } from "../../../../cloud/query/revisions-route.ts";
import { REGION_DATABASE, openSqliteStoreIn } from "../../../../cloud/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../../cloud/store/store.ts";
import { millis } from "../../../../proto/core/ids.ts";
import { operatorName, summaryOfValue } from "../../../../proto/core/operator-command.ts";
import type { OperatorCommand } from "../../../../proto/core/operator-command.ts";
import type { SealedBatch } from "../../../../proto/core/record.ts";
import { openInMemory } from "../../../../proto/runtime/sqlite.ts";
import { askRoute } from "../../../support/ask-route.ts";
import { permutations } from "../../../support/permutations.ts";
import { runs } from "../../../support/scale.ts";
import { sealed, testStream, windowOf } from "../../../support/sealed.ts";

/** One window: two gateways, one of which restarts and sends a late revision, and commands of operators in two regions. */
const [FIRST_LIFE, SECOND_LIFE, OTHER, IN_EU, IN_US] = [1, 2, 3, 4, 5].map(testStream);
const window = { device: "press-1", metric: "temperature", windowMs: 10_000, windowStartMs: millis(0) };
const override = (hlc: number, value: number): OperatorCommand => ({
  kind: "override",
  window,
  hlc,
  reason: "drift",
  actor: "ann",
  summary: summaryOfValue(value, window.windowStartMs),
});
const place = { device: "press-1", windowMs: 10_000, startMs: 0 };
const BATCHES: readonly SealedBatch[] = [
  sealed(FIRST_LIFE!, 1, { windows: [windowOf([20, 21], place)] }),
  sealed(SECOND_LIFE!, 1, { windows: [windowOf([20, 21, 22], { ...place, carry: FIRST_LIFE!, revision: 1 })] }),
  sealed(SECOND_LIFE!, 2, { windows: [windowOf([20, 21, 22, 23], { ...place, carry: FIRST_LIFE!, revision: 2 })] }),
  sealed(OTHER!, 1, { gateway: "plant-8", windows: [windowOf([30], place)] }),
  sealed(IN_EU!, 1, { gateway: operatorName("eu"), commands: [override(100, 99), override(300, 97)] }),
  sealed(IN_US!, 1, {
    gateway: operatorName("us"),
    commands: [{ kind: "clear", window, rank: "override", hlc: 200, reason: "was right", actor: "bob" }],
  }),
];
const QUERIES = [
  "/v1/records?window=10s&device=press-1",
  "/v1/records/revisions?window=10s&device=press-1&metric=temperature&start=0",
  "/v1/conflicts?device=press-1",
];

// The short run takes every seventh of the 720 orders: each batch is first, last and next to each other one.
test("[P4] every order of delivery gives the same answers, byte for byte", async () => {
  const empty = openInMemory(REGION_DATABASE);
  // Starting from an image saves the migrations.
  const image = empty.serialize();
  empty.close();
  const answers = new Set<string>();
  const orders = permutations(BATCHES).filter((_, i) => i % runs({ short: 7, long: 1 }) === 0);
  for (const order of orders) {
    const store = openSqliteStoreIn(openInMemory({ ...REGION_DATABASE, image }), {
      path: "test",
      newStoreId: new Uint8Array(16),
    });
    for (const batch of order) {
      await store.apply([{ ...batch, gateway: "", verified: false, receivedMs: answers.size }]);
    }
    answers.add(await answersOf(store));
    await store.close();
  }
  expect(answers.size).toBe(1);
  const [only] = answers;
  expect(only).toContain('"operator":{"rank":"override","hlc":300');
});

async function answersOf(store: Store): Promise<string> {
  const routes = [recordsRoute(store), revisionsRoute(store), conflictsRoute(store)];
  const answers = await Promise.all(QUERIES.map((question) => askRoute(routes, question)));
  expect(answers.map(({ status }) => status)).toEqual(QUERIES.map(() => 200));
  return answers.map(({ text }) => text).join("");
}
