import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { ManagedProcess } from "../../deploy/sandbox/managed-process.ts";
import { lockFile } from "../../proto/runtime/sqlite.ts";
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

/** The configurations, process ids and other small files of a folder, by name. */
function filesOf(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  return new Map(names.toSorted().map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

test("the demo prints commands that work, Ctrl-C stops everything, and a second start continues", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-demo-"));
  // Processes whose parent was killed write for another moment.
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
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

  const filesBefore = filesOf(join(folder, "data"));
  const second = start();
  expect(await second.exit).toEqual({ code: 75, signal: null });
  expect(second.output).toEqual([
    `tidemark: ${join(folder, "data")}: another npm start uses this folder (stop it with Ctrl-C in its terminal)`,
  ]);
  expect(filesOf(join(folder, "data"))).toEqual(filesBefore);

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

  const busy = createServer().listen(1883, "127.0.0.1");
  onTestFinished(() => void busy.close());
  // If another process has the port, the demo has to say the same.
  await Promise.race([once(busy, "listening"), new Promise((resolve) => busy.once("error", resolve))]);
  const again = start();
  await printed(again, /^Port 1883 is in use by another process: the gateway listens on \d+ instead\.$/);
  await printed(again, /continued from the last start/);
  await printed(again, /^Receiving from/);
  expect(await again.kill("SIGKILL")).toEqual({ code: null, signal: "SIGKILL" });
  // The kernel has released the lock.
  lockFile(join(folder, "data", "demo.lock"))();
  expect(readFileSync(join(folder, "data", "edge.yaml"), "utf8")).toContain("gateway: plant-7");
});

test("a start that is interrupted ends at once and writes no process id", async () => {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-demo-"));
  const site = await LocalDeployment.prepare({ directory, gateways: ["plant-7"], regions: ["eu"] });
  onTestFinished(async () => {
    await site.kill();
    rmSync(directory, { recursive: true, force: true });
  });
  const started = site.startRegion({ stop: AbortSignal.timeout(20) });
  await expect(started).rejects.toThrow("aborted due to timeout");
  expect(site.region?.running).toBe(true);
  expect(existsSync(site.regions[0]!.pidFile)).toBe(false);
});
