import { initialUplink, stepUplink } from "../../edge/core/uplink/uplink.ts";
import { UPLINK } from "../../edge/core/uplink/uplink-state.ts";
import type { UplinkEffect, UplinkEvent, UplinkReport } from "../../edge/core/uplink/uplink-events.ts";
import type { HeldStream, UplinkState } from "../../edge/core/uplink/uplink-state.ts";
import type { SessionEvent, StreamSets } from "../../edge/core/uplink/session.ts";
import { contains, EMPTY_HAVE, haveOf } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import { seededRandom } from "../../deploy/sandbox/seeded-random.ts";

/**
 * Simulates a gateway's uplink, its outbox and one region. Time advances from event to event, and every delay is drawn
 * from one seed. The region keeps what it was sent unless a fault takes it away. The world checks that the uplink never
 * has more bytes in flight than it may, and never marks more than the region claimed.
 */

export type WorldFault =
  /** The connection breaks, and for a while none can be made. */
  | { readonly kind: "cut"; readonly forMs: number }
  /** The region receives everything and does not answer. */
  | { readonly kind: "freeze"; readonly forMs: number }
  /** The region restarts with what it has on disk. */
  | { readonly kind: "restart" }
  /** The region restarts from a backup: some of what it acknowledged is gone. */
  | { readonly kind: "restore"; readonly keep: number }
  /** The region asks the gateway to leave, and ends the session a little later. */
  | { readonly kind: "drain" };

export type WorldOptions = {
  readonly seed: number;
  readonly creditBytes: number;
  readonly batchBytesMax: number;
  readonly linkBytesPerS: number;
  readonly commitMsMax: number;
};

export const REGION: RegionId = "eu" as RegionId;

export class UplinkWorld {
  nowMs: number = 0;
  state: UplinkState = initialUplink([REGION], 0, { returnMs: 300_000 });
  readonly reports: UplinkReport[] = [];
  readonly history: { readonly event: UplinkEvent; readonly nowMs: number; readonly random: number }[] = [];
  readonly effects: UplinkEffect[] = [];
  readonly violations: string[] = [];
  sessions: number = 0;

  readonly #options: WorldOptions;
  readonly #random: () => number;
  readonly #queue: { readonly atMs: number; readonly order: number; readonly run: () => void }[] = [];
  readonly #sealed = new Map<StreamId, { last: number; closed: boolean }>();
  readonly #disk = new Map<StreamId, Set<number>>();
  /** The region's last claim in the current session. */
  #claimed: StreamSets = new Map();
  #unacked = new Map<string, number>();
  #connection: { readonly session: number; linkFreeAtMs: number; open: boolean } | undefined;
  #boot = 1;
  #unreachableUntilMs = 0;
  #frozenUntilMs = 0;
  #timerAtMs = Infinity;
  #order = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
  }

  start(): void {
    this.feed({ kind: "start" });
  }

  seal(streamId: StreamId, count: number): void {
    const stream = this.#sealed.get(streamId) ?? { last: 0, closed: false };
    const firstSeq = (stream.last + 1) as Seq;
    stream.last += count;
    this.#sealed.set(streamId, stream);
    this.feed({ kind: "sealed", streamId, firstSeq, lastSeq: stream.last as Seq });
  }

  /** Adds batches that were sealed before the gateway started. */
  hold(streamId: StreamId, count: number): void {
    this.#sealed.set(streamId, { last: count, closed: true });
  }

  at(atMs: number, run: () => void): void {
    const entry = { atMs, order: this.#order++, run };
    let index = this.#queue.length;
    while (index > 0 && later(this.#queue[index - 1]!, entry)) index--;
    this.#queue.splice(index, 0, entry);
  }

  runUntil(endMs: number): void {
    for (let next = this.#queue[0]; next !== undefined && next.atMs <= endMs; next = this.#queue[0]) {
      this.#queue.shift();
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = endMs;
  }

  inject(fault: WorldFault): void {
    switch (fault.kind) {
      case "cut":
        this.#unreachableUntilMs = this.nowMs + fault.forMs;
        return this.#break("the link is cut");
      case "freeze":
        this.#frozenUntilMs = this.nowMs + fault.forMs;
        return;
      case "restart":
        this.#boot += 1;
        return this.#break("the region restarts");
      case "restore":
        this.#boot += 1;
        for (const seqs of this.#disk.values())
          for (const seq of seqs) if (this.#random() > fault.keep) seqs.delete(seq);
        return this.#break("the region restarts");
      case "drain": {
        const connection = this.#connection;
        if (connection?.open !== true) return;
        this.#deliver(connection.session, { kind: "drain", reason: "an upgrade" });
        this.at(this.nowMs + 5_000, () => {
          if (this.#connection === connection) this.#break("the region is gone");
        });
      }
    }
  }

  /** Sealed batches that the region does not hold. */
  missing(): string[] {
    const missing: string[] = [];
    for (const [streamId, { last }] of this.#sealed) {
      for (let seq = 1; seq <= last; seq++)
        if (this.#disk.get(streamId)?.has(seq) !== true) missing.push(`${streamId}/${seq}`);
    }
    return missing;
  }

  feed(event: UplinkEvent): void {
    const random = this.#random();
    this.history.push({ event, nowMs: this.nowMs, random });
    const { state, effects } = stepUplink(this.state, event, this.nowMs, random);
    this.state = state;
    this.effects.push(...effects);
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: UplinkEffect): void {
    const later = (maxMs: number, run: () => void): void => this.at(this.nowMs + this.#random() * maxMs, run);
    switch (effect.kind) {
      case "list_streams":
        return later(20, () => {
          const streams: HeldStream[] = [...this.#sealed].map(([streamId, { last, closed }]) => ({
            streamId,
            first: 1 as Seq,
            last: last as Seq,
            closed,
            durable: EMPTY_HAVE,
            voided: EMPTY_HAVE,
          }));
          this.feed({ kind: "streams", region: effect.region, session: effect.session, streams });
        });
      case "open_session":
        return this.#open(effect.session);
      case "close_session":
        if (this.#connection?.session === effect.session) this.#connection = undefined;
        return;
      case "read_batches":
        return later(20, () => {
          const batches: SealedBatch[] = [];
          let bytes = 0;
          for (const seq of effect.seqs) {
            batches.push(this.#batch(effect.streamId, seq));
            bytes += batches.at(-1)!.bytes.length;
            if (bytes > effect.maxBytes) break;
          }
          this.feed({ kind: "batches", region: effect.region, session: effect.session, read: effect.read, batches });
        });
      case "send":
        return this.#send(effect.session, effect.batches);
      case "mark":
        for (const [streamId, claim] of effect.claims) {
          const claimed = this.#claimed.get(streamId) ?? EMPTY_HAVE;
          if (!within(claim.durable, claimed))
            this.violations.push(`marked more of ${streamId} than the region claimed`);
        }
        return later(30, () => this.feed({ kind: "marked", region: effect.region }));
      case "set_timer":
        this.#timerAtMs = effect.atMs;
        return this.at(effect.atMs, () => {
          if (this.#timerAtMs !== effect.atMs) return;
          this.#timerAtMs = Infinity;
          this.feed({ kind: "timer", region: effect.region });
        });
      case "report":
        this.reports.push(effect.report);
        return;
      case "answer_probe":
      case "learn":
      case "declare_voids":
      case "rotate_stream":
    }
  }

  #open(session: number): void {
    this.sessions += 1;
    const connection = { session, linkFreeAtMs: this.nowMs, open: true };
    this.#connection = connection;
    this.at(this.nowMs + this.#random() * 50, () => {
      if (this.#connection !== connection) return;
      if (this.nowMs < this.#unreachableUntilMs) return this.#break("connection refused");
      if (this.nowMs < this.#frozenUntilMs) return;
      const durable = this.#sets();
      const bootId = String(this.#boot);
      const { creditBytes } = this.#options;
      this.#deliver(session, {
        kind: "hello_ack",
        region: REGION,
        storeId: "s",
        bootId,
        durable,
        replicated: new Map(),
        creditBytes,
        minCopies: 1,
        regions: [],
      });
      this.#heartbeat(connection);
    });
  }

  #heartbeat(connection: { session: number }): void {
    this.at(this.nowMs + 1_000, () => {
      if (this.#connection !== connection) return;
      this.#ack(connection.session);
      this.#heartbeat(connection);
    });
  }

  #send(session: number, batches: readonly SealedBatch[]): void {
    const connection = this.#connection;
    let unacked = 0;
    for (const bytes of this.#unacked.values()) unacked += bytes;
    for (const batch of batches) {
      if (unacked >= this.#options.creditBytes) this.violations.push(`${unacked} bytes under way beyond the credit`);
      unacked += batch.bytes.length;
      const key = `${batch.streamId}/${batch.seq}`;
      if (this.#unacked.has(key)) this.violations.push(`${key} sent twice on one connection`);
      this.#unacked.set(key, batch.bytes.length);
      if (connection?.session !== session) continue;
      const leavesAtMs = Math.max(this.nowMs, connection.linkFreeAtMs);
      connection.linkFreeAtMs = leavesAtMs + (batch.bytes.length * 1000) / this.#options.linkBytesPerS;
      this.at(connection.linkFreeAtMs + this.#random() * this.#options.commitMsMax, () => {
        if (this.#connection !== connection || this.nowMs < this.#frozenUntilMs) return;
        let disk = this.#disk.get(batch.streamId);
        if (disk === undefined) this.#disk.set(batch.streamId, (disk = new Set()));
        disk.add(batch.seq);
        this.#ack(session);
        if (this.#random() < 0.1) this.#ack(session);
      });
    }
  }

  #ack(session: number): void {
    if (this.nowMs < this.#frozenUntilMs) return;
    const { creditBytes } = this.#options;
    this.#deliver(session, { kind: "ack", durable: this.#sets(), replicated: new Map(), creditBytes });
  }

  /** Every frame takes the same time, so that frames arrive in their order. */
  #deliver(session: number, event: SessionEvent): void {
    this.at(this.nowMs + 5, () => {
      if (this.#connection?.session !== session) return;
      if (event.kind === "hello_ack" || event.kind === "ack") {
        if (event.kind === "hello_ack") this.#unacked = new Map();
        this.#claimed = event.durable;
        for (const key of this.#unacked.keys()) {
          const [streamId, seq] = key.split("/");
          if (contains(event.durable.get(streamId as StreamId) ?? EMPTY_HAVE, Number(seq) as Seq))
            this.#unacked.delete(key);
        }
      }
      this.feed({ kind: "session", region: REGION, session, event });
    });
  }

  #break(reason: string): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    this.at(this.nowMs, () =>
      this.feed({ kind: "session", region: REGION, session: connection.session, event: { kind: "closed", reason } }),
    );
  }

  #sets(): StreamSets {
    return new Map([...this.#disk].map(([streamId, seqs]) => [streamId, haveOf(seqs)]));
  }

  #batch(streamId: StreamId, seq: Seq): SealedBatch {
    const length = 1 + ((Math.imul(seq, 2_654_435_761) >>> 0) % this.#options.batchBytesMax);
    return { streamId, seq, bytes: new Uint8Array(length), sha256: new Uint8Array(32) };
  }
}

/** After this time without a fault, all effects of earlier faults are over: the longest patience and the longest pause. */
export const CALM_MS: number = UPLINK.undurableMaxMs + UPLINK.refusedRetryMs;

function within(claim: Have, claimed: Have): boolean {
  for (let seq = 1; seq <= 2_000; seq++)
    if (contains(claim, seq as Seq) && !contains(claimed, seq as Seq)) return false;
  return true;
}

function later(a: { atMs: number; order: number }, b: { atMs: number; order: number }): boolean {
  return a.atMs > b.atMs || (a.atMs === b.atMs && a.order > b.order);
}
