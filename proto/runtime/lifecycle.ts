import { constants } from "node:os";
import { EXIT_CODE, Fault } from "../core/fault.ts";
import { letYoungGenerationGrow } from "./young-generation.ts";

/**
 * The life of a process: start, run until a signal or a failure, stop in the reverse order of the start.
 *
 * SIGTERM and SIGINT stop in order. A second signal ends the process at once, with exit code 128 plus its number. SIGHUP
 * reloads files. Other exit codes: 0 after an orderly stop, `EXIT_CODE` of the fault otherwise, and 70 with a stack trace for
 * a mistake in this software.
 *
 * With TIDEMARK_STOP_WITH_STDIN=1 the end of standard input stops the process, too. So the children of a supervisor end when
 * it dies.
 */
export async function runProcess(main: (life: Lifecycle) => Promise<void>): Promise<void> {
  const life = new Lifecycle();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (life.stopping) process.exit(128 + constants.signals[signal]);
    life.requestStop(signal);
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  process.on("SIGHUP", () => life.reload());
  if (process.env["TIDEMARK_STOP_WITH_STDIN"] === "1") {
    process.stdin.on("end", () => life.requestStop("standard input ended")).resume();
  }
  process.on("unhandledRejection", (reason) => life.fail(reason));
  process.on("uncaughtException", (error) => life.fail(error));
  try {
    await main(life);
    letYoungGenerationGrow();
  } catch (error) {
    life.fail(error);
  }
  await life.ended;
  await life.stopAll();
  process.exit(life.exitCode);
}

export class Lifecycle {
  readonly #steps: { readonly name: string; readonly stop: () => Promise<void> | void; readonly timeoutMs: number }[] =
    [];
  readonly #reloads: (() => void)[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #reason: string | undefined;
  #exitCode = 0;

  /**
   * Registers a step of the stop. The last registered runs first. The stop continues without a step that takes longer
   * than `timeoutMs`.
   */
  onStop(name: string, stop: () => Promise<void> | void, timeoutMs = 5000): void {
    this.#steps.push({ name, stop, timeoutMs });
  }

  /** Registers what SIGHUP reloads. A reload that fails must leave the running state as it is. */
  onReload(reload: () => void): void {
    this.#reloads.push(reload);
  }

  reload(): void {
    for (const reload of this.#reloads) reload();
  }

  /** Resolves when the process must stop, for any reason. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get stopping(): boolean {
    return this.#reason !== undefined;
  }

  /** Why the process stops: the name of a signal or the line of a fault. */
  get reason(): string | undefined {
    return this.#reason;
  }

  get exitCode(): number {
    return this.#exitCode;
  }

  requestStop(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#ended.resolve();
  }

  /** Stops with the exit code of the fault and its one line on standard error. The first failure counts. */
  fail(error: unknown): void {
    if (this.#exitCode === 0) {
      const fault = error instanceof Fault ? error : undefined;
      this.#exitCode = EXIT_CODE[fault?.code ?? "internal"];
      const shown = fault?.line ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
      process.stderr.write(`tidemark: ${shown}\n`);
    }
    this.requestStop("failure");
  }

  async stopAll(): Promise<void> {
    for (const { name, stop, timeoutMs } of this.#steps.splice(0).reverse()) {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        process.stderr.write(`tidemark: ${name} did not stop within ${timeoutMs / 1000} s; continuing without it\n`);
        late.resolve();
      }, timeoutMs);
      try {
        await Promise.race([stop(), late.promise]);
      } catch (error) {
        // A part that cannot stop must not prevent the others from stopping.
        this.fail(error);
      } finally {
        clearTimeout(timer);
      }
    }
  }
}
