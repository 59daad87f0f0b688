import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ManagedProcess } from "../../deploy/sandbox/managed-process.ts";
import { listingSchema } from "../../proto/wire/http/listing.ts";
import { recordSchema } from "../../proto/wire/http/records.ts";
import { eventually } from "../support/deployment.ts";
import { hasTool } from "../support/tools.ts";

/** Waits for a line of output that matches. @returns the first one. */
async function printed(process: ManagedProcess, pattern: RegExp): Promise<string> {
  const line = await eventually(
    async () => process.output.find((one) => pattern.test(one)) ?? "",
    (found) => found !== "" || !process.running,
    { deadlineMs: 60_000, what: `the demo says ${pattern.source}` },
  );
  expect(line, process.output.join("\n")).toMatch(pattern);
  return line;
}

test("the demo prints commands that work, Ctrl-C stops everything, and a second start continues", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-demo-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const start = (): ManagedProcess => {
    const demo = ManagedProcess.start({
      name: "demo",
      args: ["demo", "--dir", join(folder, "data"), "--devices", "5"],
    });
    onTestFinished(async () => void (await demo.kill()));
    return demo;
  };
  const demo = start();
  await printed(demo, /^Receiving from 5 devices; everything sealed is durable in eu/);

  const publish = (await printed(demo, /mosquitto_pub/)).replace(/^.*?mosquitto_pub/, "mosquitto_pub").split(/\s+/);
  const query = /curl '([^']+)'/.exec(await printed(demo, /ask a region/))![1]!;
  if (hasTool("mosquitto_pub")) {
    execFileSync(publish[0]!, publish.slice(1));
    const { rows } = await eventually(
      async () => listingSchema(recordSchema).parse(await (await fetch(query)).json()),
      (answer) => answer.rows.length > 0,
      { deadlineMs: 60_000, what: "the reading arrives" },
    );
    expect(rows[0]!.last).toBe(21.5);
  }

  const victim = Number(/kill -9 (\d+)/.exec(await printed(demo, /kill -9 \d+ {2}# the gateway$/))![1]);
  process.kill(victim, "SIGKILL");
  await printed(demo, /^gateway plant-7 ended with SIGKILL\. It starts again in 10 s\.$/);
  await printed(demo, /^gateway plant-7 runs again \(pid \d+\)\.$/);
  const home = Number(/kill -9 (\d+)/.exec(await printed(demo, /kill -9 \d+ {2}# eu$/))![1]);
  process.kill(home, "SIGKILL");
  await printed(demo, /^region eu ended with SIGKILL\./);
  await printed(demo, /everything sealed is durable in us \(eu is out of reach\)/);
  await printed(demo, /^region eu runs again/);

  expect(await demo.kill("SIGINT")).toEqual({ code: 0, signal: null });
  expect(demo.output.at(-1)).toMatch(/^Stopped\. \d[\d,]* messages were acknowledged; the data stays in /);
  const regionUrl = new URL(query).origin;
  await expect(fetch(`${regionUrl}/healthz`)).rejects.toThrow("fetch failed");

  const again = start();
  await printed(again, /continued from the last start/);
  await printed(again, /^Receiving from/);
  expect(await again.kill("SIGINT")).toEqual({ code: 0, signal: null });
  expect(readFileSync(join(folder, "data", "edge.yaml"), "utf8")).toContain("gateway: plant-7");
});
