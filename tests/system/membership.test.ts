import { readFileSync, writeFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { parse, stringify } from "yaml";
import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { runCommand } from "../support/command-line.ts";
import type { Ended } from "../support/command-line.ts";
import { regionsSchema } from "../../proto/wire/http/regions.ts";
import { deployment, drained, eventually, readings, regionClient, statusOf } from "../support/deployment.ts";
import { UniqueSensors } from "../support/unique-sensors.ts";

const WINDOWS = [{ lengths: ["10s"], raw: true, idle_timeout: "1s" }];

/** The configuration of the gateway names its home region only. The gateway learns the others from there. */
function nameHomeOnly(site: LocalDeployment): void {
  const { file } = site.gateways[0]!;
  const config = parse(readFileSync(file, "utf8")) as { regions: unknown[] };
  writeFileSync(file, stringify({ ...config, regions: config.regions.slice(0, 1) }));
}

/** The configurations of eu and us do not know ap; ap knows them. */
function forgetAp(site: LocalDeployment): void {
  for (const { file, name } of site.regions) {
    if (name === "ap") continue;
    const config = parse(readFileSync(file, "utf8")) as { replication: { peers: { name: string }[] } };
    config.replication.peers = config.replication.peers.filter((peer) => peer.name !== "ap");
    writeFileSync(file, stringify(config));
  }
}

function regions(site: LocalDeployment, at: number, ...args: readonly string[]): Promise<Ended> {
  const signed = args[0] === "list" ? [] : ["--token-file", site.operatorTokenFile, "--reason", "drill"];
  return runCommand(["regions", ...args, "--region", site.regions[at]!.url, ...signed], { cwd: site.directory });
}

/** The state of a region, as another one sees it. */
async function seen(site: LocalDeployment, at: number, region: string): Promise<string> {
  const { regions: list } = await regionClient(site.regions[at]!.url).get("/v1/regions", regionsSchema);
  return list.find((one) => one.region === region)?.state ?? "unknown";
}

async function ids(site: LocalDeployment, at: number, device: string): Promise<number[]> {
  const found = await readings(site, { device, metric: "id" }, site.regions[at]!.url);
  return found.map(({ value }) => Number(value)).toSorted((a, b) => a - b);
}

test("[I13] a region joins and becomes a member when it has everything; another leaves, and is lost when the rest is safe", async () => {
  const site = await deployment({ regions: ["eu", "us", "ap"], cloud: { min_copies: 2 }, edge: { windows: WINDOWS } });
  forgetAp(site);
  nameHomeOnly(site);
  await Promise.all(site.regions.map((region) => region.start()));
  await site.startGateway();
  const sensors = await UniqueSensors.open(site.mqttUrl, { sensors: 1, inFlight: 50 });
  onTestFinished(() => sensors.close());
  const [device] = sensors.devices;
  await sensors.publish(300);
  await drained(site, 60_000);
  expect(await seen(site, 0, "ap")).toBe("unknown");
  expect(await ids(site, 2, device!)).toEqual([]);

  const url = `http://127.0.0.1:${site.regions[2]!.ports.ingest}`;
  expect(await regions(site, 1, "add", "ap", "--url", url)).toMatchObject({ code: 0, err: "" });
  for (const at of [0, 1, 2]) {
    await eventually(
      () => seen(site, at, "ap"),
      (state) => state === "member",
      { deadlineMs: 60_000, what: `${site.regions[at]!.name} sees ap as a member` },
    );
  }
  const acknowledged = (): number[] => [...sensors.acknowledged[0]!].toSorted((a, b) => a - b);
  expect(await ids(site, 2, device!)).toEqual(acknowledged());

  expect(await regions(site, 2, "leave", "eu")).toMatchObject({ code: 0, err: "" });
  await eventually(
    () => statusOf({ url: site.gatewayUrl }),
    ({ uplink }) => uplink.region === "us" || uplink.region === "ap",
    { deadlineMs: 60_000, what: "the gateway goes to a region that it learned" },
  );
  await site.regions[0]!.process!.kill();
  // The only region in its configuration is gone. After a restart the gateway must still know the others.
  await site.gateway!.kill();
  await site.startGateway();
  await sensors.publish(300);
  await drained(site, 60_000);
  expect(await regions(site, 2, "list")).toMatchObject({
    out: expect.stringMatching(/^ap +member +this region\neu/) as unknown,
  });
  await eventually(
    () => regions(site, 2, "lost", "eu"),
    ({ code }) => code === 0,
    { deadlineMs: 60_000, what: "eu is given up" },
  );
  for (const at of [1, 2]) {
    await eventually(
      () => seen(site, at, "eu"),
      (state) => state === "lost",
      { deadlineMs: 60_000, what: `${site.regions[at]!.name} sees eu as lost` },
    );
    expect(await ids(site, at, device!)).toEqual(acknowledged());
  }
  const { code, err } = await regions(site, 2, "lost", "us");
  expect([code, err]).toEqual([
    64,
    "tidemark: without us there would be 1 members, and min_copies is 2; nothing was changed\n",
  ]);
  // A region that was given up and comes back learns that.
  const eu = await site.regions[0]!.start();
  await eventually(
    async () => eu.output.join("\n"),
    (log) => log.includes("eu is no peer of"),
    { deadlineMs: 60_000, what: "eu learns that it is no peer any more" },
  );
});
