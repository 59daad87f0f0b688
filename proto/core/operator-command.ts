import type { Millis, StreamId } from "./ids.ts";
import type { Member } from "./member.ts";
import type { Value } from "./reading.ts";
import { numeric } from "./reading.ts";
import type { WindowSummary } from "./summary.ts";

/**
 * A command of an operator about a window, a device, a region or a gateway. A command travels in a batch, like records. So the
 * same rules replicate it, make all regions agree, and ignore it when it arrives twice.
 */
export type OperatorCommand = {
  /** Hybrid logical clock (`hlc.ts`): orders commands of one rank for one window. */
  readonly hlc: number;
  /** The reason of the operator. It is kept with the command. */
  readonly reason: string;
  /** The operator who gave the command. */
  readonly actor: string;
} & (
  | { readonly kind: OperatorRank; readonly window: WindowKey; readonly summary: WindowSummary }
  /** Takes back the earlier commands of this rank for the window. */
  | { readonly kind: "clear"; readonly window: WindowKey; readonly rank: OperatorRank }
  /**
   * Deletes everything that the region holds about the device. Later rows of the device are not applied. The command
   * cannot be undone.
   */
  | { readonly kind: "erase_device"; readonly device: string }
  /** Sets the state and the addresses of a region. */
  | { readonly kind: "set_member"; readonly member: Member }
  /** Only the kept one of all gateways with its name is accepted. */
  | { readonly kind: "keep_gateway"; readonly kept: KeptGateway }
);

/** `life`: the first stream of the process that is kept; null: the decision is taken back. */
export type KeptGateway = { readonly gateway: string; readonly life: StreamId | null };

/** A command without a version. The region that receives it adds one. */
export type OperatorDraft = WithoutHlc<OperatorCommand>;
type WithoutHlc<Command> = Command extends unknown ? Omit<Command, "hlc"> : never;

/** The highest first: override > backfill_replace > the records of gateways > backfill_fill. */
export const OPERATOR_RANKS = ["override", "backfill_replace", "backfill_fill"] as const;
export type OperatorRank = (typeof OPERATOR_RANKS)[number];

export type WindowKey = {
  readonly device: string;
  readonly metric: string;
  readonly windowMs: number;
  readonly windowStartMs: Millis;
};

/** The command for one window, as one of the rows of that window. */
export type OperatorRow = {
  readonly rank: OperatorRank;
  readonly hlc: number;
  /** First 48 bits of the hash of the batch. Orders two commands with the same `hlc`, from two regions. */
  readonly hash48: number;
  /** Null: the command takes back the earlier commands of this rank. */
  readonly summary: WindowSummary | null;
  readonly reason: string;
  readonly actor: string;
};

/**
 * The gateway name of a batch of commands. No gateway can have such a name, because gateway names contain no "@". So the
 * name of a batch tells whether it may hold commands.
 */
export function operatorName(region: string): string {
  return `${OPERATOR_PREFIX}${region}`;
}

export function isOperatorName(gateway: string): boolean {
  return gateway.startsWith(OPERATOR_PREFIX);
}

/** Orders two commands about the same object: a window and rank, a device, a region, or a gateway. */
export type CommandVersion = Pick<OperatorRow, "hlc" | "hash48">;

/**
 * The order of commands, and the only place that defines it: the clock decides, then the hash of the batch.
 * @returns below 0 when `a` is older, above 0 when `a` is newer, 0 for the same command.
 */
export function compareCommandVersions(a: CommandVersion, b: CommandVersion): number {
  if (a.hlc !== b.hlc) return a.hlc < b.hlc ? -1 : 1;
  if (a.hash48 !== b.hash48) return a.hash48 < b.hash48 ? -1 : 1;
  return 0;
}

/** The summary of a window with this value as its only reading. */
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
/** A command covers the whole window. */
export const WHOLE_WINDOW = 0xffffffff;

const OPERATOR_PREFIX = "operator@";
