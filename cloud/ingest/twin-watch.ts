import type { Have } from "../../proto/core/have.ts";
import { rangesOf } from "../../proto/core/have.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import type { KeptGateway } from "../../proto/core/operator-command.ts";
import { Driver } from "../../proto/runtime/driver.ts";
import type { LifeProbe } from "../../proto/wire/ingest-messages.ts";
import type { WireLife } from "../../proto/wire/peer-messages.ts";
import { acceptedLives, foundTwins, initialTwins, knowsLife, stepTwins } from "../core/twins.ts";
import type { FoundTwins, TwinLife, TwinsEffect, TwinsEvent, TwinsState } from "../core/twins.ts";

/**
 * Carries out what the rules of twins decide (cloud/core/twins.ts): it tells sessions whether they have the name of their
 * gateway, and peers which gateways are connected here. It contains no rules.
 */
export class TwinWatch {
  readonly #deps: TwinWatchDeps;
  readonly #driver: Driver<TwinsState, TwinsEvent, TwinsEffect>;
  readonly #sessions = new Map<number, ClaimingSession>();
  #lastSession = 0;

  constructor(deps: TwinWatchDeps, options: { readonly region: string }) {
    this.#deps = deps;
    const { clock, heldOf, onFault } = deps;
    const isPaused = (session: number): boolean => this.#sessions.get(session)?.paused === true;
    const heldLast = (streamId: StreamId): number => rangesOf(heldOf(streamId)).at(-1)?.last ?? 0;
    this.#driver = new Driver({
      initial: initialTwins(options.region),
      step: (state, event, nowMs) => stepTwins(state, event, nowMs, { wallMs: clock.nowMs(), isPaused, heldLast }),
      run: (effect) => this.#run(effect),
      clock,
      onFault,
    });
  }

  /** The session claims the name of its gateway. @returns the number of the claim. */
  claim(session: ClaimingSession, claim: Omit<Extract<TwinsEvent, { kind: "claimed" }>, "kind" | "session">): number {
    const number = ++this.#lastSession;
    this.#sessions.set(number, session);
    this.#driver.feed({ ...claim, kind: "claimed", session: number });
    return number;
  }

  /** The life of a session whose life was not known. */
  named(session: number, life: StreamId): void {
    this.#driver.feed({ kind: "named", session, life });
  }

  /** A probed session sent something. */
  answered(session: number): void {
    this.#driver.feed({ kind: "answered", session });
  }

  closed(session: number): void {
    this.#sessions.delete(session);
    this.#driver.feed({ kind: "closed", session });
  }

  /** A peer says which gateways are connected to it. */
  heard(peer: string, lives: { readonly restart: boolean; readonly changes: readonly WireLife[] }): void {
    const { restart, changes } = lives;
    this.#driver.feed({ kind: "lives", peer, restart, changes });
  }

  /** What operators have decided. */
  setKept(kept: readonly KeptGateway[]): void {
    const lives = kept.flatMap(({ gateway, life }) => (life === null ? [] : [[gateway, life] as const]));
    this.#driver.feed({ kind: "kept", kept: new Map(lives) });
  }

  tick(): void {
    this.#driver.feed({ kind: "tick" });
  }

  /** The twins that are known now. */
  get found(): readonly FoundTwins[] {
    return foundTwins(this.#driver.state);
  }

  /** The lives of a gateway that are connected here and accepted. */
  acceptedLives(gateway: string): readonly Omit<TwinLife, "region">[] {
    return acceptedLives(this.#driver.state, gateway);
  }

  /** Whether a gateway of this name with this life is connected, here or elsewhere, or was refused lately. */
  knowsLife(gateway: string, life: StreamId): boolean {
    return knowsLife(this.#driver.state, gateway, life);
  }

  async stop(): Promise<void> {
    await this.#driver.stop();
  }

  #run(effect: TwinsEffect): void {
    switch (effect.kind) {
      case "accept":
        return this.#sessions.get(effect.session)?.accepted();
      case "probe":
        return this.#sessions.get(effect.session)?.probe(effect.probe);
      case "refuse":
        return this.#sessions.get(effect.session)?.refuse(effect.code, effect.message);
      case "announce":
        return this.#deps.announce(effect.life);
      case "inherit":
        return this.#deps.inherit({ gateway: effect.gateway, life: effect.life }, effect.from);
      case "found":
        return this.#deps.events.twinsFound(effect.twins);
      case "over":
        return this.#deps.events.twinsOver(effect.gateway);
    }
  }
}

/** A session, as the watch talks to it. */
export interface ClaimingSession {
  /** Nothing that the gateway sends is read now. */
  readonly paused: boolean;
  accepted(): void;
  /** The next frame of the gateway is its answer. */
  probe(probe: LifeProbe): void;
  refuse(code: "twin" | "silent", message: string): void;
}

export type TwinWatchDeps = {
  readonly clock: { nowMs(): number; monotonicMs(): number };
  /** The batches of a stream that this region holds. */
  readonly heldOf: (streamId: StreamId) => Have;
  /** Tells the peers. */
  readonly announce: (life: WireLife) => void;
  /** The kept gateway has a new life: the decision of the operator must follow it. */
  readonly inherit: (kept: KeptGateway, from: StreamId) => void;
  readonly events: TwinEvents;
  readonly onFault: (fault: unknown) => void;
};

export type TwinEvents = {
  readonly twinsFound: (twins: FoundTwins) => void;
  readonly twinsOver: (gateway: string) => void;
};
