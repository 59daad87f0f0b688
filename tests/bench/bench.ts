/**
 * Measures what the README says about speed and size, on real processes of the built package, and compares with
 * Mosquitto where it is installed.
 *
 *     npm run bench -- [--quick] [--only ingest,drain] [--json FILE] [--folder DIR]
 *
 * It asserts nothing: a figure from a busy machine is not a failure. A workload that cannot run is reported with its
 * reason, the others still run, and the exit code is 1. The data lives in a folder that is removed afterwards, by default
 * beside the sources and not in /tmp, which is memory on many machines: an fsync must reach a disk to be measured. No
 * process outlives the run.
 */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { arch, cpus, release, totalmem, type as osType } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Children } from "./children.ts";
import { type Section, sectionText } from "./report.ts";
import type { Bench } from "./servers.ts";
import { catchup } from "./workloads/catchup.ts";
import { drain } from "./workloads/drain.ts";
import { failoverWorkload } from "./workloads/failover.ts";
import { ingest } from "./workloads/ingest.ts";
import { memory, series } from "./workloads/memory.ts";
import { region } from "./workloads/region.ts";
import { sensors } from "./workloads/sensors.ts";
import { startup } from "./workloads/startup.ts";

const WORKLOADS: Readonly<Record<string, (bench: Bench) => Promise<Section>>> = {
  ingest,
  drain,
  region,
  memory,
  series,
  sensors,
  startup,
  failover: failoverWorkload,
  catchup,
};

type Report = {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly system: string;
  };
  readonly node: string;
  readonly commit: string;
  readonly date: string;
  readonly quick: boolean;
  readonly sections: readonly Section[];
  readonly failures: readonly { readonly workload: string; readonly reason: string }[];
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      json: { type: "string" },
      folder: { type: "string", default: fileURLToPath(new URL("../../bench-results", import.meta.url)) },
    },
  });
  const chosen = values.only?.split(",") ?? Object.keys(WORKLOADS);
  const unknown = chosen.filter((name) => !Object.hasOwn(WORKLOADS, name));
  if (unknown.length > 0) {
    throw new Error(`--only: ${unknown.join(", ")}: expected some of ${Object.keys(WORKLOADS).join(",")}`);
  }

  const about = machine();
  console.log(`${about.cpu}, ${about.cores} cores, ${about.system}, Node ${process.version}, commit ${commit()}\n`);
  const sections: Section[] = [];
  const failures: { workload: string; reason: string }[] = [];
  for (const name of chosen) {
    try {
      const workload = WORKLOADS[name]!;
      const section = await inFolder(values.folder, (bench) => workload({ ...bench, quick: values.quick }));
      sections.push(section);
      console.log(sectionText(section));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push({ workload: name, reason });
      console.log(`${name}: could not be measured: ${reason}\n`);
    }
  }
  const report: Report = {
    machine: about,
    node: process.version,
    commit: commit(),
    date: new Date().toISOString(),
    quick: values.quick,
    sections,
    failures,
  };
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  if (failures.length > 0) process.exitCode = 1;
}

async function inFolder<T>(parent: string, work: (bench: Omit<Bench, "quick">) => Promise<T>): Promise<T> {
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "run-"));
  // Also when interrupted. Exit handlers run in this order, so the processes that write there are killed first.
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const children = new Children();
  process.on("exit", remove);
  try {
    return await work({ children, folder });
  } finally {
    await children[Symbol.asyncDispose]();
    process.off("exit", remove);
    remove();
  }
}

function machine(): Report["machine"] {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown processor",
    cores: processors.length,
    memoryBytes: totalmem(),
    system: `${osType()} ${release()} ${arch()}`,
  };
}

function commit(): string {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown"; // an unpacked archive has no history
  }
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 64;
}
