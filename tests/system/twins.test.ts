import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { expect, onTestFinished, test } from "vitest";
import { parse, stringify } from "yaml";
import { freePort } from "../../deploy/sandbox/free-port.ts";
import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { ManagedProcess } from "../../deploy/sandbox/managed-process.ts";
import type { GatewayStatus } from "../../proto/wire/http/gateway-status.ts";
import type { RegionStatus } from "../../proto/wire/http/region-status.ts";
import { runCommand } from "../support/command-line.ts";
import type { Ended } from "../support/command-line.ts";
import { deployment, eventually, metricsOf, readings, regionStatusOf, statusOf } from "../support/deployment.ts";

const WINDOWS = [{ lengths: ["1s"], raw: true, idle_timeout: "500ms" }];
const EDGE = { windows: WINDOWS, seal: { after: "100ms" } };
const DEADLINE = { deadlineMs: 60_000 };

/** A gateway that a test started itself. */
type Copy = { readonly file: string; readonly url: string; readonly mqttUrl: string; readonly process: ManagedProcess };

/** Copies the folder of the running gateway, as somebody who clones a disk does, and starts a gateway on the copy. */
async function startCopy(site: LocalDeployment, { regions }: { regions?: readonly string[] } = {}): Promise<Copy> {
  const [gateway] = site.gateways;
  const folder = join(site.directory, "copy");
  cpSync(join(site.directory, gateway!.name), folder, { recursive: true });
  // The regions that the gateway has learned.
  if (regions !== undefined) rmSync(join(folder, "regions.json"));
  const { mqtt, http, ...configuration } = parse(readFileSync(gateway!.file, "utf8")) as {
    readonly mqtt: object;
    readonly http: object;
    readonly regions: readonly { readonly name: string; readonly url: string }[];
  };
  const ports = { mqtt: await freePort(), http: await freePort() };
  const file = join(site.directory, "copy.yaml");
  const known = site.regions.map(({ name, ports: { ingest } }) => ({ name, url: `http://127.0.0.1:${ingest}` }));
  writeFileSync(
    file,
    stringify({
      ...configuration,
      data_dir: folder,
      mqtt: { ...mqtt, listeners: [{ protocol: "tcp", host: "127.0.0.1", port: ports.mqtt }] },
      http: { ...http, port: ports.http },
      ...(regions === undefined ? {} : { regions: known.filter(({ name }) => regions.includes(name)) }),
    }),
  );
  return restarted({ file, url: `http://127.0.0.1:${ports.http}`, mqttUrl: `mqtt://127.0.0.1:${ports.mqtt}` });
}

async function restarted({ file, url, mqttUrl }: Omit<Copy, "process">): Promise<Copy> {
  const process = ManagedProcess.start({ name: "the copy", args: ["edge", "--config", file] });
  onTestFinished(async () => void (await process.kill()));
  await process.ready(url, {});
  return { file, url, mqttUrl, process };
}

const SIGNED = ["--token-file", "operator.token", "--actor", "ann", "--reason", "the new machine"];

function gateways(site: LocalDeployment, ...args: readonly string[]): Promise<Ended> {
  return runCommand(["gateways", ...args, "--region", site.regionUrl], { cwd: site.directory });
}

async function publish(mqttUrl: string, device: string, values: readonly number[]): Promise<void> {
  const sensor = await connectAsync(mqttUrl, { protocolVersion: 5 });
  for (const value of values) await sensor.publishAsync(`${device}/temp`, String(value), { qos: 1 });
  await sensor.endAsync();
}

async function valuesOf(site: LocalDeployment, device: string, regionUrl = site.regionUrl): Promise<unknown[]> {
  return (await readings(site, { device, metric: "temp" }, regionUrl)).map(({ value }) => value);
}

function arrives(site: LocalDeployment, device: string, values: readonly number[]): Promise<unknown[]> {
  return eventually(
    () => valuesOf(site, device),
    (all) => all.length >= values.length,
    { ...DEADLINE, what: `the region has the readings of ${device}` },
  );
}

function refused(copy: { readonly url: string }, what: string): Promise<GatewayStatus> {
  return eventually(
    () => statusOf(copy),
    ({ uplink }) => uplink.refusal?.includes("another gateway named plant-7 is connected to") === true,
    { ...DEADLINE, what },
  );
}

function named(region: { readonly url: string }): Promise<RegionStatus> {
  return eventually(
    () => regionStatusOf(region),
    ({ twins }) => twins.length === 1,
    { ...DEADLINE, what: "the region names the twins" },
  );
}

test("[I37] a copied gateway is refused, both say so, and both keep their readings until one of them ends", async () => {
  const site = await deployment({ edge: EDGE });
  await site.startRegion();
  const gateway = await site.startGateway();
  await publish(site.mqttUrl, "before", [1, 2, 3]);
  await arrives(site, "before", [1, 2, 3]);

  const copy = await startCopy(site);
  const status = await refused(copy, "the copy is refused");
  expect(status.sentence).toMatch(/^Refused by eu: another gateway named plant-7 is connected to eu from .+:\d+, and/);
  const { twins, sentence } = await named(site.regions[0]!);
  expect(sentence).toContain("TWO GATEWAYS ARE NAMED plant-7");
  expect(twins).toMatchObject([{ gateway: "plant-7", accepted: { region: "eu" }, refused: { region: "eu" } }]);
  const first = await eventually(
    () => statusOf(site.gateways[0]!),
    ({ uplink }) => uplink.rival !== null,
    { ...DEADLINE, what: "the first gateway names its rival" },
  );
  expect(first.sentence).toContain("ANOTHER GATEWAY with this name connects from");
  expect(first.uplink).toMatchObject({ connected: true, refusal: null });
  expect(await metricsOf(site.regionUrl)).toContain("tidemark_region_twins 1");
  expect(await metricsOf(site.gatewayUrl)).toContain("tidemark_edge_contested 1");

  await publish(site.mqttUrl, "first", [10, 11]);
  await publish(copy.mqttUrl, "second", [20, 21]);
  await arrives(site, "first", [10, 11]);
  expect((await fetch(`${copy.url}/readyz`)).status).toBe(200);
  expect(await valuesOf(site, "second")).toEqual([]);

  await gateway.stop();
  expect(await arrives(site, "second", [20, 21])).toEqual([20, 21]);
  for (const [device, values] of [
    ["before", [1, 2, 3]],
    ["first", [10, 11]],
  ] as const) {
    expect(await valuesOf(site, device)).toEqual(values);
  }
});

test("[I37] an operator keeps the copy: the first one is refused until the decision is taken back, and nothing is lost", async () => {
  const site = await deployment({ edge: EDGE });
  await site.startRegion();
  await site.startGateway();
  await publish(site.mqttUrl, "before", [1]);
  await arrives(site, "before", [1]);
  const copy = await startCopy(site);
  await refused(copy, "the copy is refused");
  const [twins] = (await named(site.regions[0]!)).twins;
  await publish(site.mqttUrl, "first", [10]);
  await arrives(site, "first", [10]);
  await publish(copy.mqttUrl, "second", [20]);

  const wrong = await gateways(site, "twin", "keep", "plant-7", twins!.refused.stream.replace(/.$/, "z"), ...SIGNED);
  expect(wrong).toMatchObject({
    code: 64,
    err: expect.stringContaining("<stream>: expected the id of a stream") as string,
  });
  const unknown = await gateways(site, "twin", "keep", "plant-8", twins!.refused.stream, ...SIGNED);
  expect(unknown.err).toContain("no gateway named plant-8 with stream");
  const kept = await gateways(site, "twin", "keep", "plant-7", twins!.refused.stream, ...SIGNED);
  expect(kept).toMatchObject({ code: 0, err: "" });
  const first = await eventually(
    () => statusOf(site.gateways[0]!),
    ({ uplink }) => uplink.refusal !== null,
    { ...DEADLINE, what: "the first gateway is refused" },
  );
  expect(first.sentence).toContain("an operator keeps another gateway named plant-7");
  await arrives(site, "second", [20]);
  await publish(site.mqttUrl, "first", [11]);
  const listed = await gateways(site, "list");
  expect(listed.out).toMatch(
    new RegExp(`^plant-7  .*\\n    TWIN kept by an operator: stream ${twins!.refused.stream}, .*\\n    TWIN refused: `),
  );

  // The kept gateway starts again under a new stream, and stays the kept one.
  await publish(copy.mqttUrl, "second", [21]);
  await arrives(site, "second", [20, 21]);
  await copy.process.kill();
  const again = await restarted(copy);
  await publish(again.mqttUrl, "second", [22]);
  await arrives(site, "second", [20, 21, 22]);
  expect(await valuesOf(site, "first")).toEqual([10]);

  await again.process.stop();
  expect(await gateways(site, "twin", "release", "plant-7", ...SIGNED)).toMatchObject({ code: 0, err: "" });
  expect(await arrives(site, "first", [10, 11])).toEqual([10, 11]);
  for (const [device, values] of [
    ["before", [1]],
    ["second", [20, 21, 22]],
  ] as const) {
    expect(await valuesOf(site, device)).toEqual(values);
  }
});

test("[I37] a gateway that is killed and started at once is accepted without a delay beyond the probe", async () => {
  const site = await deployment({ edge: EDGE });
  await site.startRegion();
  for (let life = 1; life <= 3; life += 1) {
    const gateway = await site.startGateway();
    const startMs = performance.now();
    await eventually(
      () => statusOf(site.gateways[0]!),
      ({ uplink }) => uplink.connected,
      { deadlineMs: 30_000, what: `life ${life} is accepted` },
    );
    console.log(`life ${life} is connected ${(performance.now() - startMs).toFixed(0)} ms after it was ready`);
    await publish(site.mqttUrl, "press", [life]);
    await gateway.kill();
  }
  expect((await regionStatusOf(site.regions[0]!)).twins).toEqual([]);
});

test("[I38] a copy that connects to another region is refused there, and every region names both", async () => {
  const site = await deployment({ edge: EDGE, regions: ["eu", "us", "ap"] });
  await Promise.all(site.regions.map((region) => region.start()));
  await site.startGateway();
  await publish(site.mqttUrl, "before", [1]);
  await arrives(site, "before", [1]);

  // The first gateway is connected to eu and us, the copy knows ap only.
  const copy = await startCopy(site, { regions: ["ap"] });
  const status = await refused(copy, "the copy is refused by ap");
  expect(status.sentence).toMatch(/^Refused by ap: another gateway named plant-7 is connected to (eu|us) from/);
  for (const region of site.regions) {
    expect((await named(region)).twins).toMatchObject([{ gateway: "plant-7", refused: { region: "ap" } }]);
  }
  await publish(copy.mqttUrl, "second", [20, 21]);
  await site.gateway!.kill();
  expect(await arrives(site, "second", [20, 21])).toEqual([20, 21]);
});
