import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { ManagedProcess } from "../../deploy/sandbox/managed-process.ts";
import { deployment, drained, eventually, readings, statusOf } from "../support/deployment.ts";
import { UniqueSensors } from "../support/unique-sensors.ts";

const WINDOWS = [{ match: { device: "*", metric: "*" }, lengths: ["10s"], raw: true, idle_timeout: "1s" }];

let site: LocalDeployment;
beforeEach(async () => {
  site = await deployment({ edge: { windows: WINDOWS } });
});

/** The one line that a process prints when it cannot start, and its exit code. */
async function refusal(side: "gateway" | "region"): Promise<{ line: string; code: number | null }> {
  const process =
    side === "gateway" ? await site.startGateway({ waitReady: false }) : await site.startRegion({ waitReady: false });
  const { code } = await process.exit;
  const messages = process.output.filter((line) => line.startsWith("tidemark: "));
  expect(
    process.output.filter((line) => /^\s+at /.test(line)),
    "a stack trace",
  ).toEqual([]);
  expect(messages).toHaveLength(1);
  return { line: messages[0]!.replaceAll(site.directory, ""), code };
}

async function publish(count: number): Promise<UniqueSensors> {
  const sensors = await UniqueSensors.open(site.mqttUrl, { sensors: 2, inFlight: 50 });
  onTestFinished(() => sensors.close());
  await sensors.publish(count);
  return sensors;
}

async function arrived(sensors: UniqueSensors): Promise<void> {
  await drained(site, 60_000);
  for (const [n, device] of sensors.devices.entries()) {
    const values = (await readings(site, { device, metric: "id" })).map(({ value }) => Number(value));
    expect(values.toSorted((a, b) => a - b)).toEqual([...sensors.acknowledged[n]!].toSorted((a, b) => a - b));
  }
}

describe("[I30] a damaged disk stops the start and loses nothing; with the repaired disk everything continues", () => {
  test.each<["gateway" | "region", string]>([
    ["gateway", "plant-7/gateway.db"],
    ["region", "eu/region.db"],
  ])("of a %s", async (side, file) => {
    await site.startRegion();
    await site.startGateway();
    const sensors = await publish(200);
    await drained(site, 60_000);
    await site.stop();
    const path = join(site.directory, file);
    const folder = join(path, "..");
    const copy = join(site.directory, "copy");
    cpSync(folder, copy, { recursive: true });

    const damages: [string, () => void, RegExp][] = [
      ["corrupt", () => writeFileSync(path, Buffer.alloc(8192, 0x5a)), /is damaged: .*restore the data folder/],
      [
        "truncated",
        () => truncateSync(path, Math.floor(statSync(path).size / 2)),
        /was cut short.*restore the data folder/,
      ],
      ["empty", () => truncateSync(path, 0), /is empty, but data was stored here/],
      ["missing", () => rmSync(path), /is missing, but data was stored here/],
      ["newer", () => setVersion(path, 999), /has schema 999.*start the newer version/],
    ];
    for (const [what, damage, line] of damages) {
      damage();
      const refused = await refusal(side);
      expect(refused.line, what).toMatch(line);
      expect(refused.code, what).toBe(65);
      rmSync(folder, { recursive: true });
      cpSync(copy, folder, { recursive: true });
    }
    await site.startRegion();
    await site.startGateway();
    await arrived(sensors);
  });
});

function setVersion(path: string, version: number): void {
  const db = new SqliteDatabase(path);
  db.pragma(`user_version=${version}`);
  db.close();
}

test("a port in use is named, with the cure", async () => {
  for (const [side, port, key] of [
    ["gateway", site.gateways[0]!.ports.mqtt, "mqtt.listeners"],
    ["gateway", site.gateways[0]!.ports.http, "http.port"],
    ["region", site.regions[0]!.ports.ingest, "ingest.port"],
    ["region", site.regions[0]!.ports.http, "http.port"],
  ] as const) {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    const { line, code } = await refusal(side);
    expect(line).toContain(`127.0.0.1:${port}`);
    expect(line).toContain(`in use by another process (stop it, or choose another port in ${key})`);
    expect(code).toBe(69);
    await new Promise((resolve) => other.close(resolve));
  }
});

test("a data folder that cannot be made, and a configuration that is missing, are named", async () => {
  writeFileSync(join(site.directory, "plant-7"), "a file where the folder belongs");
  expect((await refusal("gateway")).line).toMatch(/\/plant-7.*data_dir/);
  rmSync(join(site.directory, "edge.yaml"));
  expect(await refusal("gateway")).toEqual({
    line: "tidemark: /edge.yaml: the file does not exist (give the path of a configuration)",
    code: 66,
  });
});

test("a second gateway on the same folder is refused, and the first continues", async () => {
  await site.startGateway();
  const second = ManagedProcess.start({
    name: "second",
    args: ["edge", "--config", join(site.directory, "edge.yaml")],
  });
  expect((await second.exit).code).toBe(75);
  expect(second.output.join("\n")).toContain("another process has this database open");
  const sensors = await publish(20);
  expect(sensors.totalAcknowledged).toBe(20);
});

test("an unreachable region is reported in one sentence, and readings are still stored", async () => {
  await site.startGateway();
  const sensors = await publish(100);
  expect(sensors.totalAcknowledged).toBe(100);
  const { sentence } = await eventually(
    () => statusOf({ url: site.gatewayUrl }),
    (status) => status.outbox.undurable_readings >= 100,
    { deadlineMs: 60_000, what: "the readings are sealed" },
  );
  expect(sentence).toMatch(/^No connection to eu for [\d.]+ s: \d+ readings safe on disk/);
  await site.startRegion();
  await arrived(sensors);
});

const canMount = process.getuid?.() === 0 && process.platform === "linux";
if (!canMount) console.warn("skipped: a full disk needs root, to mount a small file system");

test.skipIf(!canMount)(
  "[I27] a full disk withholds acknowledgements; nothing acknowledged is lost when there is room again",
  async () => {
    const data = join(site.directory, "plant-7");
    mkdirSync(data);
    // The gateway leaves 48 MiB of a file system alone, so this one has room for a few MiB of readings.
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=53m", "tidemark-test", data]);
    onTestFinished(async () => {
      await site.gateway?.kill();
      execFileSync("umount", ["-l", data]);
    });
    await site.startGateway();
    const sensors = await UniqueSensors.open(site.mqttUrl, { sensors: 10, inFlight: 500 });
    onTestFinished(() => sensors.close());
    const load = sensors.run(100_000);
    const { sentence } = await eventually(
      () => statusOf({ url: site.gatewayUrl }),
      (status) => status.sentence.startsWith("Disk quota used up"),
      { deadlineMs: 60_000, what: "the disk fills up" },
    );
    expect(sentence).toContain("acknowledgements are withheld");
    const before = sensors.totalAcknowledged;
    expect(before).toBeGreaterThan(1000);

    execFileSync("mount", ["-o", "remount,size=512m", data]);
    await site.startRegion();
    await eventually(
      async () => sensors.totalAcknowledged,
      (now) => now > before,
      {
        deadlineMs: 60_000,
        what: "acknowledgements continue",
      },
    );
    await sensors.stop();
    await load;
    await arrived(sensors);
  },
);

test("a copy of a running gateway's folder starts like a crashed one", async () => {
  await site.startGateway();
  const sensors = await publish(500);
  const copy = join(site.directory, "copied");
  mkdirSync(copy);
  for (const name of ["gateway.db", "gateway.db-wal", "gateway.db.id"]) {
    copyFileSync(join(site.directory, "plant-7", name), join(copy, name));
  }
  await site.gateway!.kill();
  rmSync(join(site.directory, "plant-7"), { recursive: true });
  cpSync(copy, join(site.directory, "plant-7"), { recursive: true });
  await site.startRegion();
  await site.startGateway();
  await arrived(sensors);
  expect(sensors.totalAcknowledged).toBe(500);
});
