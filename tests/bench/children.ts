import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export type Child = {
  readonly name: string;
  readonly pid: number;
  /** Resolves with a description of how it ended; never rejects. */
  readonly ended: Promise<string>;
};

/** A process that gets orders over an IPC channel, one at a time, and answers each. */
export type IpcChild = {
  readonly child: Child;
  /** @throws Error when the process ends before it has answered. */
  ask(order: object): Promise<unknown>;
};

export type Memory = { readonly residentBytes: number; readonly peakBytes: number };

const KEPT_OUTPUT_CHARS = 4_000;
const STOP_TIMEOUT_MS = 15_000;

/**
 * The processes of one benchmark. None of them outlives this process, however it ends: the exit handler, which is
 * synchronous and always called, kills those that still run.
 */
export class Children implements AsyncDisposable {
  readonly #running = new Map<Child, ChildProcess>();
  readonly #killAll = (): void => {
    for (const child of this.#running.values()) child.kill("SIGKILL");
  };
  readonly #interrupt = (): void => process.exit(130);

  constructor() {
    process.on("exit", this.#killAll);
    process.on("SIGINT", this.#interrupt);
    process.on("SIGTERM", this.#interrupt);
  }

  /** Starts a server: a process that is expected to run until it is stopped. */
  start(name: string, command: string, args: readonly string[]): Child {
    return this.#spawn(name, command, args).child;
  }

  /** Starts a program of Node's with an IPC channel. */
  startWithIpc(name: string, script: string, args: readonly string[]): IpcChild {
    const { child, started } = this.#spawn(name, process.execPath, [script, ...args], ["ipc"]);
    return {
      child,
      ask: async (order) => {
        const { promise, resolve, reject } = Promise.withResolvers<unknown>();
        started.once("message", resolve);
        void child.ended.then((how) => reject(new Error(how)));
        started.send(order, (error) => error !== null && reject(error));
        return promise;
      },
    };
  }

  /** Runs a program to its end and resolves with what it printed. @throws Error with its last output when it fails. */
  async run(name: string, command: string, args: readonly string[]): Promise<string> {
    const { child, output, exitCode } = this.#spawn(name, command, args);
    const ended = await child.ended;
    if (exitCode() !== 0) throw new Error(ended);
    return output();
  }

  /** Ends the process as a power cut would. */
  async kill(child: Child): Promise<void> {
    this.#running.get(child)?.kill("SIGKILL");
    await child.ended;
  }

  /** Asks the process to end, and kills it when it does not. */
  async stop(child: Child): Promise<void> {
    this.#running.get(child)?.kill("SIGTERM");
    const patience = setTimeout(() => this.#running.get(child)?.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await child.ended;
    clearTimeout(patience);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running.keys()].map((child) => this.stop(child)));
    process.off("exit", this.#killAll);
    process.off("SIGINT", this.#interrupt);
    process.off("SIGTERM", this.#interrupt);
  }

  #spawn(
    name: string,
    command: string,
    args: readonly string[],
    channels: readonly "ipc"[] = [],
  ): { child: Child; started: ChildProcess; output: () => string; exitCode: () => number | null } {
    const started = spawn(command, args, { stdio: ["ignore", "pipe", "pipe", ...channels] });
    let output = "";
    let complaints = "";
    started.stdout
      ?.setEncoding("utf8")
      .on("data", (text: string) => (output = (output + text).slice(-KEPT_OUTPUT_CHARS)));
    started.stderr
      ?.setEncoding("utf8")
      .on("data", (text: string) => (complaints = (complaints + text).slice(-KEPT_OUTPUT_CHARS)));
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    const child: Child = { name, pid: started.pid ?? -1, ended };
    this.#running.set(child, started);
    const end = (how: string): void => {
      this.#running.delete(child);
      resolve(`${name} ${how}${complaints === "" ? "" : `: ${complaints.trim()}`}`);
    };
    started.on("error", (error) => end(`did not start: ${error.message}`));
    started.on("close", (code, signal) =>
      end(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
    );
    return { child, started, output: () => output, exitCode: () => started.exitCode };
  }
}

/** The memory of a process, from the kernel; undefined where there is no /proc. */
export function memoryOf(child: Child): Memory | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  } catch {
    return undefined; // not Linux: the figure is left out of the report
  }
  const kib = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? Number.NaN);
  return { residentBytes: kib("VmRSS") * 1024, peakBytes: kib("VmHWM") * 1024 };
}

/** Processor time of a process so far, in seconds; NaN where there is no /proc. */
export function cpuSecondsOf(child: Child): number {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${child.pid}/stat`, "latin1");
  } catch {
    return Number.NaN; // not Linux
  }
  // The second field is the name in brackets and may hold spaces; user and system time are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_S;
}

/** What Linux shows to user space on every architecture that Node runs on. */
const CLOCK_TICKS_PER_S = 100;
