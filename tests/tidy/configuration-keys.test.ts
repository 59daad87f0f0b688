/**
 * Every key of a configuration is read. A gateway and a region are started with a configuration that records which keys
 * are read. A planted key must be found unread. Sending a value to a thread reads it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { z } from "zod";
import { startRegion } from "../../cloud/compose.ts";
import { cloudConfigSchema } from "../../cloud/config.ts";
import { startGateway } from "../../edge/compose.ts";
import { edgeConfigSchema } from "../../edge/config.ts";
import { systemClock } from "../../proto/runtime/clock.ts";
import { Lifecycle } from "../../proto/runtime/lifecycle.ts";
import type { Logger } from "../../proto/runtime/log.ts";
import { createLog } from "../../proto/runtime/log.ts";
import { loadConfig } from "../../proto/runtime/options/load-config.ts";
import { ROOT } from "./tree.ts";

test("a gateway reads every key of its configuration", async () => {
  const config = exampleOf("edge", edgeConfigSchema);
  const planted = { ...config, buffer: { ...config.buffer, planted: "unread" } };
  // Limits of retained messages are read when one comes.
  const readLater = ["mqtt.retained.bytes", "mqtt.retained.topics"];
  expect(await unreadKeys(planted, startGateway)).toEqual(["buffer.planted", ...readLater]);
});

test("a region reads every key of its configuration", async () => {
  const config = exampleOf("cloud", cloudConfigSchema);
  const planted = { ...config, ingest: { ...config.ingest, planted: "unread" } };
  // Digests are compared when there is a peer.
  const readLater = ["replication.digests.everyMs", "replication.digests.settledMs"];
  expect(await unreadKeys(planted, startRegion)).toEqual(["ingest.planted", ...readLater]);
});

/** The example configuration with free ports and a folder of its own. */
function exampleOf<T>(side: string, schema: (folder: string) => z.ZodType<T>): T {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-keys-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, `${side}.yaml`);
  const text = readFileSync(join(ROOT, `deploy/examples/${side}.yaml`), "utf8");
  writeFileSync(path, text.replaceAll(/port: \d+/g, "port: 0"));
  return loadConfig({ path, schema });
}

type Config = { readonly log: Omit<Parameters<typeof createLog>[0], "name"> };
type Start<C> = (deps: { config: C; log: Logger; clock: typeof systemClock; life: Lifecycle }) => Promise<void>;

async function unreadKeys<C extends Config>(config: C, start: Start<C>): Promise<string[]> {
  const unread = new Set<string>();
  const watched = watch(config, "", unread);
  const log = createLog({ name: "test", level: watched.log.level, format: watched.log.format });
  log.level = "silent";
  const life = new Lifecycle();
  onTestFinished(() => life.stopAll());
  await start({ config: watched, log, clock: systemClock, life });
  return [...unread].sort();
}

/** A copy whose members leave `unread` when they are read. A list or a map counts as read as a whole. */
function watch<T extends object>(value: T, path: string, unread: Set<string>): T {
  const copy = {};
  for (const [key, member] of Object.entries(value) as [string, unknown][]) {
    const at = path === "" ? key : `${path}.${key}`;
    const isGroup = typeof member === "object" && member !== null && Object.getPrototypeOf(member) === Object.prototype;
    const given = isGroup ? watch(member, at, unread) : member;
    unread.add(at);
    Object.defineProperty(copy, key, { enumerable: true, get: () => (unread.delete(at), given) });
  }
  return copy as T;
}
