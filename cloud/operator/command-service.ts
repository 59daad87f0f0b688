import { Fault } from "../../proto/core/fault.ts";
import { contains } from "../../proto/core/have.ts";
import { mintHlc } from "../../proto/core/hlc.ts";
import { millis, toSeq } from "../../proto/core/ids.ts";
import type { Millis, Seq, StreamId } from "../../proto/core/ids.ts";
import { operatorName } from "../../proto/core/operator-command.ts";
import type { OperatorCommand, OperatorDraft } from "../../proto/core/operator-command.ts";
import { sealBatch } from "../../proto/wire/batch-codec.ts";
import type { Committer, CommitListener, SettledBatch } from "../ingest/committer.ts";
import type { ApplyOutcome } from "../core/apply.ts";

/**
 * Makes batches from the commands of operators, in its own stream. After that the commands are replicated, compared and
 * kept like other batches, and every region gives the same answers.
 *
 * The stream lives as long as the process, like those of gateways: a region that is restored from a backup must never
 * give one number to two batches.
 */
export class CommandService implements CommitListener {
  readonly #deps: CommandServiceDeps;
  readonly #options: CommandServiceOptions;
  readonly #open = new Map<Seq, (outcome: ApplyOutcome) => void>();
  readonly #waiting = new Set<() => void>();
  #stream: StreamId | undefined;
  #lastSeq = 0;
  #lastHlc = 0;

  constructor(deps: CommandServiceDeps, options: CommandServiceOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /**
   * Resolves when the commands are committed here, all of them or none.
   * @throws Fault when the clock of this region is outside of 2020 to 2159: then the commands cannot get a version.
   */
  async commit(drafts: readonly OperatorDraft[]): Promise<Receipt> {
    // The version is above that of every command that this region knows. So the later command wins, whatever the clocks
    // show.
    const highest = await this.#deps.highestHlc();
    const nowMs = millis(this.#deps.clock.nowMs());
    const commands = drafts.map((draft): OperatorCommand => ({ ...draft, hlc: this.#mint(nowMs, highest) }));
    const streamId = (this.#stream ??= this.#deps.mintStreamId());
    const at = toSeq((this.#lastSeq += 1));
    const gateway = operatorName(this.#options.region);
    const batch = sealBatch({
      streamId,
      seq: at,
      content: { gateway, sealedAtMs: nowMs, windows: [], raws: [], ledger: NOTHING_COUNTED, commands },
    });
    const outcome = await new Promise<ApplyOutcome>((resolve) => {
      this.#open.set(at, resolve);
      this.#deps.committer.submitBatch({ kind: "gateway", gateway, verified: false, listener: this }, batch);
    });
    if (outcome.kind !== "stored") throw new Error(`a batch of commands was not stored: ${JSON.stringify(outcome)}`);
    return { streamId, seq: at, commands };
  }

  #mint(nowMs: Millis, highest: number): number {
    try {
      this.#lastHlc = mintHlc(nowMs, Math.max(highest, this.#lastHlc), this.#options.regionNumber);
      return this.#lastHlc;
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      const message = `the clock of region ${this.#options.region} says ${new Date(nowMs).toISOString()}: no command can get a version`;
      throw new Fault({ code: "config", message, hint: "set the clock", cause });
    }
  }

  /** Waits until enough regions hold the batch, or the signal fires. @returns whether they do. */
  async replicated({ streamId, seq: at }: Receipt, signal: AbortSignal): Promise<boolean> {
    const held = (): boolean => contains(this.#deps.replicatedOf(streamId), at);
    while (!held() && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener("abort", wake, { once: true });
      });
    }
    return held();
  }

  onCommitted(_sets: unknown, own: readonly SettledBatch[]): void {
    for (const { batch, outcome } of own) {
      this.#open.get(batch.seq)?.(outcome);
      this.#open.delete(batch.seq);
    }
    this.onReplicated();
  }

  onReplicated(): void {
    for (const wake of this.#waiting) wake();
  }
}

/** The batch that holds the commands. */
export type Receipt = {
  readonly streamId: StreamId;
  readonly seq: Seq;
  readonly commands: readonly OperatorCommand[];
};

export type CommandServiceDeps = {
  readonly committer: Pick<Committer, "submitBatch">;
  /** The highest version of any command that this region holds, 0 without commands. */
  readonly highestHlc: () => Promise<number>;
  readonly replicatedOf: (streamId: StreamId) => Parameters<typeof contains>[0];
  readonly clock: { nowMs(): number };
  readonly mintStreamId: () => StreamId;
};

export type CommandServiceOptions = {
  readonly region: string;
  /** 0 to 31. It differs between regions as long as their configurations agree. */
  readonly regionNumber: number;
};

const NOTHING_COUNTED = { readings: 0, redelivered: 0, deadLetters: new Map(), discards: new Map() };
