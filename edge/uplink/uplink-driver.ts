import { Fault } from "../../proto/core/fault.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { Clock } from "../../proto/runtime/clock.ts";
import { contains } from "../../proto/core/have.ts";
import { Driver } from "../../proto/runtime/driver.ts";
import type { DriverOptions } from "../../proto/runtime/driver.ts";
import { knownDurable, undurableBatches } from "../core/uplink/claims.ts";
import type { RegionRole } from "../core/uplink/region-roles.ts";
import { initialUplink, stepUplink } from "../core/uplink/uplink.ts";
import type { UplinkEffect, UplinkEvent, UplinkReport } from "../core/uplink/uplink-events.ts";
import { quarantinedBatches } from "../core/uplink/uplink-state.ts";
import type { RegionState, UplinkState } from "../core/uplink/uplink-state.ts";
import type { Outbox } from "../storage/outbox.ts";
import { LagMeter, RateMeter } from "./meters.ts";
import type { RegionEndpoint, RegionSession, VoidedRange } from "../core/uplink/session.ts";

/**
 * Carries out what the uplink (edge/core/uplink/uplink.ts) decides: reads the outbox, opens and closes sessions, sends
 * batches. It decides nothing itself.
 *
 * After `stop` it has no timer, session or promise left.
 */
export class UplinkDriver {
  readonly #deps: UplinkDriverDeps;
  readonly #endpoints: Map<RegionId, RegionEndpoint>;
  readonly #driver: Driver<UplinkState, UplinkEvent, UplinkEffect>;
  readonly #sessions = new Map<RegionId, { readonly number: number; readonly session: RegionSession }>();
  readonly #lag = new LagMeter();
  readonly #rate = new RateMeter();
  #phase: "new" | "running" | "stopped" = "new";
  #forceDualSend = false;
  /** The outbox has listed its streams once. Before that, the number of undurable batches is unknown. */
  #listed = false;
  #listener: (report: UplinkReport) => void = () => undefined;
  #onIdle: () => void = () => undefined;
  #stopping: Promise<void> | undefined;

  constructor(deps: UplinkDriverDeps, options: UplinkDriverOptions = {}) {
    this.#deps = deps;
    this.#endpoints = new Map(deps.endpoints.map((endpoint) => [endpoint.region, endpoint]));
    const { clock, onFault } = deps;
    const random = options.random ?? Math.random;
    this.#driver = new Driver(
      {
        initial: initialUplink([...this.#endpoints.keys()], clock.monotonicMs(), {
          returnMs: options.returnMs ?? RETURN_MS,
        }),
        step: (state, event, nowMs) => stepUplink(state, event, nowMs, random()),
        run: (effect, nowMs) => this.#run(effect, nowMs),
        clock,
        onFault,
        onIdle: () => this.#becameIdle(),
      },
      options,
    );
  }

  /** One listener; call before `start`. */
  onEvent(listener: (report: UplinkReport) => void): void {
    this.#listener = listener;
  }

  /** Whether the disk is so full that batches must go to a second region at once. */
  setDiskPressure(forceDualSend: boolean): void {
    if (forceDualSend === this.#forceDualSend) return;
    this.#forceDualSend = forceDualSend;
    this.#driver.feed({ kind: "disk_pressure", forceDualSend });
  }

  /** @param learned regions that were learned in earlier lives of the process. */
  start(learned: readonly RegionEndpoint[] = []): void {
    if (this.#phase !== "new") return;
    this.#phase = "running";
    this.#add(learned);
    this.#deps.outbox.onSealed((sealed) => {
      this.#lag.sealed(sealed.streamId, sealed.lastSeq, this.#deps.clock.monotonicMs());
      this.#driver.feed({ kind: "sealed", ...sealed });
    });
    this.#deps.outbox.onVoided((voids) => this.#driver.feed({ kind: "voided", voids }));
    this.#driver.feed({ kind: "start" });
  }

  /**
   * Sends as many batches as possible in `handOverMs`. Ends as soon as everything sealed is durable, or when the time is up.
   * Batches that are not sent stay on disk for the next start. May be called twice, and before `start`.
   */
  stop(options: { readonly handOverMs: number }): Promise<void> {
    this.#stopping ??= this.#stop(options.handOverMs);
    return this.#stopping;
  }

  status(): UplinkStatus {
    const nowMs = this.#deps.clock.monotonicMs();
    const { state } = this.#driver;
    const regions = [...state.regions.values()].map((region) => regionStatus(region, state.active, nowMs));
    const active = regions.find((region) => region.role === "active");
    const batches = undurableBatches(state);
    return {
      connected: active !== undefined,
      region: active?.region,
      offlineMs: active === undefined ? Math.min(...regions.map((region) => region.offlineMs)) : 0,
      undurableBatches: batches,
      undurableBytes: Math.round(batches * state.meanBatchBytes),
      lagMs: batches === 0 ? 0 : this.#lag.lagMs(this.#isDurable, nowMs),
      durableBytesPerS: this.#rate.perSecond(nowMs),
      dualSend: { batches: state.dual.sentBatches, activeMs: state.dual.activeMs },
      regions,
    };
  }

  async #stop(handOverMs: number): Promise<void> {
    if (this.#phase === "running") {
      this.#driver.feed({ kind: "hurry" });
      await this.#handedOver(handOverMs);
    }
    this.#phase = "stopped";
    this.#deps.outbox.onSealed(() => undefined);
    this.#deps.outbox.onVoided(() => undefined);
    // Waits for the last marks. The storage belongs to this process and outlives the uplink.
    const stopped = this.#driver.stop({ kind: "stop" });
    // The last step has closed them all, unless the driver failed before.
    for (const { session } of this.#sessions.values()) session.close();
    this.#sessions.clear();
    await stopped;
  }

  #handedOver(handOverMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#onIdle = () => undefined;
        resolve();
      };
      const timer = setTimeout(finish, handOverMs);
      this.#onIdle = () => {
        const isDone = this.#endpoints.size === 0 || (this.#listed && undurableBatches(this.#driver.state) === 0);
        if (isDone) finish();
      };
      this.#onIdle();
    });
  }

  #becameIdle(): void {
    let durableBytes = 0;
    for (const region of this.#driver.state.regions.values()) durableBytes += region.totals.durableBytes;
    this.#rate.sample(durableBytes, this.#deps.clock.monotonicMs());
    this.#onIdle();
  }

  #run(effect: UplinkEffect, nowMs: number): void {
    switch (effect.kind) {
      case "list_streams":
        return this.#driver.own(this.#list(effect));
      case "open_session":
        return this.#open(effect);
      case "close_session":
        return this.#close(effect);
      case "read_batches":
        return this.#driver.own(this.#read(effect));
      case "send":
        return this.#send(effect);
      case "answer_probe":
        return this.#answer(effect);
      case "declare_voids":
        return effect.voids === undefined
          ? this.#driver.own(this.#declareAllVoids(effect))
          : this.#declareVoids(effect, effect.voids);
      case "mark":
        return this.#driver.own(this.#mark(effect));
      case "learn": {
        const learned = this.#deps.learn?.(effect.region, effect.regions) ?? null;
        if (learned !== null) this.#add(learned);
        return;
      }
      case "rotate_stream":
        return this.#deps.rotateStream(effect.streamId, effect.reason);
      case "set_timer": {
        const { region, atMs } = effect;
        return this.#driver.setTimer(region, atMs - nowMs, { kind: "timer", region });
      }
      case "report":
        return this.#listener(effect.report);
    }
  }

  /** Adds regions that are not in the configuration. Regions that are no longer known keep an endpoint that is not used. */
  #add(learned: readonly RegionEndpoint[]): void {
    const { configured } = this.#driver.state;
    const fresh = learned.filter(({ region }) => !configured.includes(region));
    for (const endpoint of fresh) this.#endpoints.set(endpoint.region, endpoint);
    this.#driver.feed({ kind: "learned", regions: fresh.map(({ region }) => region) });
  }

  async #list({ region, session }: EffectOf<"list_streams">): Promise<UplinkEvent> {
    try {
      const streams = await this.#deps.outbox.streams();
      const nowMs = this.#deps.clock.monotonicMs();
      if (!this.#listed) for (const { streamId, last } of streams) this.#lag.sealed(streamId, last, nowMs);
      this.#listed = true;
      return { kind: "streams", region, session, streams };
    } catch (error) {
      // A storage that fails ends the process by itself. Until then the uplink only has nothing to send.
      return { kind: "unread", region, session, reason: reasonOf(error) };
    }
  }

  async #read(effect: EffectOf<"read_batches">): Promise<UplinkEvent> {
    const { region, session, read, streamId, seqs, maxBytes } = effect;
    try {
      const batches = await this.#deps.outbox.read({ streamId, seqs, maxBytes });
      return { kind: "batches", region, session, read, batches };
    } catch (error) {
      return { kind: "unread", region, session, reason: reasonOf(error) };
    }
  }

  async #mark({ region, claims }: EffectOf<"mark">): Promise<UplinkEvent> {
    try {
      await this.#deps.outbox.mark([...claims].map(([streamId, claim]) => ({ streamId, ...claim })));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // The storage has failed or is closed, and it reports that itself. The next greeting writes every claim again.
    }
    return { kind: "marked", region };
  }

  #open({ region, session: number, hello }: EffectOf<"open_session">): void {
    const endpoint = this.#endpoints.get(region);
    if (endpoint === undefined) return;
    const session = endpoint.open(hello, (event) => {
      if (event.kind === "closed" && this.#sessions.get(region)?.number === number) this.#sessions.delete(region);
      this.#driver.feed({ kind: "session", region, session: number, event });
    });
    this.#sessions.set(region, { number, session });
  }

  #send({ region, session: number, batches }: EffectOf<"send">): void {
    const open = this.#sessions.get(region);
    if (open?.number !== number) return;
    let full = false;
    for (const batch of batches) full = !open.session.send(batch);
    if (full) this.#driver.feed({ kind: "full", region, session: number });
  }

  #answer({ region, session: number, probe }: EffectOf<"answer_probe">): void {
    const open = this.#sessions.get(region);
    if (open?.number === number) open.session.answer(probe);
  }

  async #declareAllVoids(effect: EffectOf<"declare_voids">): Promise<undefined> {
    try {
      this.#declareVoids(effect, await this.#deps.outbox.voids());
    } catch (error) {
      // The storage has failed or is closed, and it reports that itself.
      if (!(error instanceof Fault)) throw error;
    }
  }

  #declareVoids({ region, session: number }: EffectOf<"declare_voids">, voids: readonly VoidedRange[]): void {
    const open = this.#sessions.get(region);
    if (open?.number !== number) return;
    for (const range of voids) open.session.declareVoid(range);
  }

  #close({ region, session: number }: EffectOf<"close_session">): void {
    const open = this.#sessions.get(region);
    if (open?.number !== number) return;
    this.#sessions.delete(region);
    open.session.close();
  }

  readonly #isDurable = (streamId: StreamId, seq: Seq): boolean => {
    const { state } = this.#driver;
    const stream = state.streams.get(streamId);
    return stream === undefined || contains(knownDurable(state, stream), seq);
  };
}

export type UplinkDriverDeps = {
  readonly outbox: Outbox;
  readonly endpoints: readonly RegionEndpoint[];
  readonly clock: Pick<Clock, "monotonicMs">;
  /** Opens a new stream in place of this one, because the region holds other bytes under one of its numbers. */
  readonly rotateStream: (streamId: StreamId, reason: string) => void;
  /**
   * Called with a region's list of all regions. Returns the endpoints of those that the configuration does not name, or
   * null if the list is not new.
   */
  readonly learn?: (from: RegionId, regions: readonly ListedRegion[]) => readonly RegionEndpoint[] | null;
  readonly onFault: (error: unknown) => void;
};

export type UplinkDriverOptions = DriverOptions & {
  readonly random?: () => number;
  /** How long a more preferred region must be live before batches return to it. */
  readonly returnMs?: number;
};

const RETURN_MS = 300_000;

type EffectOf<Kind extends UplinkEffect["kind"]> = Extract<UplinkEffect, { kind: Kind }>;
type ListedRegion = { readonly name: string; readonly url: string };

export type UplinkStatus = {
  readonly connected: boolean;
  /** The active region, while its session is live. */
  readonly region: RegionId | undefined;
  /** How long no session has been live; 0 while one is. */
  readonly offlineMs: number;
  readonly undurableBatches: number;
  /** Estimated from the mean size of a batch. */
  readonly undurableBytes: number;
  /** Age of the oldest sealed batch that is not durable, counted from when this process saw it first. */
  readonly lagMs: number;
  /** Over the last ten seconds. */
  readonly durableBytesPerS: number;
  /** Batches that were sent to a second region because too few held them, and the time in which there were any. */
  readonly dualSend: { readonly batches: number; readonly activeMs: number };
  readonly regions: readonly UplinkRegionStatus[];
};

export type UplinkRegionStatus = {
  readonly region: RegionId;
  readonly role: RegionRole;
  readonly link: "idle" | "waiting" | "listing" | "opening" | "live" | "stopped";
  readonly circuit: "closed" | "open";
  /** Why the last session ended; empty while the link is live. */
  readonly trouble: string;
  readonly offlineMs: number;
  readonly inFlightBytes: number;
  readonly creditBytes: number;
  /** Batches that the region refuses and that are not sent again. A person has to find out which side is wrong. */
  readonly quarantinedBatches: number;
  readonly sentBatches: number;
  readonly sentBytes: number;
  readonly durableBatches: number;
  readonly durableBytes: number;
};

function regionStatus(region: RegionState, active: RegionId | undefined, nowMs: number): UplinkRegionStatus {
  const { link, circuit } = region;
  const live = link.kind === "live" ? link : undefined;
  return {
    region: region.region,
    role: live === undefined ? "idle" : region.region === active ? "active" : "standby",
    link: link.kind,
    circuit: circuit.kind,
    trouble: region.lastLoss,
    offlineMs: region.offlineSinceMs === undefined ? 0 : nowMs - region.offlineSinceMs,
    inFlightBytes: live?.queue.inFlightBytes ?? 0,
    creditBytes: live?.creditBytes ?? 0,
    quarantinedBatches: quarantinedBatches(region),
    ...region.totals,
  };
}

function reasonOf(error: unknown): string {
  return `the outbox cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
