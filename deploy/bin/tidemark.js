#!/usr/bin/env node
// Starts the command line on Node 26, whatever Node the system has: the npm package `node` brings the runtime into
// node_modules. Plain JavaScript that Node 18 can read, because this file runs before that.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, "../tidemark.js");
const entry = existsSync(built) ? built : join(here, "../tidemark.ts");

if (Number(process.versions.node.split(".")[0]) >= 26) {
  await import(pathToFileURL(entry).href);
} else {
  const runtime = findRuntime(here);
  if (runtime === undefined) {
    process.stderr.write(
      `tidemark: needs Node 26, this is ${process.version} (run \`npm ci\` with optional dependencies, or install Node 26)\n`,
    );
    process.exit(69);
  }
  const child = spawn(runtime, [entry, ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends Ctrl-C to both processes. It is not forwarded then: a second SIGINT would end the child at once.
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on("SIGINT", () => atTerminal || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`tidemark: ${runtime} cannot be started: ${error.message} (run \`npm ci\` again)\n`);
    process.exit(69);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 70);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function findRuntime(from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules/node/bin/node");
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}
