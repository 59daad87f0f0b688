import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import type { WatchdogOrder } from "./watchdog.ts";

/**
 * Outlives the process that started it, and then cleans up: kills the processes, removes the folders, and runs the commands
 * that end injections. A frozen process cannot notice that its supervisor is gone, and a link that was cut on another machine
 * does not heal by itself. So the one that cleans up must not be the one that crashes.
 *
 * Orders come as lines of JSON on standard input. If it ends without `done`, the supervisor has crashed. Whole process groups
 * are killed; SIGKILL ends frozen processes, too.
 */
const pids = new Set<number>();
const folders = new Set<string>();
const armed = new Map<number, { readonly command: string; readonly timer: NodeJS.Timeout }>();
let done = false;

// Ctrl-C in the terminal is for the supervisor, which then gives orders.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

function run(command: string): void {
  // Nobody awaits it. It may take one minute.
  const child = spawn("/bin/sh", ["-c", command], { stdio: "ignore", timeout: 60_000, killSignal: "SIGKILL" });
  child.on("error", () => undefined);
}

function follow(order: WatchdogOrder): void {
  switch (order.kind) {
    case "process":
      pids.add(order.pid);
      return;
    case "gone":
      pids.delete(order.pid);
      return;
    case "folder":
      folders.add(order.path);
      return;
    case "arm": {
      const timer = setTimeout(() => {
        armed.delete(order.id);
        run(order.command);
      }, order.inMs);
      armed.set(order.id, { command: order.command, timer });
      return;
    }
    case "disarm":
      clearTimeout(armed.get(order.id)?.timer);
      armed.delete(order.id);
      return;
    case "done":
      done = true;
  }
}

createInterface({ input: process.stdin })
  .on("line", (line) => follow(JSON.parse(line) as WatchdogOrder))
  .on("close", () => {
    for (const { timer } of armed.values()) clearTimeout(timer);
    if (done) process.exit(0);
    for (const { command } of armed.values()) run(command);
    for (const pid of pids) {
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // It has ended already.
      }
    }
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
