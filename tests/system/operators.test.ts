import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { describe, expect, test } from "vitest";
import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { runCommand } from "../support/command-line.ts";
import type { Ended } from "../support/command-line.ts";
import { deployment, drained, eventually } from "../support/deployment.ts";

const REGIONS = ["eu", "us", "ap"];
const WINDOW = "2026-11-20T08:00:00.000Z";
const SERIES = ["--device", "press-1", "--metric", "temp", "--window", "10s"];

async function started(): Promise<LocalDeployment> {
  const windows = [{ lengths: ["10s"], raw: true, idle_timeout: "1s" }];
  const site = await deployment({ regions: REGIONS, gateways: ["plant-7", "plant-8"], edge: { windows } });
  await Promise.all(site.regions.map((region) => region.start()));
  await Promise.all(site.gateways.map((gateway) => gateway.start()));
  return site;
}

/** Sends readings of one press to one gateway. Each gateway gets a part of them. */
async function publish(site: LocalDeployment, n: number, values: readonly number[], offsetMs = 0): Promise<void> {
  const sensor = await connectAsync(site.gateways[n]!.mqttUrl, { protocolVersion: 5 });
  for (const [i, temp] of values.entries()) {
    const ts = Date.parse(WINDOW) + offsetMs + i * 100;
    await sensor.publishAsync("press-1", JSON.stringify({ ts, temp }), { qos: 1 });
  }
  await sensor.endAsync();
}

async function ask(url: string, path: string): Promise<string> {
  const answer = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(60_000) });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${text}`);
  return text;
}

const QUESTIONS = [
  "/v1/records?device=press-1&metric=temp&window=10s",
  "/v1/readings?device=press-1&metric=temp",
  `/v1/records/revisions?device=press-1&metric=temp&window=10s&start=${WINDOW}`,
  "/v1/conflicts?device=press-1",
  "/v1/series?device=press-1",
];

/** The answers of the regions, once all of them answer the same. */
async function agreed(
  site: LocalDeployment,
  accepts: (answers: readonly string[]) => boolean,
): Promise<readonly string[]> {
  const all = await eventually(
    () => Promise.all(site.regions.map(({ url }) => Promise.all(QUESTIONS.map((question) => ask(url, question))))),
    (answers) => answers.every((one) => one.join() === answers[0]!.join()) && accepts(answers[0]!),
    { deadlineMs: 60_000, what: "all regions answer the same" },
  );
  return all[0]!;
}

function command(site: LocalDeployment, region: number, ...args: readonly string[]): Promise<Ended> {
  const [name = "", ...rest] = args;
  const { url } = site.regions[region]!;
  const common = ["--region", url, "--token-file", site.operatorTokenFile, "--actor", "ann", "--reason", "drift"];
  return runCommand(["operator", name, ...common, ...rest], { cwd: site.directory });
}

describe("[I16] one window of two gateways, with commands of operators in several regions", () => {
  test("gets the same answers in every region, byte for byte, and keeps its whole history", async () => {
    const site = await started();
    await publish(site, 0, [20, 21, 22]);
    await publish(site, 1, [30], 5_000);
    await drained(site, 60_000);
    const count = (of: string): number => (JSON.parse(of) as { rows: { count: number }[] }).rows[0]!.count;
    await agreed(site, ([records]) => records!.includes("press-1") && count(records!) === 4);

    const results = await Promise.all([
      command(site, 0, "override", ...SERIES, "--start", WINDOW, "--value", "99"),
      command(site, 1, "override", ...SERIES, "--start", WINDOW, "--value", "98"),
      command(
        site,
        2,
        "backfill-replace",
        ...SERIES,
        "--start",
        WINDOW,
        "--summary",
        '{"count":2,"sum":7,"min":3,"max":4}',
      ),
      publish(site, 0, [23], 8_000).then(() => null),
    ]);
    for (const ended of results) if (ended !== null) expect(ended).toMatchObject({ code: 0, err: "" });
    const [overridden, raw, revisions, conflicts] = await agreed(
      site,
      ([, , history]) => (JSON.parse(history!) as { revisions: unknown[] }).revisions.length >= 6,
    );
    expect(JSON.parse(overridden!)).toMatchObject({
      rows: [{ count: 1, operator: { rank: "override", actor: "ann", reason: "drift" } }],
    });
    expect((JSON.parse(raw!) as { rows: unknown[] }).rows).toHaveLength(5);
    expect(revisions).toContain("backfill_replace");
    expect((JSON.parse(conflicts!) as { rows: { kind: string }[] }).rows.map(({ kind }) => kind)).toContain("operator");

    await command(site, 1, "clear", ...SERIES, "--start", WINDOW, "--rank", "override");
    const [replaced] = await agreed(site, ([records]) => count(records!) === 2);
    expect(JSON.parse(replaced!)).toMatchObject({ rows: [{ sum: 7, operator: { rank: "backfill_replace" } }] });

    const erased = ["press-1", "--confirm", "press-1"];
    expect(await command(site, 2, "erase-device", ...erased)).toMatchObject({ code: 0, err: "" });
    await publish(site, 1, [31], 9_000);
    await drained(site, 60_000);
    const [, , , , series] = await agreed(
      site,
      ([records]) => (JSON.parse(records!) as { rows: [] }).rows.length === 0,
    );
    expect(JSON.parse(series!)).toMatchObject({ rows: [] });
  });
});

describe("a command with a mistake", () => {
  test("is refused in one line, and changes nothing", async () => {
    const site = await deployment({ regions: ["eu"] });
    await site.startRegion();
    writeFileSync(join(site.directory, "wrong.token"), "guessed\n");
    const say = ["override", ...SERIES, "--value", "1"];
    const mistakes: readonly [args: readonly string[], code: number, err: RegExp][] = [
      [[...say, "--start", "2026-11-20T08:00:01Z"], 64, /tidemark: --start: no window starts at .*; one starts at/],
      [
        [...say, "--start", WINDOW, "--token-file", "wrong.token"],
        77,
        /this is not the token of the operators \(give the file named by operators.token_file of the region, with --token-file\)/,
      ],
      [[...say, "--start", WINDOW, "--token-file", "none.token"], 66, /cannot read the token in none.token: ENOENT/],
      [
        [...say, "--start", WINDOW, "--region", "http://127.0.0.1:9"],
        69,
        /no answer; it is not known whether the command ran/,
      ],
      [["erase-device", "press-1", "--confirm", "press-2"], 64, /is not the device "press-1" \(nothing was erased\)/],
      [["clear", ...SERIES, "--start", "yesterday", "--rank", "override"], 64, /--start: expected a date or time/],
      [
        ["override", ...SERIES, "--start", WINDOW, "--summary", '{"count":2,"sum":7,"min":1,"max":2}'],
        64,
        /not between/,
      ],
    ];
    for (const [args, code, err] of mistakes) {
      const ended = await command(site, 0, ...args);
      expect(ended).toEqual({ code, out: "", err: expect.stringMatching(err) as unknown });
      expect(ended.err.trim().split("\n")).toHaveLength(1);
    }
    expect(JSON.parse(await ask(site.regionUrl, "/v1/gateways"))).toMatchObject({ rows: [] });
  });

  test("a file of many windows goes into as few batches as possible, and the region has all of it", async () => {
    const site = await deployment({ regions: ["eu"] });
    await site.startRegion();
    const rows = Array.from(
      { length: 1500 },
      (_, i) => `${new Date(Date.parse(WINDOW) + i * 10_000).toISOString()},${i}`,
    );
    writeFileSync(join(site.directory, "rows.csv"), ["start,value", ...rows].join("\n"));
    const ended = await command(site, 0, "backfill-fill", ...SERIES, "--windows", "rows.csv", "--json");
    expect(ended).toMatchObject({ code: 0, err: "" });
    expect((JSON.parse(ended.out) as { batches: { commands: number }[] }).batches.map((one) => one.commands)).toEqual([
      1000, 500,
    ]);
    const lines = (await ask(site.regionUrl, `${QUESTIONS[0]}&format=ndjson`)).trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { sum: number }).sum)).toEqual(rows.map((_, i) => i));
  });
});
