import { expect, test } from "vitest";
import { QueryApi } from "../../../../cloud/query/query-api.ts";
import { REGION_DATABASE, SqliteStore } from "../../../../cloud/store/sqlite/sqlite-store.ts";
import { millis } from "../../../../proto/core/ids.ts";
import { operatorName, summaryOfValue } from "../../../../proto/core/operator-command.ts";
import type { OperatorCommand } from "../../../../proto/core/operator-command.ts";
import type { SealedBatch } from "../../../../proto/core/record.ts";
import { openInMemory } from "../../../../proto/runtime/sqlite.ts";
import { permutations } from "../../../support/permutations.ts";
import { sealed, testStream, windowOf } from "../../../support/sealed.ts";

/** One window: two gateways, one of which restarts and is revised late, and what operators in two regions said of it. */
const [FIRST_LIFE, SECOND_LIFE, OTHER, IN_EU, IN_US] = [1, 2, 3, 4, 5].map(testStream);
const window = { device: "press-1", metric: "temperature", windowMs: 10_000, windowStartMs: millis(0) };
const say = (hlc: number, value: number): OperatorCommand => ({
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
  sealed(IN_EU!, 1, { gateway: operatorName("eu"), commands: [say(100, 99), { ...say(300, 97) }] }),
  sealed(IN_US!, 1, {
    gateway: operatorName("us"),
    commands: [{ kind: "clear", window, rank: "override", hlc: 200, reason: "was right", actor: "bob" }],
  }),
];
const QUESTIONS = [
  ["records", "window=10s&device=press-1"],
  ["revisions", "window=10s&device=press-1&metric=temperature&start=0"],
  ["conflicts", "device=press-1"],
] as const;

test("every order of delivery gives the same answers, byte for byte", async () => {
  const answers = new Set<string>();
  for (const order of permutations(BATCHES)) {
    const store = new SqliteStore(openInMemory(REGION_DATABASE), { path: "test", newStoreId: new Uint8Array(16) });
    for (const batch of order) {
      await store.apply([{ ...batch, gateway: "", verified: false, receivedMs: answers.size }]);
    }
    answers.add(await said(store));
    await store.close();
  }
  expect(answers.size).toBe(1);
  const [only] = answers;
  expect(only).toContain('"operator":{"rank":"override","hlc":300');
});

async function said(store: SqliteStore): Promise<string> {
  const api = new QueryApi({
    store,
    region: "eu",
    clock: { nowMs: () => 0 },
    lastSeenMs: () => null,
    peers: () => [],
    members: () => [],
    digests: { last: null, differing: new Map() },
  });
  const texts = QUESTIONS.map(async ([question, query]) => {
    const answer = await api[question]({ url: new URL(`http://region/?${query}`), accept: "" });
    if (answer.kind !== "json" || answer.status !== 200) throw new Error(JSON.stringify(answer));
    return answer.body;
  });
  return (await Promise.all(texts)).join("\n");
}
