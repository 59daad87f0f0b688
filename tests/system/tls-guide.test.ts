import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../deploy/sandbox/free-port.ts";
import { ManagedProcess } from "../../deploy/sandbox/managed-process.ts";
import { eventually } from "../support/deployment.ts";
import { hasTool } from "../support/tools.ts";

const PAGE = readFileSync(new URL("../../deploy/README.md", import.meta.url), "utf8");
const LAUNCHER = fileURLToPath(new URL("../../deploy/bin/tidemark.js", import.meta.url));

/** The code blocks of the section "TLS step by step", in their order. */
function blocksOfGuide(): { readonly language: string; readonly code: string }[] {
  const section = /^## TLS step by step$(.*?)^## /msu.exec(PAGE)![1]!;
  return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gmsu)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }));
}

test.skipIf(!hasTool("openssl"))(
  "the guide to TLS works as it is written: a reading goes encrypted to the region",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-tls-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // `npx tidemark` is this working copy.
    const tools = join(folder, "tools");
    mkdirSync(tools);
    writeFileSync(join(tools, "npx"), `#!/bin/sh\nshift\nexec "${process.execPath}" "${LAUNCHER}" "$@"\n`);
    chmodSync(join(tools, "npx"), 0o755);
    const ports = {
      ingest: await freePort(),
      mqtt: await freePort(),
      region: await freePort(),
      gateway: await freePort(),
    };
    const onFreePorts = (text: string): string =>
      text.replaceAll("7443", String(ports.ingest)).replaceAll("8883", String(ports.mqtt));
    const env = { ...process.env, PATH: `${tools}${delimiter}${process.env["PATH"]}` };
    const shell = async (code: string): Promise<string> =>
      (await promisify(execFile)("/bin/sh", ["-ec", onFreePorts(code)], { cwd: folder, env })).stdout;

    const start = async (args: readonly string[], httpPort: number): Promise<void> => {
      const started = ManagedProcess.start({ name: args[0]!, args });
      onTestFinished(async () => void (await started.kill()));
      await started.ready(`http://127.0.0.1:${httpPort}/readyz`, { deadlineMs: 30_000 });
    };
    let simulated = "";
    for (const { language, code } of blocksOfGuide()) {
      const file = /^# (\S+\.yaml)$/mu.exec(code)?.[1];
      if (language === "yaml" && file !== undefined) {
        const http = file === "eu.yaml" ? ports.region : ports.gateway;
        // Short windows, so that the test need not wait.
        const windows =
          file === "eu.yaml" ? "" : "windows: [{ lengths: [1s], out_of_orderness: 1s, idle_timeout: 1s }]\n";
        const more = `http: { host: 127.0.0.1, port: ${http} }\n${windows}`;
        writeFileSync(join(folder, file), `${onFreePorts(code)}${more}`);
      } else if (code.includes("tidemark cloud")) {
        await start(["cloud", "--config", join(folder, "eu.yaml")], ports.region);
        await start(["edge", "--config", join(folder, "plant-7.yaml")], ports.gateway);
      } else if (code.includes("mosquitto_pub")) {
        if (hasTool("mosquitto_pub")) await shell(code.split("\n")[0]!);
      } else if (code.includes("sensors simulate")) simulated = await shell(code);
      else if (language === "sh") await shell(code);
    }

    expect(simulated).toMatch(/^20 messages from 4 devices, 20 acknowledged/);
    const url = `http://127.0.0.1:${ports.region}/v1/series?limit=100`;
    const series = await eventually(
      async () => await (await fetch(url)).text(),
      (text) => text.includes("site/hall-1/"),
      { deadlineMs: 60_000, what: "the devices are in the region" },
    );
    expect(series).toContain("climate-1");

    const untrusting = await shell(
      "npx tidemark sensors simulate --url mqtts://localhost:8883 --count 1 2>&1 || echo exit code $?",
    );
    expect(untrusting).toMatch(/unable to verify the first certificate \(give the authority .*\)\nexit code 69\n$/);
  },
);
