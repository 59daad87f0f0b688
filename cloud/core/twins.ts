import type { StreamId } from "../../proto/core/ids.ts";
import type { Step } from "../../proto/core/step.ts";
import type { LifeProbe } from "../../proto/wire/ingest-messages.ts";
import type { WireLife } from "../../proto/wire/peer-messages.ts";

/**
 * Twins: two processes that run as one gateway, because a disk was copied and both copies were started. They are told apart
 * by their lives: each process has its own, and says the same one in all its sessions. So a gateway that connects again, or
 * has a standby session with a second region, is never its own twin.
 *
 *     claimed --no other life has the name--------------> accepted
 *        |
 *        |-- another life is accepted here: the region probes it
 *        |        it answers -------------------------> refused
 *        |        it does not within PROBE_MS --------> accepted, and the silent sessions end
 *        |
 *        '-- a peer has an older life: the peer hears of this one, and probes the older one
 *                 the peer says that it answers ------> refused
 *                 it is gone, or there is no word ----> accepted
 *
 * Promises:
 * - Of one name at most one life is accepted here [I37].
 * - A gateway that was started again is accepted after PROBE_MS at the latest, whatever its last life left behind.
 * - Of two lives in two regions, the younger one is refused once the region of the older one says that it answers [I38]. Both
 *   regions compare the same two numbers, so they agree which one is younger.
 * - A life that an operator keeps is accepted, and every other one is refused. When the kept gateway starts again, its new life
 *   takes the place of the kept one.
 *
 * A life that is not known yet (a gateway of an earlier version that has no open stream) is accepted until it is known.
 *
 * `stepTwins` changes the state in place: it has an entry for every session of the region.
 */
export type TwinsState = {
  readonly region: string;
  readonly names: Map<string, GatewayName>;
  readonly gatewayOf: Map<number, string>;
  /** The gateways that each peer has named. */
  readonly named: Map<string, Set<string>>;
  /** The names that need ticks. */
  readonly active: Set<string>;
  kept: ReadonlyMap<string, StreamId>;
  lastProbe: number;
};

export type GatewayName = {
  readonly gateway: string;
  /** By session, the oldest first. */
  readonly claims: Map<number, Claim>;
  /** The lives that peers have named, by region. */
  readonly elsewhere: Map<string, Map<StreamId, Elsewhere>>;
  contest: Contest | null;
  /** What the peers were told last: the accepted life, and the first one that waits. */
  readonly announced: Map<StreamId, WireLife>;
  /** The life that took the place of the one that the operator keeps. */
  heir: StreamId | null;
  /** Lives that were refused because the operator keeps another one. */
  readonly outcast: Set<StreamId>;
  found: FoundTwins | null;
  /** The younger life elsewhere because of which the accepted life was last probed, and when it answered. */
  checked: { readonly rival: string; readonly atMs: number } | null;
};

type Claim = {
  readonly session: number;
  life: StreamId | null;
  readonly address: string;
  /** On the clocks of regions: when one first saw this life. */
  firstMs: number;
  readonly sinceMs: number;
  state: "waiting" | "accepted";
  /** The kept life that this one continues. */
  readonly heirOf: StreamId | null;
};

type Elsewhere = { readonly address: string; readonly firstMs: number };

type Contest =
  /** The accepted life is probed. */
  | { readonly kind: "here"; readonly untilMs: number }
  /** A peer is expected to say whether an older life answers. */
  | { readonly kind: "elsewhere"; readonly untilMs: number };

/** Two lives of one name. */
export type FoundTwins = {
  readonly gateway: string;
  readonly accepted: TwinLife | null;
  readonly refused: TwinLife;
  /** An operator decided which one is accepted. */
  readonly isDecided: boolean;
  /** When they were found, on the wall clock. */
  readonly sinceMs: number;
  /** When one was last refused, on the monotonic clock. */
  readonly lastMs: number;
};
export type TwinLife = { readonly life: StreamId; readonly region: string; readonly address: string };

export type TwinsEvent =
  | {
      readonly kind: "claimed";
      readonly session: number;
      readonly gateway: string;
      /** Null: not known yet. */
      readonly life: StreamId | null;
      readonly address: string;
      /** The highest batch of each stream that the gateway has sealed. */
      readonly lasts: ReadonlyMap<StreamId, number>;
    }
  /** The life of a session whose life was not known. */
  | { readonly kind: "named"; readonly session: number; readonly life: StreamId }
  /** A probed session sent something. */
  | { readonly kind: "answered"; readonly session: number }
  | { readonly kind: "closed"; readonly session: number }
  /** A peer says which gateways are connected to it. `restart`: what it said before is void. */
  | {
      readonly kind: "lives";
      readonly peer: string;
      readonly restart: boolean;
      readonly changes: readonly WireLife[];
    }
  /** What operators have decided: the life that each name keeps. */
  | { readonly kind: "kept"; readonly kept: ReadonlyMap<string, StreamId> }
  | { readonly kind: "tick" };

export type TwinsEffect =
  | { readonly kind: "accept"; readonly session: number }
  | { readonly kind: "probe"; readonly session: number; readonly probe: LifeProbe }
  | { readonly kind: "refuse"; readonly session: number; readonly code: "twin" | "silent"; readonly message: string }
  /** Tell the peers. */
  | { readonly kind: "announce"; readonly life: WireLife }
  /** The kept gateway was started again, and this is its new life: the decision must follow it. */
  | { readonly kind: "inherit"; readonly gateway: string; readonly life: StreamId; readonly from: StreamId }
  | { readonly kind: "found"; readonly twins: FoundTwins }
  | { readonly kind: "over"; readonly gateway: string };

export type TwinsInput = {
  readonly wallMs: number;
  /** The region does not read this session now, so it cannot hear an answer. */
  readonly isPaused: (session: number) => boolean;
  /** The highest batch of a stream that this region holds, 0 without any. */
  readonly heldLast: (streamId: StreamId) => number;
};

/** The time for an answer. A gateway waits ten seconds for the answer to its Hello. */
export const PROBE_MS = 5_000;
/** How often the accepted life is probed again while a younger one is connected elsewhere. */
const RECHECK_MS = 10_000;
/** Twins are forgotten when none was refused for this long. A refused gateway comes back every ten seconds at least. */
const FORGET_MS = 60_000;
/** What one peer may name. A region has at most as many sessions. */
const NAMED_MAX = 20_000;
/** A region accepts one life of a name, and names one more that waits. They may change at one moment. */
const LIVES_MAX = 4;
const OUTCAST_MAX = 64;

export function initialTwins(region: string): TwinsState {
  return {
    region,
    names: new Map(),
    gatewayOf: new Map(),
    named: new Map(),
    active: new Set(),
    kept: new Map(),
    lastProbe: 0,
  };
}

export function stepTwins(
  state: TwinsState,
  event: TwinsEvent,
  nowMs: number,
  input: TwinsInput,
): Step<TwinsState, TwinsEffect> {
  const turn: Turn = { state, nowMs, input, effects: [] };
  handle(turn, event);
  return { state, effects: turn.effects };
}

/** The twins that are known now, in the order of their names. */
export function foundTwins(state: TwinsState): readonly FoundTwins[] {
  return activeNames(state)
    .flatMap((name): readonly FoundTwins[] => {
      if (name.found === null) return [];
      // The kept one may have connected after the other one was refused.
      const accepted = acceptedOf(name);
      if (name.found.accepted !== null || accepted === null) return [name.found];
      const { life, address } = accepted;
      return [{ ...name.found, accepted: { life, region: state.region, address } }];
    })
    .toSorted((a, b) => (a.gateway < b.gateway ? -1 : 1));
}

/** The lives of a gateway that are connected here and accepted, and their addresses. */
export function acceptedLives(state: TwinsState, gateway: string): readonly Omit<TwinLife, "region">[] {
  return [...(state.names.get(gateway)?.claims.values() ?? [])].flatMap(({ life, address, state: claim }) =>
    life !== null && claim === "accepted" ? [{ life, address }] : [],
  );
}

/** Whether this region knows of a gateway of this name with this life, here or elsewhere, accepted or refused. */
export function knowsLife(state: TwinsState, gateway: string, life: StreamId): boolean {
  const name = state.names.get(gateway);
  if (name === undefined) return false;
  return (
    [...name.claims.values()].some((claim) => claim.life === life) ||
    [...name.elsewhere.values()].some((lives) => lives.has(life)) ||
    name.found?.refused.life === life ||
    name.found?.accepted?.life === life
  );
}

type Turn = {
  readonly state: TwinsState;
  readonly nowMs: number;
  readonly input: TwinsInput;
  readonly effects: TwinsEffect[];
};

function handle(turn: Turn, event: TwinsEvent): void {
  const { state } = turn;
  switch (event.kind) {
    case "claimed":
      return claimed(turn, event);
    case "named": {
      const name = nameOf(turn, event.session);
      const claim = name?.claims.get(event.session);
      if (name === undefined || claim === undefined || claim.life !== null) return;
      const accepted = acceptedOf(name);
      claim.life = event.life;
      claim.state = accepted === null || accepted.life === event.life ? "accepted" : "waiting";
      if (accepted?.life === event.life && name.contest?.kind === "here") return isAlive(turn, name);
      return settle(turn, name);
    }
    case "answered": {
      const name = nameOf(turn, event.session);
      if (name?.contest?.kind !== "here" || name.claims.get(event.session)?.state !== "accepted") return;
      return isAlive(turn, name);
    }
    case "closed": {
      const name = nameOf(turn, event.session);
      if (name === undefined) return;
      drop(turn, name, event.session);
      return settle(turn, name);
    }
    case "lives":
      return heard(turn, event);
    case "kept": {
      const before = state.kept;
      state.kept = event.kept;
      for (const name of state.names.values()) {
        const kept = event.kept.get(name.gateway);
        if (before.get(name.gateway) === kept) continue;
        if (kept === undefined || kept !== name.heir) name.outcast.clear();
        name.heir = null;
        settle(turn, name);
      }
      return;
    }
    case "tick":
      for (const name of activeNames(state)) tick(turn, name);
  }
}

function claimed(turn: Turn, event: Extract<TwinsEvent, { kind: "claimed" }>): void {
  const { session, gateway, life, address, lasts } = event;
  const name = named(turn, gateway);
  turn.state.gatewayOf.set(session, gateway);
  const kept = keptLife(turn, name);
  const claim: Claim = {
    session,
    life,
    address,
    firstMs: Math.min(Math.max(0, Math.floor(turn.input.wallMs)), ...(life === null ? [] : firstElsewhere(name, life))),
    sinceMs: turn.nowMs,
    state: life === null ? "accepted" : "waiting",
    heirOf: kept !== null && isHeir(turn, name, kept, { life, lasts }) ? kept : null,
  };
  name.claims.set(session, claim);
  if (life === null) turn.effects.push({ kind: "accept", session });
  // A life that greets is alive.
  if (life !== null && acceptedOf(name)?.life === life && name.contest?.kind === "here") {
    accept(turn, claim);
    return isAlive(turn, name);
  }
  settle(turn, name);
}

/**
 * Whether the gateway is the kept one, started again: it has sealed all that the region holds of the kept life. A copy of its
 * disk has sealed less, because the kept life went on after the copy was made. And it has sealed nothing in a refused life
 * that the region lacks, because only that life itself could.
 */
function isHeir(
  { input }: Turn,
  name: GatewayName,
  kept: StreamId,
  { life, lasts }: { readonly life: StreamId | null; readonly lasts: ReadonlyMap<StreamId, number> },
): boolean {
  const held = input.heldLast(kept);
  if (held === 0 || (lasts.get(kept) ?? 0) < held) return false;
  return ![...name.outcast].some((refused) => refused === life || (lasts.get(refused) ?? 0) > input.heldLast(refused));
}

function tick(turn: Turn, name: GatewayName): void {
  const { nowMs } = turn;
  const { contest, found } = name;
  if (found !== null && nowMs - found.lastMs >= FORGET_MS) {
    name.found = null;
    turn.effects.push({ kind: "over", gateway: name.gateway });
  }
  if (contest?.kind === "here" && nowMs >= contest.untilMs) isSilent(turn, name);
  settle(turn, name);
}

/** No accepted session has answered: its gateway is gone, and left half-open connections behind. */
function isSilent(turn: Turn, name: GatewayName): void {
  const silent = [...name.claims.values()].filter(({ life, state }) => life !== null && state === "accepted");
  if (silent.some(({ session }) => turn.input.isPaused(session))) {
    name.contest = { kind: "here", untilMs: turn.nowMs + PROBE_MS };
    return;
  }
  name.contest = null;
  for (const { session } of silent) {
    const message = `another session of gateway ${name.gateway} takes the place of this one, which did not answer within ${PROBE_MS / 1000} s`;
    turn.effects.push({ kind: "refuse", session, code: "silent", message });
    drop(turn, name, session);
  }
}

/** The accepted life has answered: every other one is a twin. */
function isAlive(turn: Turn, name: GatewayName): void {
  name.contest = null;
  const accepted = acceptedOf(name);
  if (accepted === null) return;
  const younger = youngerElsewhere(name, accepted);
  name.checked = younger === null ? null : { rival: rivalKey(younger), atMs: turn.nowMs };
  const winner: TwinLife = { life: accepted.life, region: turn.state.region, address: accepted.address };
  for (const claim of waitingOf(name)) if (claim.life !== winner.life) refuse(turn, name, claim, winner);
  for (const [region, lives] of name.elsewhere) {
    for (const [life, { address, firstMs }] of lives) {
      if (life === winner.life || !isOlder(accepted, { life, firstMs })) continue;
      note(turn, name, winner, { life, region, address });
      turn.effects.push({ kind: "announce", life: { ...wireLife(name, accepted), state: "alive" } });
    }
  }
  settle(turn, name);
}

function heard(turn: Turn, { peer, restart, changes }: Extract<TwinsEvent, { kind: "lives" }>): void {
  const { state } = turn;
  const touched = new Set<GatewayName>();
  let known = state.named.get(peer);
  if (known === undefined) state.named.set(peer, (known = new Set()));
  if (restart) {
    for (const gateway of known) {
      const name = state.names.get(gateway);
      if (name?.elsewhere.delete(peer) === true) touched.add(name);
    }
    known.clear();
  }
  for (const { gateway, life, address, firstMs, state: told } of changes) {
    if (told !== "gone" && known.size >= NAMED_MAX && !known.has(gateway)) continue;
    const name = named(turn, gateway);
    touched.add(name);
    let lives = name.elsewhere.get(peer);
    if (told === "gone") {
      if (lives?.delete(life) === true && lives.size === 0) {
        name.elsewhere.delete(peer);
        known.delete(gateway);
      }
      continue;
    }
    if (lives === undefined) name.elsewhere.set(peer, (lives = new Map()));
    if (lives.size >= LIVES_MAX && !lives.has(life)) continue;
    known.add(gateway);
    lives.set(life, { address, firstMs });
    for (const claim of name.claims.values()) if (claim.life === life) claim.firstMs = Math.min(claim.firstMs, firstMs);
    if (told === "alive") answeredElsewhere(turn, name, { life, region: peer, address }, firstMs);
  }
  for (const name of touched) settle(turn, name);
}

/** A life at a peer has answered. Younger lives here are its twins. */
function answeredElsewhere(turn: Turn, name: GatewayName, winner: TwinLife, firstMs: number): void {
  for (const claim of name.claims.values()) {
    const { life } = claim;
    if (life === null || life === winner.life || life === keptLife(turn, name)) continue;
    if (isOlder({ life: winner.life, firstMs }, { life, firstMs: claim.firstMs })) refuse(turn, name, claim, winner);
  }
}

/** Makes every decision that can be made now. */
function settle(turn: Turn, name: GatewayName): void {
  const { nowMs } = turn;
  castOut(turn, name);
  let accepted = acceptedOf(name);
  if (accepted === null) {
    // The probed sessions have ended.
    if (name.contest?.kind === "here") name.contest = null;
    const first = waitingOf(name)[0];
    if (first === undefined) name.contest = null;
    else if (first.life === keptLife(turn, name) || !hasOlderElsewhere(name, first)) acceptAll(turn, name, first.life);
    else if (nowMs >= first.sinceMs + PROBE_MS) acceptAll(turn, name, first.life);
    else name.contest = { kind: "elsewhere", untilMs: first.sinceMs + PROBE_MS };
    accepted = acceptedOf(name);
  }
  if (accepted !== null) {
    acceptAll(turn, name, accepted.life);
    if (name.contest === null) {
      const waiting = waitingOf(name)[0];
      if (waiting !== undefined) contest(turn, name, `${waiting.address}, to ${turn.state.region}`);
      else {
        const younger = youngerElsewhere(name, accepted);
        if (younger !== null && isDue(name, younger, nowMs)) {
          contest(turn, name, `${younger.address}, to ${younger.region}`);
        }
      }
    }
  }
  announce(turn, name);
  keepOrForget(turn, name);
}

/** An operator keeps one life of the name: the others are refused. */
function castOut(turn: Turn, name: GatewayName): void {
  const kept = keptLife(turn, name);
  if (kept === null) return;
  for (const claim of name.claims.values()) {
    const { life, address, session, heirOf } = claim;
    if (life === null || life === kept || heirOf === kept) continue;
    if (name.outcast.size < OUTCAST_MAX) name.outcast.add(life);
    const message =
      `an operator keeps another gateway named ${name.gateway} (stream ${kept}), and this one, from ${address}, has stream ` +
      `${life}: it is refused until "tidemark gateways twin release ${name.gateway}"`;
    const winner = [...name.claims.values()].find((other) => other.life === kept);
    const place =
      winner === undefined ? placeElsewhere(name, kept) : { region: turn.state.region, address: winner.address };
    note(turn, name, place === null ? null : { life: kept, ...place }, { life, region: turn.state.region, address });
    turn.effects.push({ kind: "refuse", session, code: "twin", message });
    drop(turn, name, session);
  }
}

/** A gateway that comes again is answered at once, and one that stays is answered again from time to time. */
function isDue({ checked }: GatewayName, younger: YoungerLife, nowMs: number): boolean {
  return checked === null || checked.rival !== rivalKey(younger) || nowMs >= checked.atMs + RECHECK_MS;
}

function rivalKey({ region, life, firstMs }: YoungerLife): string {
  return `${region} ${life} ${firstMs}`;
}

function contest(turn: Turn, name: GatewayName, rival: string): void {
  name.contest = { kind: "here", untilMs: turn.nowMs + PROBE_MS };
  turn.state.lastProbe += 1;
  const probe = { number: turn.state.lastProbe, rival };
  for (const { session, life, state } of name.claims.values()) {
    if (life !== null && state === "accepted") turn.effects.push({ kind: "probe", session, probe });
  }
}

function acceptAll(turn: Turn, name: GatewayName, life: StreamId): void {
  if (name.contest?.kind === "elsewhere") name.contest = null;
  for (const claim of waitingOf(name)) if (claim.life === life) accept(turn, claim);
  const claim = acceptedOf(name);
  if (claim?.heirOf == null || claim.heirOf !== keptLife(turn, name)) return;
  name.heir = claim.life;
  turn.effects.push({ kind: "inherit", gateway: name.gateway, life: claim.life, from: claim.heirOf });
}

function accept(turn: Turn, claim: Claim): void {
  claim.state = "accepted";
  turn.effects.push({ kind: "accept", session: claim.session });
}

function refuse(turn: Turn, name: GatewayName, { session, life, address }: Claim, winner: TwinLife): void {
  const message =
    `another gateway named ${name.gateway} is connected to ${winner.region} from ${winner.address}, and this one connects ` +
    `from ${address}: stop one of them, or choose one with "tidemark gateways twin keep"`;
  if (life !== null) note(turn, name, winner, { life, region: turn.state.region, address });
  turn.effects.push({ kind: "refuse", session, code: "twin", message });
  drop(turn, name, session);
}

function note(turn: Turn, name: GatewayName, accepted: TwinLife | null, refused: TwinLife): void {
  const { found: before } = name;
  const isNew = before?.refused.life !== refused.life || before.accepted?.life !== accepted?.life;
  const isDecided = keptLife(turn, name) !== null;
  const sinceMs = isNew ? turn.input.wallMs : before.sinceMs;
  name.found = { gateway: name.gateway, accepted, refused, isDecided, sinceMs, lastMs: turn.nowMs };
  if (isNew) turn.effects.push({ kind: "found", twins: name.found });
}

/** Tells the peers which lives are connected here, if that changed. A peer with an older one probes it then. */
function announce({ effects }: Turn, name: GatewayName): void {
  const { announced } = name;
  const present = [acceptedOf(name), waitingOf(name)[0]].flatMap((claim) =>
    claim == null ? [] : wireLife(name, claim),
  );
  for (const before of announced.values()) {
    if (present.some(({ life }) => life === before.life)) continue;
    announced.delete(before.life);
    effects.push({ kind: "announce", life: { ...before, state: "gone" } });
  }
  for (const life of present) {
    if (announced.get(life.life)?.firstMs === life.firstMs) continue;
    announced.set(life.life, life);
    effects.push({ kind: "announce", life });
  }
}

function wireLife({ gateway }: GatewayName, { life, address, firstMs }: NamedClaim): WireLife {
  return { gateway, life, address, firstMs, state: "connected" };
}

function keepOrForget({ state }: Turn, name: GatewayName): void {
  const { gateway, claims, elsewhere, contest: contested, found, outcast, heir } = name;
  const accepted = acceptedOf(name);
  const hasYounger = accepted !== null && youngerElsewhere(name, accepted) !== null;
  const watched = contested !== null || found !== null || hasYounger;
  if (watched) state.active.add(gateway);
  else state.active.delete(gateway);
  if (!watched && claims.size === 0 && elsewhere.size === 0 && outcast.size === 0 && heir === null) {
    state.names.delete(gateway);
  }
}

function named({ state }: Turn, gateway: string): GatewayName {
  let name = state.names.get(gateway);
  if (name === undefined) {
    name = {
      gateway,
      claims: new Map(),
      elsewhere: new Map(),
      contest: null,
      announced: new Map(),
      heir: null,
      outcast: new Set(),
      found: null,
      checked: null,
    };
    state.names.set(gateway, name);
  }
  return name;
}

function activeNames({ active, names }: TwinsState): readonly GatewayName[] {
  return [...active].flatMap((gateway) => names.get(gateway) ?? []);
}

function nameOf({ state }: Turn, session: number): GatewayName | undefined {
  const gateway = state.gatewayOf.get(session);
  return gateway === undefined ? undefined : state.names.get(gateway);
}

function drop({ state }: Turn, name: GatewayName, session: number): void {
  name.claims.delete(session);
  state.gatewayOf.delete(session);
}

type NamedClaim = Claim & { readonly life: StreamId };

function isNamed(claim: Claim): claim is NamedClaim {
  return claim.life !== null;
}

/** The oldest session of the accepted life. */
function acceptedOf(name: GatewayName): NamedClaim | null {
  for (const claim of name.claims.values()) if (isNamed(claim) && claim.state === "accepted") return claim;
  return null;
}

function waitingOf(name: GatewayName): readonly NamedClaim[] {
  return [...name.claims.values()].filter(isNamed).filter(({ state }) => state === "waiting");
}

/** The life that the operator keeps, or that took its place; null: there is no decision. */
function keptLife({ state }: Turn, name: GatewayName): StreamId | null {
  const kept = state.kept.get(name.gateway);
  return kept === undefined ? null : (name.heir ?? kept);
}

function firstElsewhere({ elsewhere }: GatewayName, life: StreamId): readonly number[] {
  return [...elsewhere.values()].flatMap((lives) => lives.get(life)?.firstMs ?? []);
}

function placeElsewhere({ elsewhere }: GatewayName, life: StreamId): Omit<TwinLife, "life"> | null {
  for (const [region, lives] of elsewhere) {
    const place = lives.get(life);
    if (place !== undefined) return { region, address: place.address };
  }
  return null;
}

type Aged = { readonly life: StreamId; readonly firstMs: number };

function isOlder(a: Aged, b: Aged): boolean {
  return a.firstMs < b.firstMs || (a.firstMs === b.firstMs && a.life < b.life);
}

function hasOlderElsewhere({ elsewhere }: GatewayName, claim: NamedClaim): boolean {
  return [...elsewhere.values()].some((lives) =>
    [...lives].some(([life, { firstMs }]) => life !== claim.life && isOlder({ life, firstMs }, claim)),
  );
}

type YoungerLife = TwinLife & { readonly firstMs: number };

function youngerElsewhere({ elsewhere }: GatewayName, claim: NamedClaim): YoungerLife | null {
  for (const [region, lives] of elsewhere) {
    for (const [life, { firstMs, address }] of lives) {
      if (life !== claim.life && isOlder(claim, { life, firstMs })) return { life, region, address, firstMs };
    }
  }
  return null;
}
