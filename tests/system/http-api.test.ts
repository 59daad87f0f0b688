import { readFileSync, writeFileSync } from "node:fs";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";
import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { errorAnswerSchema } from "../../proto/wire/http/error-answer.ts";
import { madeCertificate } from "../support/certificate.ts";
import { runCommand } from "../support/command-line.ts";
import type { Ended } from "../support/command-line.ts";
import { deployment, drained, eventually, regionStatusOf } from "../support/deployment.ts";
import { hasTool } from "../support/tools.ts";

const WINDOWS = [{ lengths: ["10s"], raw: true, idle_timeout: "1s" }];
const WINDOW = "2026-11-20T08:00:00.000Z";
const OF_WINDOW = `device=press-1&metric=temp&window=10s&start=${WINDOW}`;

/** Two regions with equal data and one gateway, with an answer for every address. */
async function started(): Promise<LocalDeployment> {
  const site = await deployment({ regions: ["eu", "us"], edge: { windows: WINDOWS, unrouted: "auto" } });
  await Promise.all(site.regions.map((region) => region.start()));
  await site.startGateway();
  const sensor = await connectAsync(site.mqttUrl, { protocolVersion: 5 });
  const ts = Date.parse(WINDOW);
  for (const [i, temp] of [20, true, "off", 9_007_199_254_740_993n].entries()) {
    const value = typeof temp === "bigint" ? String(temp) : JSON.stringify(temp);
    await sensor.publishAsync("press-1", `{"ts":${ts + i},"temp":${value}}`, { qos: 1 });
  }
  await sensor.publishAsync("press-1", '{"x": 1 2}', { qos: 1 });
  await sensor.endAsync();
  await drained(site, 60_000);
  const window = ["--device", "press-1", "--metric", "temp", "--window", "10s", "--start", WINDOW];
  const signed = ["--region", site.regionUrl, "--token-file", site.operatorTokenFile, "--reason", "drift"];
  const ended = await runCommand(["operator", "override", ...window, "--value", "21", ...signed], {
    cwd: site.directory,
  });
  expect(ended).toMatchObject({ code: 0, err: "" });
  return site;
}

const operationSchema = z.object({
  responses: z.record(
    z.string(),
    z.object({ content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()).optional() })) }),
  ),
});

/** The parts of an OpenAPI document that the test looks at. */
const documentSchema = z.object({
  paths: z.record(z.string(), z.object({ get: operationSchema.optional(), post: operationSchema.optional() })),
});

const QUESTIONS: Readonly<Record<string, string>> = {
  "/v1/records/revisions": `?${OF_WINDOW}`,
  "/v1/dead-letters/one": "?id=1",
  "/v1/dead-letters/payload": "?id=1",
};

test("every GET of a gateway and of a region answers as its own OpenAPI document says, and errors have one shape", async () => {
  const site = await started();
  await eventually(
    () => regionStatusOf({ url: site.regionUrl }),
    ({ peers }) => peers.every(({ behind_batches }) => behind_batches === 0),
    { deadlineMs: 60_000, what: "the regions hold the same" },
  );
  for (const url of [site.gatewayUrl, site.regionUrl]) {
    const { paths } = documentSchema.parse(await (await fetch(`${url}/v1/openapi.json`)).json());
    await expectAnswers(url, paths);
    const nowhere = await fetch(`${url}/v1/nowhere`);
    const { accepted } = expectError(nowhere.status, await nowhere.json(), [404, "not_found"]);
    expect(accepted.toSorted()).toEqual(Object.keys(paths).toSorted());
  }
});

test.skipIf(!hasTool("openssl"))(
  "with a certificate HTTP is TLS, and the command line trusts NODE_EXTRA_CA_CERTS",
  async () => {
    const site = await deployment();
    const tls = madeCertificate(site.directory);
    const [region] = site.regions;
    const config = parse(readFileSync(region!.file, "utf8")) as { http: object };
    writeFileSync(region!.file, stringify({ ...config, http: { ...config.http, ...tls } }));
    await region!.start({ waitReady: false });
    const list = (environment: Record<string, string>): Promise<Ended> => {
      const url = `https://localhost:${region!.ports.http}`;
      return runCommand(["regions", "list", "--region", url], { cwd: site.directory, environment });
    };
    const listed = await eventually(
      () => list({ NODE_EXTRA_CA_CERTS: tls.cert }),
      ({ code }) => code === 0,
      { deadlineMs: 60_000, what: "the region answers over TLS" },
    );
    expect(listed.out).toBe("eu  member   this region\n");
    expect(await list({})).toMatchObject({ code: 69, out: "" });
    const plain = await runCommand(["regions", "list", "--region", region!.url], { cwd: site.directory });
    expect(plain).toMatchObject({ code: 69, out: "" });
  },
);

async function expectAnswers(url: string, paths: z.output<typeof documentSchema>["paths"]): Promise<void> {
  const empty: string[] = [];
  for (const [path, { get, post }] of Object.entries(paths)) {
    const question = `${url}${path}${QUESTIONS[path] ?? ""}`;
    for (const [contentType, { schema }] of Object.entries(get?.responses["200"]?.content ?? {})) {
      const answer = await fetch(question, { headers: { accept: contentType } });
      expect([answer.status, answer.headers.get("content-type")?.split(";")[0]], question).toEqual([200, contentType]);
      const text = await answer.text();
      if (schema !== undefined) expectEachLine(text, schema, question);
      if (/"rows":\[\]/.test(text)) empty.push(path);
    }
    if (get !== undefined) {
      const head = await fetch(question, { method: "HEAD" });
      expect([head.status, await head.text()], question).toEqual([200, ""]);
      const wrong = await fetch(`${url}${path}?colour=red`);
      // Probes and scrapers may add any parameter.
      if (path.startsWith("/v1/")) expectError(wrong.status, await wrong.json(), [400, "bad_parameter"]);
      else expect(wrong.status, path).toBe(200);
    }
    if (post !== undefined) {
      const unsigned = await fetch(`${url}${path}`, { method: "POST", body: "{}" });
      expectError(unsigned.status, await unsigned.json(), [401, "unauthorized"]);
    }
    const deleted = await fetch(`${url}${path}`, { method: "DELETE" });
    expectError(deleted.status, await deleted.json(), [405, "method_not_allowed"]);
  }
  // A listing without rows would say nothing about the schema of a row.
  expect(empty).toEqual([]);
}

/** No key is missing, unknown, or of another type. */
function expectEachLine(text: string, schema: Record<string, unknown>, question: string): void {
  const answer = z.fromJSONSchema(closed(schema));
  for (const line of text.trimEnd().split("\n")) {
    const value: unknown = JSON.parse(line);
    expect(answer.safeParse(value).error, question).toBeUndefined();
  }
}

/** The document allows fields that a later version adds; this version has none. */
function closed(schema: Record<string, unknown>): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(
    JSON.parse(JSON.stringify(schema), (_, part: unknown) => {
      const isOpen = typeof part === "object" && part !== null && "type" in part && "properties" in part;
      return isOpen ? { additionalProperties: false, ...part } : part;
    }),
  );
}

function expectError(
  status: number,
  body: unknown,
  expected: readonly [status: number, code: string],
): { accepted: readonly string[] } {
  const { error } = errorAnswerSchema.parse(body);
  expect([status, error.code]).toEqual(expected);
  expect(body).toEqual({ error });
  return error;
}
