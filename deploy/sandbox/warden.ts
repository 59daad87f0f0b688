import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/**
 * A process that cleans up when this one ends without having done so, however it ends (warden-process.ts). Tell it of
 * every process and folder before it can be left behind.
 */
export class Warden {
  readonly #child: ChildProcess;
  #lastId = 0;

  constructor() {
    this.#child = spawn(process.execPath, [PROCESS], {
      stdio: ["pipe", "ignore", "ignore"],
      // A session of its own: what ends this process group must not end it, too.
      detached: true,
    });
    this.#child.stdin!.on("error", () => undefined);
  }

  /** The leader of a process group. */
  watch(pid: number): void {
    this.#order({ kind: "process", pid });
  }

  gone(pid: number): void {
    this.#order({ kind: "gone", pid });
  }

  /** Removed with all that is in it. */
  folder(path: string): void {
    this.#order({ kind: "folder", path });
  }

  /**
   * The dead man's switch: runs the command in the shell after `inMs`, or when this process is gone, unless it is
   * disarmed before.
   * @returns what disarms it.
   */
  arm(command: string, inMs: number): () => void {
    const id = ++this.#lastId;
    this.#order({ kind: "arm", id, inMs, command });
    return () => this.#order({ kind: "disarm", id });
  }

  /** Everything is clean: it may go. */
  async dismiss(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#order({ kind: "done" });
    this.#child.stdin!.end();
    await gone;
  }

  /** Something could not be cleaned: it does so now, by itself. */
  abandon(): void {
    this.#child.unref();
    this.#child.stdin!.end();
  }

  #order(order: WardenOrder): void {
    this.#child.stdin!.write(`${JSON.stringify(order)}\n`);
  }
}

export type WardenOrder =
  | { readonly kind: "process" | "gone"; readonly pid: number }
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "arm"; readonly id: number; readonly inMs: number; readonly command: string }
  | { readonly kind: "disarm"; readonly id: number }
  | { readonly kind: "done" };

const PROCESS = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "warden-process.ts" : "warden-process.js", import.meta.url),
);
