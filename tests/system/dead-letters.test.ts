import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { runCommand } from "../support/command-line.ts";
import { deployment, drained, readings } from "../support/deployment.ts";

const WINDOWS = [{ lengths: ["10s"], raw: true, idle_timeout: "1s" }];

test("after a route is corrected, retry decodes dead letters with their own time, exactly once", async () => {
  const site = await deployment({
    edge: { windows: WINDOWS, routes: [{ topic: "plant/{line}/old", device: "{line}" }] },
  });
  await site.startRegion();
  await site.startGateway();
  const sensor = await connectAsync(site.mqttUrl, { protocolVersion: 5 });
  const beforeMs = Date.now();
  for (let x = 1; x <= 3; x++) await sensor.publishAsync("plant/press/new", `{"x":${x}}`, { qos: 1 });
  await sensor.publishAsync("plant/press/new", '{"x": 1 2}', { qos: 1 });
  const afterMs = Date.now();
  await sensor.endAsync();

  const run = (args: readonly string[]): ReturnType<typeof runCommand> => runCommand(args, { cwd: site.directory });
  const gateway = ["--gateway", site.gatewayUrl];
  const list = await run(["deadletter", "list", ...gateway]);
  expect(list.out.split("\n").filter((line) => line.includes("no_route"))).toHaveLength(4);
  const show = await run(["deadletter", "show", "4", ...gateway]);
  expect(show.out).toContain('{"x": 1 2}');

  await site.gateway!.stop();
  const file = site.gateways[0]!.file;
  const config = parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  writeFileSync(file, stringify({ ...config, routes: [{ topic: "plant/{line}/+", device: "{line}" }] }));
  await site.startGateway();

  const wrong = join(site.directory, "wrong.token");
  writeFileSync(wrong, "guessed");
  const refused = await run(["deadletter", "retry", ...gateway, "--token-file", wrong]);
  expect(refused.code).toBe(77);
  const token = ["--token-file", site.operatorTokenFile];
  const retry = await run(["deadletter", "retry", ...gateway, ...token]);
  expect(retry.out).toBe("3 of 4 dead letters were decoded to 3 readings; 1 stay.\n");
  expect((await run(["deadletter", "retry", ...gateway, ...token])).out).toContain("0 of 1 dead letters");
  expect((await run(["deadletter", "list", ...gateway])).out).toMatch(/^ +4 .* syntax: .*column 9/);

  await drained(site, 60_000);
  const rows = await readings(site, { device: "press", metric: "x" });
  expect(rows.map(({ value }) => value)).toEqual([1, 2, 3]);
  for (const { time } of rows) {
    expect(Date.parse(time)).toBeGreaterThanOrEqual(beforeMs);
    expect(Date.parse(time)).toBeLessThanOrEqual(afterMs);
  }

  const exported = await run(["deadletter", "export", ...gateway]);
  expect(JSON.parse(exported.out)).toMatchObject({ id: 4, payload: Buffer.from('{"x": 1 2}').toString("base64") });
  expect((await run(["deadletter", "purge", ...gateway, ...token])).out).toBe("1 dead letters were deleted.\n");
  expect((await run(["deadletter", "list", ...gateway])).out).toBe("There are no dead letters.\n");
});
