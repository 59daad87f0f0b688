import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { commandGate } from "./command-gate.ts";
import type { Files, Plant } from "./command-gate.ts";

const DIRECTION: readonly Plant[] = Object.entries<Files>({
  "no-cycle": {
    "proto/runtime/egg.ts": `import { hen } from "./hen.ts";\nexport const egg = (): number => hen();\n`,
    "proto/runtime/hen.ts": `import { egg } from "./egg.ts";\nexport const hen = (): number => egg();\n`,
  },
  unresolvable: { "proto/runtime/lost.ts": `export * from "./nowhere.ts";\n` },
  "proto-core-imports-nothing": { "proto/core/greedy.ts": `export * from "node:fs";\n` },
  "proto-core-sketch": { "proto/core/sketch.ts": `export { z } from "zod";\n` },
  "wire-imports-core-only": { "proto/wire/chatty.ts": `export { pino } from "pino";\n` },
  "http-answers-import-core-and-zod-only": { "proto/wire/http/chatty.ts": `export { parse } from "yaml";\n` },
  "proto-knows-no-side": { "proto/runtime/biased.ts": `export * from "../../edge/compose.ts";\n` },
  "sides-never-meet": { "cloud/query/spy.ts": `export * from "../../edge/core/gauge.ts";\n` },
  "sides-know-no-operator": { "cloud/store/phone.ts": `export * from "../../deploy/tidemark.ts";\n` },
  "side-core-looks-inwards": {
    "cloud/core/longing.ts": `export type { Journal } from "../store/journal.ts";\n`,
    "cloud/store/journal.ts": `export type Journal = { readonly capacity: number };\n`,
  },
  "side-core-is-pure": { "edge/core/rich.ts": `export { z } from "zod";\n` },
  "side-core-knows-no-adapter": {
    "cloud/core/curious.ts": `export type { Store } from "../store/store.ts";\n`,
    "cloud/store/store.ts": `export type Store = { readonly kind: "store" };\n`,
  },
  "adapters-do-not-meet": { "edge/mqtt/neighbour.ts": `export { Journal } from "../storage/journal.ts";\n` },
  "adapters-do-not-look-up": { "edge/uplink/upward.ts": `export * from "../compose.ts";\n` },
  "compose-alone-knows-adapters": { "edge/config.ts": `export { Journal } from "./storage/journal.ts";\n` },
  "aedes-stays-in-its-folder": { "edge/mqtt/stray.ts": `export type { Client } from "aedes";\n` },
  "broker-alone-imports-aedes": {
    "edge/mqtt/shortcut.ts": `export type { Persistence } from "./aedes/persistence.ts";\n`,
    "edge/mqtt/aedes/persistence.ts": `export type Persistence = { readonly rows: number };\n`,
  },
  "sessions-know-no-broker": {
    "edge/mqtt/sessions/caller.ts": `export type { Listener } from "../listener.ts";\n`,
  },
  "tables-know-no-storage": {
    "edge/storage/tables/caller-table.ts": `export type { Journal } from "../journal.ts";\n`,
  },
  "injections-know-no-drill": {
    "deploy/drill/injections/flood.ts": `export type { Run } from "../run.ts";\n`,
    "deploy/drill/run.ts": `export type Run = { readonly startedMs: number };\n`,
  },
  "drill-command-alone-reports": {
    "deploy/drill/shortcut.ts": `export type { Page } from "./report/page.ts";\n`,
    "deploy/drill/report/page.ts": `export type Page = { readonly html: string };\n`,
  },
  "deploy-enters-by-main-or-config": {
    "deploy/cli/shortcut.ts": `export { Journal } from "../../edge/storage/journal.ts";\n`,
  },
  "nothing-imports-tests": { "deploy/cli/cheat.ts": `export type { Tank } from "../../tests/tank.test.ts";\n` },
}).map(([rule, files]) => ({ rule, files, says: `error ${rule}: ${Object.keys(files)[0]} → ` }));

commandGate({ name: "direction", plants: DIRECTION });

it("each rule of direction has a planted violation", () => {
  const cruiser = createRequire(import.meta.url)("../../.dependency-cruiser.cjs") as { forbidden: { name: string }[] };
  expect(DIRECTION.map(({ rule }) => rule).sort()).toEqual(cruiser.forbidden.map(({ name }) => name).sort());
});
