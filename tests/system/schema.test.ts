import { readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { runCommand } from "../support/command-line.ts";
import { digestsSchema } from "../../proto/wire/http/digests.ts";
import { listedSchemaSchema } from "../../proto/wire/http/series.ts";
import {
  deployment,
  drained,
  eventually,
  metricsOf,
  readings,
  records,
  regionClient,
  statusOf,
} from "../support/deployment.ts";

const WINDOWS = [{ lengths: ["1m"], raw: true, idle_timeout: "1s" }];
const AT_MS = Date.UTC(2026, 10, 20, 8);
const SERIES = { device: "press", metric: "temp" };

test("a sensor that changes its unit within a window has two versions in every region, never a sum of both, even with a crash in between", async () => {
  const site = await deployment({ regions: ["eu", "us"], edge: { windows: WINDOWS } });
  for (const { file } of site.regions) {
    edit(file, ({ replication }) => ({
      replication: { ...(replication as object), digests: { every: "1s", settled: "1ms" } },
    }));
  }
  await Promise.all(site.regions.map((region) => region.start()));
  await site.startGateway();
  await publish(site, [0, 20, "Cel"], [1, 22, "Cel"], [2, 70, "Far"]);
  await site.gateway!.kill();
  await site.startGateway();
  await publish(site, [3, 72, "Far"], [4, 24, "Cel"]);
  await drained(site, 60_000);

  const answers = (): Promise<Answers[]> => Promise.all(site.regions.map(({ url }) => answersOf(site, url)));
  const [eu] = await eventually(
    answers,
    ([ours, theirs]) => ours!.digests.length > 0 && isDeepStrictEqual(ours, theirs),
    {
      deadlineMs: 60_000,
      what: "both regions answer the same",
    },
  );
  expect(eu!.windows).toEqual([
    ["Cel", 3, 66],
    ["Far", 2, 142],
  ]);
  const version = (unit: string, first: number, last: number) => ({
    type: "number",
    unit,
    first_seen: new Date(AT_MS + first * 1000).toISOString(),
    last_seen: new Date(AT_MS + last * 1000).toISOString(),
  });
  const versions = [version("Cel", 0, 4), version("Far", 2, 3)];
  expect(eu!.schema).toEqual([{ ...SERIES, ...version("Cel", 0, 4), changes: 1, versions }]);

  const shown = await runCommand(["schema", "press", "--changed", "--region", site.regions[1]!.url], {
    cwd: site.directory,
  });
  const [current, before] = versions.map((one) => `number in ${one.unit}  ${one.first_seen} to ${one.last_seen}`);
  expect(shown).toEqual({ code: 0, out: `press  temp  ${current}\n    was ${before}\n`, err: "" });
  const none = (device: string) => runCommand(["schema", device, "--region", site.regionUrl], { cwd: site.directory });
  const absent = "tidemark: there is no series of device";
  expect(await none("pres")).toEqual({ code: 64, out: "", err: `${absent} pres (did you mean press?)\n` });
  expect(await none("hall/lamp")).toEqual({ code: 64, out: "", err: `${absent} hall/lamp\n` });

  // The gateway saw the change there and back.
  expect(await schemaOf(site.gatewayUrl)).toEqual([{ ...SERIES, ...version("Cel", 0, 4), changes: 2, versions }]);
  const metrics = await metricsOf(site.gatewayUrl);
  expect(metrics).toContain('tidemark_edge_schema_changes_total{kind="unit"} 2');
});

test("with on_change: dead_letter a change becomes a dead letter, and retry decodes it exactly once", async () => {
  const strict = { schema: { on_change: "dead_letter" } };
  const site = await deployment({ edge: { windows: WINDOWS, ...strict, log: { format: "json" } } });
  await site.startRegion();
  await site.startGateway();
  await publish(site, [0, 20, "Cel"], [1, 70, "Far"], [2, 21, "Cel"], [3, "off", "Cel"]);
  const gateway = ["--gateway", site.gatewayUrl];
  const list = await runCommand(["deadletter", "list", ...gateway], { cwd: site.directory });
  expect(list.out).toMatch(/schema_change: temp was number in Cel and is number in Far now; .*on_change/);
  expect(list.out).toMatch(/schema_change: temp was number in Cel and is boolean in Cel now/);
  expect(site.gateway!.output.join("\n")).toContain("press temp: was number in Cel, is number in Far: its messages");
  const { schema } = await statusOf({ url: site.gatewayUrl });
  expect(schema.last).toBe("temp of press was number in Cel and is boolean in Cel; the message is a dead letter.");

  await site.gateway!.stop();
  edit(site.gateways[0]!.file, () => ({ schema: { on_change: "accept" } }));
  await site.startGateway();
  const retry = ["deadletter", "retry", ...gateway, "--token-file", site.operatorTokenFile];
  expect((await runCommand(retry, { cwd: site.directory })).out).toBe(
    "2 of 2 dead letters were decoded to 2 readings; 0 stay.\n",
  );
  await site.gateway!.kill();
  await site.startGateway();
  expect((await runCommand(retry, { cwd: site.directory })).out).toContain("0 of 0 dead letters");
  await drained(site, 60_000);
  const raw = await readings(site, SERIES);
  expect(raw.map(({ value }) => value)).toEqual([20, 70, 21, false]);
  const [listed] = await schemaOf(site.regionUrl);
  expect(listed).toMatchObject({ changes: 2, versions: [{ unit: "Cel" }, { unit: "Far" }, { type: "boolean" }] });
});

/** Sends readings as SenML, in which each has its unit. Times are in seconds. */
async function publish(
  site: LocalDeployment,
  ...readings: readonly [number, number | string, string][]
): Promise<void> {
  const sensor = await connectAsync(site.mqttUrl, { protocolVersion: 5 });
  for (const [second, value, u] of readings) {
    const written = typeof value === "number" ? { v: value } : { vs: value };
    const record = { bn: "press:", n: "temp", t: AT_MS / 1000 + second, u, ...written };
    await sensor.publishAsync("plant/senml", JSON.stringify([record]), { qos: 1 });
  }
  await sensor.endAsync();
}

type Answers = { readonly windows: unknown[]; readonly schema: unknown[]; readonly digests: readonly unknown[] };

async function answersOf(site: LocalDeployment, url: string): Promise<Answers> {
  const rows = await records(site, { ...SERIES, window: "1m" }, url);
  const windows = rows.map(({ unit, count, sum }) => [unit, count, sum]);
  const { digests } = await regionClient(url).get("/v1/digests", digestsSchema);
  return { windows, schema: await schemaOf(url), digests };
}

async function schemaOf(url: string): Promise<unknown[]> {
  return Array.fromAsync(regionClient(url).rows("/v1/schema", listedSchemaSchema, { device: "press" }));
}

function edit(file: string, change: (config: Record<string, unknown>) => Record<string, unknown>): void {
  const config = parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  writeFileSync(file, stringify({ ...config, ...change(config) }));
}
