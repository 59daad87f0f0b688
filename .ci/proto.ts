/**
 * Generates proto/wire/generated from proto/*.proto. With `--check` it writes nothing, and fails when the generated code is
 * out of date because somebody edited a contract without it.
 *
 * The code is static and not by reflection, because batches are on the hot path. It uses numbers and not `Long`, because
 * each of our 64-bit fields is a count or a time below 2^53, and the codec checks that at the border.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const OUTPUT = "proto/wire/generated";
const FILES = ["tidemark.js", "tidemark.d.ts"] as const;
const FLAGS = ["--target", "static-module", "--wrap", "esm", "--dts", "--force-number"];
const LEAVE_OUT = ["--no-verify", "--no-convert", "--no-delimited", "--no-typeurl", "--no-service"];

process.chdir(join(import.meta.dirname, ".."));

if (process.argv.includes("--check")) {
  const scratch = mkdtempSync(join(tmpdir(), "tidemark-proto-"));
  try {
    generate(scratch);
    const stale = FILES.filter((name) => read(join(scratch, name)) !== read(join(OUTPUT, name)));
    if (stale.length > 0) {
      console.error(`${OUTPUT}: ${stale.join(", ")} out of date with proto/*.proto (run \`npm run proto\`)`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
} else {
  mkdirSync(OUTPUT, { recursive: true });
  generate(OUTPUT);
}

function generate(folder: string): void {
  const contracts = readdirSync("proto")
    .filter((name) => name.endsWith(".proto"))
    .map((name) => join("proto", name))
    .sort();
  execFileSync("pbjs", [...FLAGS, ...LEAVE_OUT, "--out", join(folder, FILES[0]), ...contracts], { stdio: "inherit" });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // A missing file is as stale as a wrong one.
    return undefined;
  }
}
