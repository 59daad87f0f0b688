import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { sourceFile } from "../../proto/runtime/source-file.ts";

/**
 * A process that cleans up when this process ends without having done so, even by SIGKILL (watchdog-process.ts). Give it every
 * process and folder before they can be left behind.
 */
export class Watchdog {
  readonly #child: ChildProcess;
  #lastId = 0;

  constructor() {
    this.#child = spawn(process.execPath, [PROCESS], {
      stdio: ["pipe", "ignore", "ignore"],
      // A separate session, so that a signal to this process group does not end it.
      detached: true,
    });
    this.#child.stdin!.on("error", () => undefined);
  }

  /** @param pid leader of a process group. */
  watch(pid: number): void {
    this.#order({ kind: "process", pid });
  }

  gone(pid: number): void {
    this.#order({ kind: "gone", pid });
  }

  /** @param path removed with everything in it. */
  folder(path: string): void {
    this.#order({ kind: "folder", path });
  }

  /**
   * Runs the command in the shell after `inMs`, or when this process is gone, unless it is disarmed before.
   * @returns a function that disarms it.
   */
  arm(command: string, inMs: number): () => void {
    const id = ++this.#lastId;
    this.#order({ kind: "arm", id, inMs, command });
    return () => this.#order({ kind: "disarm", id });
  }

  /** Everything is cleaned up: the watchdog ends and does nothing. */
  async dismiss(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#order({ kind: "done" });
    this.#child.stdin!.end();
    await gone;
  }

  /** Something could not be cleaned up: the watchdog does it now, by itself. */
  abandon(): void {
    this.#child.unref();
    this.#child.stdin!.end();
  }

  #order(order: WatchdogOrder): void {
    this.#child.stdin!.write(`${JSON.stringify(order)}\n`);
  }
}

export type WatchdogOrder =
  | { readonly kind: "process" | "gone"; readonly pid: number }
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "arm"; readonly id: number; readonly inMs: number; readonly command: string }
  | { readonly kind: "disarm"; readonly id: number }
  | { readonly kind: "done" };

const PROCESS = fileURLToPath(sourceFile("./watchdog-process", import.meta.url));
