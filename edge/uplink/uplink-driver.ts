import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { Clock } from "../../proto/runtime/clock.ts";
import { contains } from "../../proto/core/have.ts";
import { step, uplink } from "../core/uplink/uplink.ts";
import { knownDurable, undurableBatches } from "../core/uplink/uplink-state.ts";
import type { RegionRole } from "../core/uplink/region-roles.ts";
import type { RegionState, UplinkEffect, UplinkEvent, UplinkReport, UplinkState } from "../core/uplink/uplink-state.ts";
import type { Outbox } from "../storage/outbox.ts";
import { LagMeter, RateMeter } from "./meters.ts";
import type { RegionEndpoint, RegionSession } from "./session.ts";

/**
 * Carries out what the uplink decides: feeds it the outbox, the sessions and the timers, and runs its effects. There is
 * no decision here.
 *
 * One event is worked off after the other; what arrives while one is worked off waits in a queue. After `stop` no
 * timer, session or promise of it is left.
 */
export class UplinkDriver {
  readonly #outbox: Outbox;
  readonly #endpoints: Map<RegionId, RegionEndpoint>;
  readonly #learn: (from: RegionId, regions: readonly ToldRegion[]) => readonly RegionEndpoint[] | null;
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #random: () => number;
  readonly #after: (ms: number, work: () => void) => () => void;
  readonly #rotateStream: (streamId: StreamId, reason: string) => void;
  readonly #readingsPerByte: () => number | undefined;

  readonly #sessions = new Map<RegionId, { readonly number: number; readonly session: RegionSession }>();
  readonly #timers = new Map<RegionId, { cancel: () => void }>();
  /** Promises under way; `stop` waits for them. */
  readonly #owned = new Set<Promise<void>>();
  readonly #queue: UplinkEvent[] = [];
  readonly #lag = new LagMeter();
  readonly #rate = new RateMeter();
  #state: UplinkState;
  #working = false;
  #pressed = false;
  #phase: "new" | "running" | "stopped" = "new";
  #listed = false;
  #listener: (report: UplinkReport) => void = () => undefined;
  #worked: () => void = () => undefined;
  #stopping: Promise<void> | undefined;

  constructor(
    deps: {
      readonly outbox: Outbox;
      readonly endpoints: readonly RegionEndpoint[];
      readonly clock: Pick<Clock, "monotonicMs">;
      /** Opens a new stream in place of this one, because the region holds other bytes under one of its numbers. */
      readonly rotateStream: (streamId: StreamId, reason: string) => void;
      /**
       * A region says which regions there are: what leads to those that the configuration does not name, or null where
       * that is no news.
       */
      readonly learn?: (from: RegionId, regions: readonly ToldRegion[]) => readonly RegionEndpoint[] | null;
      /** What was learned before this start. */
      readonly learned?: readonly RegionEndpoint[];
    },
    options: {
      readonly random?: () => number;
      /** How long a more preferred region must be live before batches return to it. */
      readonly returnMs?: number;
      /** Calls `work` after that many milliseconds, unless the returned function is called before. */
      readonly after?: (ms: number, work: () => void) => () => void;
      /** What the storage counted, to state the drain in readings; unknown while nothing was sealed. */
      readonly readingsPerByte?: () => number | undefined;
    } = {},
  ) {
    this.#outbox = deps.outbox;
    this.#clock = deps.clock;
    this.#rotateStream = deps.rotateStream;
    this.#random = options.random ?? Math.random;
    this.#after = options.after ?? afterFrames;
    this.#readingsPerByte = options.readingsPerByte ?? (() => undefined);
    this.#endpoints = new Map(deps.endpoints.map((endpoint) => [endpoint.region, endpoint]));
    this.#learn = deps.learn ?? (() => null);
    this.#state = uplink([...this.#endpoints.keys()], this.#clock.monotonicMs(), {
      returnMs: options.returnMs ?? RETURN_MS,
    });
    this.#add(deps.learned ?? []);
  }

  /** One listener; call before `start`. */
  onEvent(listener: (report: UplinkReport) => void): void {
    this.#listener = listener;
  }

  /** Whether the disk is so full that batches must go to a second region at once. */
  press(forceDualSend: boolean): void {
    if (forceDualSend === this.#pressed) return;
    this.#pressed = forceDualSend;
    this.#feed({ kind: "pressure", forceDualSend });
  }

  start(): void {
    if (this.#phase !== "new") return;
    this.#phase = "running";
    this.#outbox.onSealed((sealed) => {
      this.#lag.sealed(sealed.streamId, sealed.lastSeq, this.#clock.monotonicMs());
      this.#feed({ kind: "sealed", ...sealed });
    });
    this.#feed({ kind: "start" });
  }

  /**
   * Hands over what can be handed over in `handOverMs`: ends as soon as everything sealed is durable, or when the time
   * is up. What is left stays on disk for the next start. May be called twice, and before `start`.
   */
  stop(options: { readonly handOverMs: number }): Promise<void> {
    this.#stopping ??= this.#stop(options.handOverMs);
    return this.#stopping;
  }

  status(): UplinkStatus {
    const nowMs = this.#clock.monotonicMs();
    const regions = [...this.#state.regions.values()].map((region) => {
      const { link, circuit } = region;
      const live = link.kind === "live" ? link : undefined;
      let quarantinedBatches = 0;
      for (const seqs of region.quarantine.values()) quarantinedBatches += seqs.size;
      return {
        region: region.region,
        role: roleOf(region, this.#state.active),
        link: link.kind,
        circuit: circuit.kind,
        trouble: region.lastLoss,
        offlineMs: region.offlineSinceMs === undefined ? 0 : nowMs - region.offlineSinceMs,
        inFlightBytes: live?.queue.inFlightBytes ?? 0,
        creditBytes: live?.creditBytes ?? 0,
        quarantinedBatches,
        ...region.totals,
      };
    });
    const live = regions.find((region) => region.role === "active");
    const batches = undurableBatches(this.#state);
    const bytesPerS = this.#rate.perSecond(nowMs);
    const readingsPerByte = this.#readingsPerByte();
    return {
      connected: live !== undefined,
      region: live?.region,
      offlineMs: live === undefined ? Math.min(...regions.map((region) => region.offlineMs)) : 0,
      undurableBatches: batches,
      undurableBytes: Math.round(batches * this.#state.meanBatchBytes),
      lagMs: batches === 0 ? 0 : this.#lag.lagMs(this.#isDurable, nowMs),
      durableBytesPerS: bytesPerS,
      durableReadingsPerS: readingsPerByte === undefined ? undefined : bytesPerS * readingsPerByte,
      dualSend: { batches: this.#state.dual.sentBatches, activeMs: this.#state.dual.activeMs },
      regions,
    };
  }

  async #stop(handOverMs: number): Promise<void> {
    if (this.#phase === "running") {
      this.#feed({ kind: "hurry" });
      await this.#handedOver(handOverMs);
    }
    this.#phase = "stopped";
    this.#feed({ kind: "stop" });
    this.#outbox.onSealed(() => undefined);
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    // The last marks. The storage answers from this process; it outlives the uplink.
    while (this.#owned.size > 0) await Promise.all(this.#owned);
  }

  #handedOver(handOverMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#worked = () => undefined;
        resolve();
      };
      const timer = setTimeout(finish, handOverMs);
      this.#worked = () => {
        const nothingToDo = this.#endpoints.size === 0 || (this.#listed && undurableBatches(this.#state) === 0);
        if (nothingToDo) finish();
      };
      this.#worked();
    });
  }

  #feed(event: UplinkEvent): void {
    this.#queue.push(event);
    if (this.#working) return;
    this.#working = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        const nowMs = this.#clock.monotonicMs();
        const { state, effects } = step(this.#state, next, nowMs, this.#random());
        this.#state = state;
        for (const effect of effects) this.#run(effect, nowMs);
      }
    } finally {
      this.#working = false;
    }
    let durableBytes = 0;
    for (const region of this.#state.regions.values()) durableBytes += region.totals.durableBytes;
    this.#rate.sample(durableBytes, this.#clock.monotonicMs());
    this.#worked();
  }

  #run(effect: UplinkEffect, nowMs: number): void {
    switch (effect.kind) {
      case "listStreams":
        return this.#list(effect);
      case "openSession":
        return this.#open(effect);
      case "closeSession":
        return this.#close(effect.region, effect.session);
      case "readBatches":
        return this.#read(effect);
      case "send":
        return this.#send(effect);
      case "mark":
        return this.#mark(effect);
      case "learn": {
        const learned = this.#learn(effect.region, effect.regions);
        if (learned !== null) this.#add(learned);
        return;
      }
      case "rotateStream":
        return this.#rotateStream(effect.streamId, effect.reason);
      case "setTimer":
        return this.#setTimer(effect.region, effect.atMs - nowMs);
      case "report":
        return this.#listener(effect.report);
    }
  }

  /** Regions that are in no configuration. An endpoint of one that is known no more is not asked for any more. */
  #add(learned: readonly RegionEndpoint[]): void {
    const { configured } = this.#state;
    const fresh = learned.filter(({ region }) => !configured.includes(region));
    for (const endpoint of fresh) this.#endpoints.set(endpoint.region, endpoint);
    this.#feed({ kind: "learned", regions: fresh.map(({ region }) => region) });
  }

  #list({ region, session }: Extract<UplinkEffect, { kind: "listStreams" }>): void {
    this.#own(
      this.#outbox.streams().then(
        (streams) => {
          const nowMs = this.#clock.monotonicMs();
          if (!this.#listed) for (const { streamId, last } of streams) this.#lag.sealed(streamId, last, nowMs);
          this.#listed = true;
          this.#feed({ kind: "streams", region, session, streams });
        },
        // A storage that fails ends the process by its own hand; until then the uplink only has nothing to send.
        (error: unknown) => this.#feed({ kind: "unread", region, session, reason: reasonOf(error) }),
      ),
    );
  }

  #read(effect: Extract<UplinkEffect, { kind: "readBatches" }>): void {
    const { region, session, read, streamId, seqs, maxBytes } = effect;
    this.#own(
      this.#outbox.read({ streamId, seqs, maxBytes }).then(
        (batches) => this.#feed({ kind: "batches", region, session, read, batches }),
        (error: unknown) => this.#feed({ kind: "unread", region, session, reason: reasonOf(error) }),
      ),
    );
  }

  #mark({ region, claims }: Extract<UplinkEffect, { kind: "mark" }>): void {
    const marked = this.#outbox.mark(
      region,
      [...claims].map(([streamId, claim]) => ({ streamId, ...claim })),
    );
    this.#own(
      // A mark that failed is made good by the next greeting, which writes every claim down again.
      marked.catch(() => undefined).then(() => this.#feed({ kind: "marked", region })),
    );
  }

  #open({ region, session: number, hello }: Extract<UplinkEffect, { kind: "openSession" }>): void {
    const endpoint = this.#endpoints.get(region);
    if (endpoint === undefined) return;
    const session = endpoint.open(hello, (event) => {
      if (event.kind === "closed" && this.#sessions.get(region)?.number === number) this.#sessions.delete(region);
      this.#feed({ kind: "session", region, session: number, event });
    });
    this.#sessions.set(region, { number, session });
  }

  #send({ region, session: number, batches }: Extract<UplinkEffect, { kind: "send" }>): void {
    const open = this.#sessions.get(region);
    if (open?.number !== number) return;
    let full = false;
    for (const batch of batches) full = !open.session.send(batch);
    if (full) this.#feed({ kind: "full", region, session: number });
  }

  #close(region: RegionId, number: number): void {
    const open = this.#sessions.get(region);
    if (open?.number !== number) return;
    this.#sessions.delete(region);
    open.session.close();
  }

  #setTimer(region: RegionId, inMs: number): void {
    this.#timers.get(region)?.cancel();
    if (this.#phase === "stopped") return;
    const feed = (): void => {
      this.#timers.delete(region);
      this.#feed({ kind: "timer", region });
    };
    this.#timers.set(region, { cancel: this.#after(Math.max(0, Math.ceil(inMs)), feed) });
  }

  #own(work: Promise<void>): void {
    const owned = work.finally(() => this.#owned.delete(owned));
    this.#owned.add(owned);
  }

  readonly #isDurable = (streamId: StreamId, seq: Seq): boolean => {
    const stream = this.#state.streams.get(streamId);
    return stream === undefined || contains(knownDurable(this.#state, stream), seq);
  };
}

const RETURN_MS = 300_000;

type ToldRegion = { readonly name: string; readonly url: string };

export type UplinkStatus = {
  readonly connected: boolean;
  /** The region that takes the batches now. */
  readonly region: RegionId | undefined;
  /** How long there is no connection; 0 while there is one. */
  readonly offlineMs: number;
  readonly undurableBatches: number;
  /** Estimated from the mean size of a batch. */
  readonly undurableBytes: number;
  /** Age of the oldest sealed batch that is not durable, as far as this process has seen it. */
  readonly lagMs: number;
  /** Over the last ten seconds. */
  readonly durableBytesPerS: number;
  readonly durableReadingsPerS: number | undefined;
  /** Batches that went to a second region because too few held them, and how long there were such. */
  readonly dualSend: { readonly batches: number; readonly activeMs: number };
  readonly regions: readonly RegionStatus[];
};

export type RegionStatus = {
  readonly region: RegionId;
  readonly role: RegionRole;
  readonly link: "idle" | "waiting" | "listing" | "opening" | "live" | "stopped";
  readonly circuit: "closed" | "open";
  /** Why the last connection ended; empty while all is well. */
  readonly trouble: string;
  readonly offlineMs: number;
  readonly inFlightBytes: number;
  readonly creditBytes: number;
  /** Batches that the region refused for good: a fault in one of both, for a person. */
  readonly quarantinedBatches: number;
  readonly sentBatches: number;
  readonly sentBytes: number;
  readonly durableBatches: number;
  readonly durableBytes: number;
};

function roleOf({ region, link }: RegionState, active: RegionId | undefined): RegionRole {
  if (link.kind !== "live") return "idle";
  return region === active ? "active" : "standby";
}

/** Frames that are in the socket already when the time is over are heard first. */
function afterFrames(ms: number, work: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timeout = setTimeout(() => (immediate = setImmediate(work)), ms);
  return () => {
    clearTimeout(timeout);
    clearImmediate(immediate);
  };
}

function reasonOf(error: unknown): string {
  return `the outbox cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
