import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { ManagedProcess } from "../../deploy/sandbox/managed-process.ts";
import { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { writeDrillTarget } from "../../deploy/sandbox/drill-target-file.ts";
import { eventually } from "../support/deployment.ts";

/** `tidemark drill` in a new folder, with its temporary files, so that a test sees everything that it leaves. */
class DrillCommand {
  readonly folder: string;
  readonly #process: ManagedProcess;

  constructor(args: readonly string[], folder: string) {
    this.folder = folder;
    mkdirSync(join(folder, "tmp"), { recursive: true });
    this.#process = ManagedProcess.start({
      name: "drill",
      args: ["drill", ...args],
      environment: { TMPDIR: join(folder, "tmp"), NO_COLOR: "1", TIDEMARK_STOP_WITH_STDIN: "" },
    });
  }

  get output(): string {
    return this.#process.output.join("\n");
  }

  async exitCode(): Promise<number | null> {
    return (await this.#process.exit).code;
  }

  async says(what: RegExp, deadlineMs = 60_000): Promise<void> {
    await eventually(
      async () => this.output,
      (output) => what.test(output),
      { deadlineMs, what: `the drill says ${String(what)}` },
    );
  }

  async interrupt(signal: "SIGINT" | "SIGKILL"): Promise<void> {
    await this.#process.kill(signal);
  }
}

function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-drill-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Processes whose command line contains a path below the folder. */
function processesOf(folder: string): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return /^\d+$/.test(pid) && line.includes(folder) && !line.includes(" drill run ") ? [`${pid} ${line}`] : [];
    } catch {
      return [];
    }
  });
}

const reportSchema = z.object({
  verdict: z.string(),
  measured: z.object({ rtoMaxMs: z.number(), repairMs: z.number(), backHomeMs: z.number() }),
  samples: z.array(z.unknown()).min(50),
});

test("[P6] a drill from the command line passes, and its report shows the timeline in a browser", async () => {
  const folder = folderOfTest();
  const out = join(folder, "out");
  const drill = new DrillCommand(["run", "region-frozen", "--out", out, "--seed", "3"], folder);
  expect(await drill.exitCode(), drill.output).toBe(0);
  expect(drill.output).toMatch(/PASSED {2}RTO .*All [\d,]+ acknowledged readings are in eu, us, ap, each once/);
  const [run] = readdirSync(out);
  expect(run).toMatch(/^region-frozen-/);
  const report = reportSchema.parse(JSON.parse(readFileSync(join(out, run!, "report.json"), "utf8")));
  expect(report.verdict).toBe("passed");
  expect(readFileSync(join(out, run!, "junit.xml"), "utf8")).toContain('failures="0" errors="0"');
  expect(readdirSync(join(folder, "tmp"))).toEqual([]);
  expect(processesOf(folder)).toEqual([]);
  await seenInBrowser(join(out, run!, "report.html"));
});

async function seenInBrowser(page: string): Promise<void> {
  const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
  if (chromium === undefined) {
    console.log("no chromium here: the report was not opened in a browser");
    return;
  }
  const { chromium: driver } = await import("playwright-core");
  const browser = await driver.launch({
    executablePath: chromium,
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
  });
  try {
    const view = await browser.newPage({ viewport: { width: 1180, height: 1500 } });
    const complaints: string[] = [];
    view.on("console", (message) => complaints.push(message.text()));
    view.on("request", (request) => {
      if (!request.url().startsWith("file:")) complaints.push(request.url());
    });
    await view.goto(pathToFileURL(page).href);
    expect(await view.locator("h1").textContent()).toMatch(/^All [\d,]+ acknowledged readings/);
    const picture = view.locator("#timeline svg");
    expect((await picture.boundingBox())?.width).toBeGreaterThan(800);
    const words = await picture.locator("text").allTextContents();
    for (const word of [
      "eu",
      "plant-1",
      "no answer",
      "detected",
      "durable elsewhere",
      "healed",
      "repaired",
      "back home",
    ]) {
      expect(words).toContain(word);
    }
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
}

describe("interrupted, a drill leaves no process, no injection and no file outside of its folder", () => {
  test.each<[string, "SIGINT" | "SIGKILL", RegExp | "started" | "hanging"]>([
    ["while the sandbox starts", "SIGINT", "started"],
    ["while a region hangs at its start", "SIGINT", "hanging"],
    ["while a region is frozen", "SIGINT", /eu is frozen/],
    ["by SIGKILL, while a region is frozen", "SIGKILL", /eu is frozen/],
    ["by SIGKILL, while the sandbox starts", "SIGKILL", "started"],
  ])("%s", async (_, signal, when) => {
    const folder = folderOfTest();
    const drill = new DrillCommand(["run", "region-frozen", "--out", join(folder, "out")], folder);
    if (when instanceof RegExp) await drill.says(when);
    else {
      const seen = { deadlineMs: 60_000, what: "the first region starts" };
      const [region] = await eventually(
        async () => processesOf(folder),
        (started) => started.length > 0,
        seen,
      );
      if (when === "hanging") process.kill(Number.parseInt(region!, 10), "SIGSTOP");
    }
    await drill.interrupt(signal);
    const code = await drill.exitCode();
    expect(code, drill.output).toBe(signal === "SIGINT" ? 2 : null);
    if (signal === "SIGINT") expect(drill.output).toContain("stopped by the operator");
    await eventually(
      async () => [...processesOf(folder), ...readdirSync(join(folder, "tmp"))],
      (left) => left.length === 0,
      { deadlineMs: 60_000, what: "nothing is left" },
    );
  });
});

describe("on a running deployment", () => {
  async function deployment(folder: string): Promise<{ site: LocalDeployment; target: string }> {
    const site = await LocalDeployment.prepare({
      directory: join(folder, "site"),
      gateways: ["plant-7"],
      regions: ["eu", "us"],
      edge: {
        windows: [
          { match: { device: "drill/*" }, lengths: ["10s"], raw: true, out_of_orderness: "1s", idle_timeout: "1s" },
        ],
        failover: { return_after: "2s" },
      },
    });
    onTestFinished(() => site.kill());
    await Promise.all(site.regions.map((region) => region.start()));
    await site.startGateway();
    return { site, target: writeDrillTarget(site) };
  }

  const isFrozen = (pid: number): boolean => / T /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

  test("[I18] a drill passes; a second one at the same time is refused; a frozen part thaws when the drill is killed", async () => {
    const folder = folderOfTest();
    const { site, target } = await deployment(folder);
    const run = (name: string): DrillCommand =>
      new DrillCommand(["run", name, "--target", target, "--out", join(folder, "out")], folder);
    const first = run("region-frozen");
    await first.says(/injection +eu is frozen for 10s/);
    const second = run("region-frozen");
    expect(await second.exitCode()).toBe(2);
    expect(second.output).toMatch(/not begun .*(another drill is running|no connection to eu|does not answer)/);
    expect(await first.exitCode(), first.output).toBe(0);
    expect(first.output).toContain("hits eu, for at most 10s at a time");

    const third = run("region-frozen");
    await eventually(
      async () => third.output,
      (output) => /injection +eu is frozen|not begun/.test(output),
      { deadlineMs: 60_000, what: "the third drill begins" },
    );
    expect(third.output).not.toContain("not begun");
    const pid = site.region!.pid;
    await eventually(async () => isFrozen(pid), Boolean, { deadlineMs: 60_000, what: "eu is frozen" });
    await third.interrupt("SIGKILL");
    await eventually(
      async () => isFrozen(pid),
      (frozen) => !frozen,
      { deadlineMs: 60_000, what: "eu thaws by itself" },
    );
    const answer = await fetch(`${site.regionUrl}/readyz`, { signal: AbortSignal.timeout(5000) });
    expect(answer.status).toBe(200);
  });

  test("a deployment in production is not touched before a person gives its name", async () => {
    const folder = folderOfTest();
    const { target } = await deployment(folder);
    const text = readFileSync(target, "utf8").replace("production: false", "production: true");
    writeFileSync(target, text);
    const drill = new DrillCommand(["run", "region-frozen", "--target", target, "--out", join(folder, "out")], folder);
    expect(await drill.exitCode()).toBe(2);
    expect(drill.output).toContain("region-frozen hits eu, for at most 10s at a time");
    expect(drill.output).toContain("demo was not confirmed; nothing was done.");
    const dry = new DrillCommand(["run", "all", "--target", target, "--dry-run"], folder);
    expect(await dry.exitCode()).toBe(0);
    expect(dry.output).toContain("eu is frozen for 10s");
    expect(dry.output).not.toContain("gateway-disk-full");
  });
});
