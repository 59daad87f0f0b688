import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const LAUNCHER = fileURLToPath(new URL("../../deploy/bin/tidemark.js", import.meta.url));

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

/** Starts `tidemark` as a person would, in this folder. It is killed when the test ends; its output is printed when the test failed. */
export function startCommand(
  args: readonly string[],
  options: { cwd: string; node?: string; environment?: Readonly<Record<string, string>> },
): { child: ChildProcessByStdio<Writable, Readable, Readable>; end: Promise<Ended>; firstOutput: Promise<void> } {
  const env = { ...process.env, ...options.environment };
  const child = spawn(options.node ?? process.execPath, [LAUNCHER, ...args], { stdio: "pipe", cwd: options.cwd, env });
  const output = { out: "", err: "" };
  onTestFinished(({ task }) => {
    child.kill("SIGKILL");
    if (task.result?.state === "fail") console.error(`\n-- tidemark ${args.join(" ")}:\n${output.out}${output.err}`);
  });
  const first = Promise.withResolvers<void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.out += text;
    first.resolve();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.err += text));
  const end = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, ...output })));
  return { child, end, firstOutput: first.promise };
}

/** Runs `tidemark` to its end. */
export async function runCommand(
  args: readonly string[],
  options: { cwd: string; input?: string; environment?: Readonly<Record<string, string>> },
): Promise<Ended> {
  const { child, end } = startCommand(args, options);
  child.stdin.end(options.input ?? "");
  return await end;
}
