import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../../proto/core/fault.ts";
import { sourceFile } from "../../proto/runtime/source-file.ts";
import { isReady } from "../../proto/runtime/http/client.ts";

/**
 * A Tidemark process as a child: started with the runtime of this process, watched until it is ready, stopped or killed on
 * demand. Its last lines are kept, to explain an unexpected exit.
 */
export class ManagedProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #exit: Promise<ProcessExit>;
  #exited: ProcessExit | undefined;

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => {
        this.#lines.push(line);
        if (this.#lines.length > LINES_KEPT) this.#lines.shift();
      });
    }
    this.#exit = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.#exited = { code, signal };
        resolve(this.#exited);
      });
      child.once("error", (error) => {
        this.#lines.push(error.message);
        this.#exited = { code: null, signal: null };
        resolve(this.#exited);
      });
    });
  }

  /**
   * @param options.wrapper a program and its arguments that run the process, such as `strace -f ...`.
   * @param options.args the arguments behind `tidemark`.
   */
  static start(options: {
    name: string;
    args: readonly string[];
    wrapper?: readonly string[];
    environment?: Readonly<Record<string, string>>;
  }): ManagedProcess {
    const command = [...(options.wrapper ?? []), process.execPath, TIDEMARK, ...options.args];
    const child = spawn(command[0]!, command.slice(1), {
      // When this process ends, even by SIGKILL, the child's standard input ends. Then the child stops, too.
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, TIDEMARK_STOP_WITH_STDIN: "1", ...options.environment },
      // A separate process group: Ctrl-C in the terminal reaches only this process, which stops the parts in order.
      detached: true,
    });
    return new ManagedProcess(options.name, child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#exited === undefined;
  }

  /** The last lines it printed. */
  get output(): readonly string[] {
    return this.#lines;
  }

  /** How it ended, for a person; only after its end. */
  get ending(): string {
    const { code, signal } = this.#exited ?? { code: null, signal: null };
    if (signal !== null) return `ended with ${signal}`;
    // A Fault is printed in such a line. Another last line need not be the reason.
    const fault = this.#lines.findLast((line) => line.startsWith("tidemark: "))?.slice("tidemark: ".length);
    return `ended with exit code ${code}: ${fault ?? this.#lines.at(-1) ?? "it printed nothing"}`;
  }

  /** Resolves when the process has ended, for any reason. */
  get exit(): Promise<ProcessExit> {
    return this.#exit;
  }

  /**
   * Waits until the gateway or region is ready. @param url its HTTP address.
   * @throws Fault when the process exits first or the deadline passes; its last line is the explanation.
   * @throws the reason of `stop` as soon as it is aborted.
   */
  async ready(url: string, { deadlineMs = 60_000, stop }: ReadyOptions = {}): Promise<void> {
    const deadline = AbortSignal.timeout(deadlineMs);
    for (;;) {
      stop?.throwIfAborted();
      if (this.#exited !== undefined) {
        throw new Fault({ code: "unreachable", message: `${this.name} ${this.ending}` });
      }
      if (await isReady(url, { deadlineMs: 1000 })) return;
      if (deadline.aborted) {
        throw new Fault({
          code: "unreachable",
          message: `${this.name} is not ready after ${deadlineMs / 1000} s: ${this.#lines.at(-1) ?? "it printed nothing"}`,
        });
      }
      await Promise.race([delay(20), this.#exit]);
    }
  }

  /** SIGTERM, and SIGKILL if the process still runs after `graceMs`. May be called twice. */
  async stop(graceMs = 10_000): Promise<ProcessExit> {
    if (this.#exited !== undefined) return this.#exited;
    this.#send("SIGTERM");
    const timer = setTimeout(() => this.#send("SIGKILL"), graceMs);
    try {
      return await this.#exit;
    } finally {
      clearTimeout(timer);
    }
  }

  async kill(signal: "SIGKILL" | "SIGINT" = "SIGKILL"): Promise<ProcessExit> {
    this.#send(signal);
    return this.#exit;
  }

  /** SIGSTOP or SIGCONT. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#send(signal);
  }

  /** To the whole group: a wrapper such as strace must end together with the process that it wraps. */
  #send(signal: NodeJS.Signals): void {
    if (this.#exited !== undefined || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // It has ended; `exit` resolves.
    }
  }
}

export type ReadyOptions = { readonly deadlineMs?: number; readonly stop?: AbortSignal | undefined };

export type ProcessExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

const LINES_KEPT = 200;
const TIDEMARK = fileURLToPath(sourceFile("../tidemark", import.meta.url));
