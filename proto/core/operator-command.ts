import type { Millis } from "./ids.ts";
import type { Member } from "./member.ts";
import type { Value } from "./reading.ts";
import { numeric } from "./reading.ts";
import type { WindowSummary } from "./summary.ts";

/**
 * What an operator says of a window, a device or a region: a record like any other, carried in a batch of its own, so that it
 * replicates, converges and is idempotent by the rules that hold for everything else (design, section 4).
 */
export type OperatorCommand = {
  /** Hybrid logical clock (`hlc.ts`): orders commands of one rank for one window. */
  readonly hlc: number;
  /** Why; kept with the command. */
  readonly reason: string;
  /** Who. */
  readonly actor: string;
} & (
  | { readonly kind: OperatorRank; readonly window: WindowKey; readonly summary: WindowSummary }
  /** Takes back what commands of this rank said of the window before. */
  | { readonly kind: "clear"; readonly window: WindowKey; readonly rank: OperatorRank }
  /** For ever: what the region holds of the device goes, and whatever comes later is not applied. */
  | { readonly kind: "erase_device"; readonly device: string }
  /** Where a region stands from now on. */
  | { readonly kind: "set_member"; readonly member: Member }
);

/** A command before a region gave it a version. */
export type OperatorDraft = WithoutHlc<OperatorCommand>;
type WithoutHlc<Command> = Command extends unknown ? Omit<Command, "hlc"> : never;

/** The highest first: override > backfill-replace > what gateways say > backfill-fill. */
export const OPERATOR_RANKS = ["override", "backfill_replace", "backfill_fill"] as const;
export type OperatorRank = (typeof OPERATOR_RANKS)[number];

export type WindowKey = {
  readonly device: string;
  readonly metric: string;
  readonly windowMs: number;
  readonly windowStartMs: Millis;
};

/** What one command says of one window, as a row among the others of that window. */
export type OperatorRow = {
  readonly rank: OperatorRank;
  readonly hlc: number;
  /** First 48 bits of the hash of the batch: orders commands that two regions gave one clock. */
  readonly tie: number;
  /** Null takes back what is earlier in this rank. */
  readonly summary: WindowSummary | null;
  readonly reason: string;
  readonly actor: string;
};

/**
 * The name that stands for the gateway in a batch of commands. No gateway can have it: the @ is in no name of one, so a
 * batch says by its name alone whether it may hold commands.
 */
export function operatorName(region: string): string {
  return `${OPERATOR_PREFIX}${region}`;
}

export function isOperatorName(gateway: string): boolean {
  return gateway.startsWith(OPERATOR_PREFIX);
}

/** Whether `a` came after `b`, of two commands of one rank. */
export function isLater(a: OperatorRow, b: OperatorRow): boolean {
  return a.hlc !== b.hlc ? a.hlc > b.hlc : a.tie > b.tie;
}

/** A window that saw this one value. */
export function summaryOfValue(value: Value, startMs: Millis): WindowSummary {
  const number = numeric(value);
  const shown = number ?? 0;
  return {
    count: 1,
    numericCount: number === undefined ? 0 : 1,
    sum: shown,
    min: shown,
    max: shown,
    mean: shown,
    m2: 0,
    firstMs: startMs,
    first: value,
    lastMs: startMs,
    last: value,
    coverage: WHOLE_WINDOW,
    sketch: null,
  };
}

export const REASON_CHARS_MAX = 500;
export const ACTOR_CHARS_MAX = 200;
/** An operator speaks for all of the window. */
export const WHOLE_WINDOW = 0xffffffff;

const OPERATOR_PREFIX = "operator@";
