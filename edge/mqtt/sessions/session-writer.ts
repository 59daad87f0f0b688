import type { Fault } from "../../../proto/core/fault.ts";
import { sourceFile } from "../../../proto/runtime/source-file.ts";
import { ThreadClient } from "../../../proto/runtime/thread-call.ts";
import type { SessionAnswer, SessionImage, SessionQuestion, SessionThread, SessionWork } from "./session-protocol.ts";

/**
 * The main thread's side of the thread of `sessions.db`.
 *
 * The changes of one turn of the event loop are in one transaction, perhaps with those of other turns. They reach the
 * disk in the order in which they were written. After a failure no callback is called any more: a missing
 * acknowledgement is safe, a wrong one is not. A waiting caller then waits until the process ends.
 */
export class SessionWriter {
  readonly #thread: ThreadClient<SessionThread>;
  readonly #options: SessionWriterOptions;
  #work: SessionWork[] = [];
  #bytes = 0;
  #waiting: Waiting[] = [];
  /** Sent and not yet on disk, oldest first. */
  readonly #inFlight: { readonly batch: number; readonly bytes: number; readonly waiting: readonly Waiting[] }[] = [];
  #inFlightBytes = 0;
  #batch = 0;
  #flushScheduled = false;
  #congested = false;
  /** The thread failed, or it closes: nothing is written any more. */
  #ended = false;

  constructor(options: SessionWriterOptions) {
    this.#options = options;
    this.#thread = new ThreadClient<SessionThread>({
      name: "sessions",
      source: sourceFile("./session-worker", import.meta.url),
      events: { committed: ({ throughBatch, answers }) => this.#release(throughBatch, answers) },
      onFailure: (fault) => {
        this.#ended = true;
        options.onFailure(fault);
      },
    });
  }

  /**
   * Starts the thread and opens the file.
   * @returns what the file holds.
   * @throws Fault when it cannot be opened.
   */
  start(data: SessionThread["data"]): Promise<SessionImage> {
    return this.#thread.start(data);
  }

  /** @param bytes of the payload in this change. */
  write(work: SessionWork, bytes = 0): void {
    if (this.#ended) return;
    this.#work.push(work);
    this.#bytes += bytes + WORK_BYTES;
    this.#schedule();
    if (!this.#congested) this.#updateCongestion();
  }

  /** Calls back when everything written before is on disk, perhaps at once. Never calls back after the end. */
  durable(done: () => void): void {
    // Changes that come during the close are ignored, so they never become durable.
    if (this.#ended) return;
    if (this.#work.length === 0 && this.#inFlight.length === 0) {
      done();
      return;
    }
    this.#waiting.push({ kind: "done", done });
    this.#schedule();
  }

  /** The same as a promise. */
  get written(): Promise<void> {
    return new Promise((resolve) => this.durable(resolve));
  }

  /** Asks in order with the other work, so the answer includes everything written before. */
  ask<Q extends SessionQuestion>(question: Q): Promise<Extract<SessionAnswer, { op: Q["op"] }>> {
    return new Promise((resolve) => {
      if (this.#ended) return;
      this.#work.push(question);
      this.#bytes += WORK_BYTES;
      this.#waiting.push({
        kind: "answer",
        done: (answer) => {
          if (!answers(answer, question))
            throw new Error(`the sessions thread answered ${answer.op} to another question`);
          resolve(answer);
        },
      });
      this.#schedule();
    });
  }

  /** Commits what was written and closes the file. May be called twice. */
  close(): Promise<void> {
    this.#flush();
    this.#ended = true;
    return this.#thread.close();
  }

  #schedule(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushScheduled = false;
    if (this.#ended || (this.#work.length === 0 && this.#waiting.length === 0)) return;
    const batch = ++this.#batch;
    this.#inFlight.push({ batch, bytes: this.#bytes, waiting: this.#waiting });
    this.#inFlightBytes += this.#bytes;
    this.#thread.send("work", { batch, bytes: this.#bytes, work: this.#work });
    this.#work = [];
    this.#waiting = [];
    this.#bytes = 0;
  };

  #release(throughBatch: number, given: readonly SessionAnswer[]): void {
    let next = 0;
    while (this.#inFlight.length > 0 && this.#inFlight[0]!.batch <= throughBatch) {
      const { bytes, waiting } = this.#inFlight.shift()!;
      this.#inFlightBytes -= bytes;
      for (const one of waiting) {
        if (one.kind === "done") one.done();
        else one.done(given[next++]!);
      }
    }
    if (this.#congested) this.#updateCongestion();
  }

  #updateCongestion(): void {
    const bytes = this.#inFlightBytes + this.#bytes;
    const congested = bytes > (this.#congested ? LOW_BYTES : HIGH_BYTES);
    if (congested === this.#congested) return;
    this.#congested = congested;
    this.#options.onCongestion(congested);
  }
}

type Waiting =
  | { readonly kind: "done"; readonly done: () => void }
  | { readonly kind: "answer"; readonly done: (answer: SessionAnswer) => void };

export type SessionWriterOptions = {
  /** Called once, with the first failure. The process must end. */
  readonly onFailure: (fault: Fault) => void;
  /** Called when too many changes wait for the disk, and when no longer. */
  readonly onCongestion: (congested: boolean) => void;
};

function answers<Q extends SessionQuestion>(
  answer: SessionAnswer,
  question: Q,
): answer is Extract<SessionAnswer, { op: Q["op"] }> {
  return answer.op === question.op;
}

/** Roughly a row and the object around it. */
const WORK_BYTES = 200;
const HIGH_BYTES = 8 * 1024 * 1024;
const LOW_BYTES = 2 * 1024 * 1024;
