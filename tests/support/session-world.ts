import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DroppedMessage } from "../../edge/mqtt/sessions/message-queues.ts";
import type { SessionLimits, SessionStoreOptions } from "../../edge/mqtt/sessions/session-store.ts";
import { SessionStore } from "../../edge/mqtt/sessions/session-store.ts";
import { millis, monotonicMs } from "../../proto/core/ids.ts";

export const CLOCK_PLAUSIBLE_FROM_MS: number = Date.UTC(2026, 0, 1);

/** Two clocks that stand still until a test moves them. */
export class StandingClock {
  wallMs: number = Date.UTC(2027, 0, 1);
  runningMs = 1000;

  readonly nowMs = (): ReturnType<typeof millis> => millis(this.wallMs);
  readonly monotonicMs = (): ReturnType<typeof monotonicMs> => monotonicMs(this.runningMs);

  pass(ms: number): void {
    this.wallMs += ms;
    this.runningMs += ms;
  }
}

export const SESSION_LIMITS: SessionLimits = {
  sessions: 100,
  subscriptions: 100,
  queueMessages: 1000,
  queueBytes: 4 * 1024 * 1024,
  totalQueueBytes: 16 * 1024 * 1024,
  retained: { topics: 1000, bytes: 16 * 1024 * 1024 },
  willBytes: 1024 * 1024,
  clockPlausibleFromMs: CLOCK_PLAUSIBLE_FROM_MS,
};

/** A folder with a `sessions.db` that can be closed and opened again. */
export class SessionWorld implements AsyncDisposable {
  readonly directory: string = mkdtempSync(join(tmpdir(), "tidemark-sessions-"));
  readonly clock: StandingClock = new StandingClock();
  readonly dropped: DroppedMessage[] = [];
  readonly damage: string[] = [];
  readonly #limits: SessionLimits;
  #store: SessionStore | undefined;

  constructor(limits: Partial<SessionLimits> = {}) {
    this.#limits = { ...SESSION_LIMITS, ...limits };
  }

  async open(clock: SessionStoreOptions["clock"] = this.clock): Promise<SessionStore> {
    await this.#store?.close();
    this.#store = new SessionStore({
      directory: this.directory,
      clock,
      limits: this.#limits,
      onFailure: (fault) => {
        throw fault;
      },
      onDropped: (dropped) => this.dropped.push(dropped),
      onDamage: (named) => this.damage.push(...named),
    });
    await this.#store.start();
    return this.#store;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
