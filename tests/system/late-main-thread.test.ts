import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../proto/runtime/sqlite.ts";
import { GATEWAY_DATABASE } from "../../edge/storage/gateway-database.ts";
import { deployment, statusOf } from "../support/deployment.ts";

const LATE_MAIN_THREAD = new URL("../support/late-main-thread.ts", import.meta.url).href;
const MIB = 1024 * 1024;

test("a gateway with a nearly full disk starts, also when the storage thread reports it before the main thread is ready", async () => {
  const site = await deployment({ edge: { buffer: { max_size: "64MiB" } } });
  fillOutbox(join(site.directory, "plant-7"), 58);
  const NODE_OPTIONS = `${process.env["NODE_OPTIONS"] ?? ""} --import ${LATE_MAIN_THREAD}`.trim();
  const gateway = await site.startGateway({ environment: { NODE_OPTIONS } });
  const status = await statusOf({ url: site.gatewayUrl });
  expect(status).toMatchObject({ disk: { pressure: "force_dual_send" } });
  expect(gateway.running).toBe(true);
});

/** Batches that no region holds, so that none of them may be trimmed. */
function fillOutbox(dataDir: string, batches: number): void {
  mkdirSync(dataDir, { recursive: true });
  const db = openDatabase({ path: join(dataDir, "gateway.db"), ...GATEWAY_DATABASE });
  const streamId = "01890000-0000-7000-8000-000000000000";
  db.prepare(
    "INSERT INTO stream (stream_id, opened_ms, last_seq, durable, replicated) VALUES (?, 1, ?, '[0]', '[0]')",
  ).run(streamId, batches);
  const insert = db.prepare(
    `INSERT INTO batch (stream_id, seq, sealed_ms, readings, records, size, sha256, bytes)
     VALUES (?, ?, 1, 1, 1, ?, zeroblob(32), zeroblob(?))`,
  );
  for (let seq = 1; seq <= batches; seq++) insert.run(streamId, seq, MIB, MIB);
  db.close();
}
