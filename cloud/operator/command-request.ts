import { z } from "zod";

import { isName, isStreamId, millis, NAME_RULE } from "../../proto/core/ids.ts";
import type { Millis, StreamId } from "../../proto/core/ids.ts";
import { MEMBER_STATES } from "../../proto/core/member.ts";
import type { Member } from "../../proto/core/member.ts";
import {
  ACTOR_CHARS_MAX,
  OPERATOR_RANKS,
  REASON_CHARS_MAX,
  summaryOfValue,
  WHOLE_WINDOW,
} from "../../proto/core/operator-command.ts";
import type { OperatorDraft, OperatorRank } from "../../proto/core/operator-command.ts";
import type { WindowSummary } from "../../proto/core/summary.ts";
import type { CommandBody, CommandContent } from "../../proto/wire/http/commands.ts";
import { parseDuration } from "../../proto/runtime/options/duration.ts";
import { isRegionUrl } from "../../proto/runtime/options/fields.ts";
import { parseTime, TIME_ACCEPTED } from "../../proto/runtime/options/time.ts";

/**
 * The body of `POST /v1/commands`, parsed. The whole request is checked before anything is done; every message says what
 * is accepted.
 */
export type CommandRequest = { readonly reason: string; readonly actor: string } & (
  | (SeriesWindows & { readonly command: OperatorRank; readonly windows: readonly RequestedWindow[] })
  | (SeriesWindows & { readonly command: "clear"; readonly rank: OperatorRank; readonly starts: readonly Millis[] })
  | Extract<CommandContent, { readonly command: "erase_device" }>
  | MemberRequest
  | KeepingRequest
);

/** The addresses may be left out if the region is known. */
export type MemberRequest = Extract<CommandContent, { readonly command: "set_member" }>;

export type KeepingRequest = {
  readonly command: "keep_gateway";
  readonly gateway: string;
  readonly stream: StreamId | null;
};

type SeriesWindows = { readonly device: string; readonly metric: string; readonly window: number };
type RequestedWindow = {
  readonly start: Millis;
  readonly value?: number | string | boolean | undefined;
  readonly summary?: CommandSummary | undefined;
};
type CommandSummary = {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly stddev?: number | undefined;
  readonly first?: number | undefined;
  readonly last?: number | undefined;
};

/** The windows of one request go into one batch, and their JSON is much smaller than the largest body. */
const WINDOWS_MAX = 1000;
/** A request of a thousand summaries is a fifth of this. */
export const REQUEST_BYTES_MAX: number = 1024 * 1024;

const ADDRESS_ACCEPTED = "expected http://host:port, or https://host:port for TLS";
const address = z.string(ADDRESS_ACCEPTED).refine(isRegionUrl, ADDRESS_ACCEPTED);

const NAME_ACCEPTED = "expected a name of 1 to 1024 characters, as /v1/series gives it";
const name = z.string(NAME_ACCEPTED).min(1, NAME_ACCEPTED).max(1024, NAME_ACCEPTED);

const time = z.string(`expected ${TIME_ACCEPTED}`).transform((text, context): Millis => {
  try {
    return millis(parseTime(text));
  } catch {
    context.addIssue({ code: "custom", message: `expected ${TIME_ACCEPTED}` });
    return z.NEVER;
  }
});

const LENGTH_ACCEPTED = "expected a window length such as 10s or 1m, up to 49 days";
const length = z.string(LENGTH_ACCEPTED).transform((text, context) => {
  try {
    const windowMs = parseDuration(text);
    if (windowMs > 0 && windowMs <= 2 ** 32 - 1) return windowMs;
  } catch {
    // Reported below.
  }
  context.addIssue({ code: "custom", message: LENGTH_ACCEPTED });
  return z.NEVER;
});

const number = z.number("expected a finite number");
const count = z.int("expected a whole number").min(1, "expected at least 1; use clear to delete what was set");

const VALUE_ACCEPTED = "expected a number, a text of at most 1024 characters, true or false";
const value = z.union([z.number(), z.string().max(1024), z.boolean()], VALUE_ACCEPTED);

const summary = z
  .strictObject({
    count,
    sum: number,
    min: number,
    max: number,
    stddev: number.min(0, "expected at least 0").optional(),
    first: number.optional(),
    last: number.optional(),
  })
  .superRefine(({ min, max, sum, count: of }, context) => {
    if (min > max) context.addIssue({ code: "custom", message: "min is above max", path: ["min"] });
    // A mean outside of the extremes is a mistake, but one that is off by rounding is not.
    const [mean, slack] = [sum / of, 1e-9 * Math.max(Math.abs(min), Math.abs(max))];
    if (min > max || (mean >= min - slack && mean <= max + slack)) return;
    context.addIssue({ code: "custom", message: `sum / count is ${mean}: not between min and max`, path: ["sum"] });
  });

const requestedWindow = z
  .strictObject({ start: time, value: value.optional(), summary: summary.optional() })
  .superRefine((window, context) => {
    if ((window.value === undefined) !== (window.summary === undefined)) return;
    context.addIssue({ code: "custom", message: "expected either value or summary" });
  });

const STREAM_ACCEPTED = "expected the id of a stream, as twins in /v1/status shows it, or null";
const WINDOWS_ACCEPTED = `expected 1 to ${WINDOWS_MAX} windows`;
const REASON_ACCEPTED = `expected a reason of 1 to ${REASON_CHARS_MAX} characters`;
const ACTOR_ACCEPTED = `expected the name of the operator, 1 to ${ACTOR_CHARS_MAX} characters`;
const reasonAndActor = {
  reason: z.string(REASON_ACCEPTED).trim().min(1, REASON_ACCEPTED).max(REASON_CHARS_MAX, REASON_ACCEPTED),
  actor: z.string(ACTOR_ACCEPTED).trim().min(1, ACTOR_ACCEPTED).max(ACTOR_CHARS_MAX, ACTOR_ACCEPTED),
};
const seriesWindows = { device: name, metric: name, window: length };

const windowsOf = <Rank extends OperatorRank>(command: Rank) =>
  z.strictObject({
    command: z.literal(command),
    ...seriesWindows,
    windows: z.array(requestedWindow, WINDOWS_ACCEPTED).min(1, WINDOWS_ACCEPTED).max(WINDOWS_MAX, WINDOWS_ACCEPTED),
    ...reasonAndActor,
  });

export const commandRequestSchema: z.ZodType<CommandRequest, CommandBody> = z
  .discriminatedUnion(
    "command",
    [
      windowsOf("override"),
      windowsOf("backfill_replace"),
      windowsOf("backfill_fill"),
      z.strictObject({
        command: z.literal("clear"),
        ...seriesWindows,
        rank: z.enum(OPERATOR_RANKS, `expected ${OPERATOR_RANKS.join(", ")}`),
        starts: z.array(time, WINDOWS_ACCEPTED).min(1, WINDOWS_ACCEPTED).max(WINDOWS_MAX, WINDOWS_ACCEPTED),
        ...reasonAndActor,
      }),
      z.strictObject({ command: z.literal("erase_device"), device: name, ...reasonAndActor }),
      z.strictObject({
        command: z.literal("set_member"),
        region: z.string(`expected ${NAME_RULE}`).refine(isName, `expected ${NAME_RULE}`),
        state: z.enum(MEMBER_STATES, `expected ${MEMBER_STATES.join(", ")}`),
        url: address.optional(),
        gateway_url: address.optional(),
        accept_loss: z.boolean("expected true or false").optional(),
        ...reasonAndActor,
      }),
      z.strictObject({
        command: z.literal("keep_gateway"),
        gateway: z.string(`expected ${NAME_RULE}`).refine(isName, `expected ${NAME_RULE}`),
        stream: z.string(STREAM_ACCEPTED).refine(isStreamId, STREAM_ACCEPTED).nullable(),
        ...reasonAndActor,
      }),
    ],
    `expected ${[...OPERATOR_RANKS, "clear", "erase_device", "set_member", "keep_gateway"].join(", ")}`,
  )
  .superRefine((request, context) => {
    if (request.command === "erase_device" || request.command === "set_member" || request.command === "keep_gateway")
      return;
    const starts = request.command === "clear" ? request.starts : request.windows.map(({ start }) => start);
    const seen = new Set<number>();
    for (const [i, start] of starts.entries()) {
      const path = request.command === "clear" ? ["starts", i] : ["windows", i, "start"];
      const at = new Date(start).toISOString();
      if (start % request.window !== 0) {
        const before = new Date(start - (start % request.window)).toISOString();
        context.addIssue({ code: "custom", message: `no window starts at ${at}; one starts at ${before}`, path });
      }
      if (seen.has(start)) context.addIssue({ code: "custom", message: `the window of ${at} comes twice`, path });
      seen.add(start);
    }
  });

/**
 * The commands of a request, one for each window.
 * @param known the present entry of the region that the command is about.
 */
export function draftsOf(request: CommandRequest, known: Member | undefined): readonly OperatorDraft[] {
  const { reason, actor } = request;
  if (request.command === "set_member") {
    return [{ kind: "set_member", member: memberOf(request, known), reason, actor }];
  }
  if (request.command === "keep_gateway") {
    const { gateway, stream: life } = request;
    return [{ kind: "keep_gateway", kept: { gateway, life }, reason, actor }];
  }
  if (request.command === "erase_device") {
    return [{ kind: "erase_device", device: request.device, reason, actor }];
  }
  const { device, metric, window: windowMs } = request;
  const at = (windowStartMs: Millis) => ({ device, metric, windowMs, windowStartMs });
  if (request.command === "clear") {
    const { rank } = request;
    return request.starts.map((start) => ({ kind: "clear", window: at(start), rank, reason, actor }));
  }
  return request.windows.map((window) => ({
    kind: request.command,
    window: at(window.start),
    summary: window.summary === undefined ? ofValue(window) : ofSummary(window.summary, window.start),
    reason,
    actor,
  }));
}

/** The region as the request wants it. */
export function memberOf({ region, state, url, gateway_url }: MemberRequest, known: Member | undefined): Member {
  const address = url ?? known?.url ?? "";
  return {
    region,
    state,
    url: address,
    gatewayUrl: gateway_url ?? (url === undefined ? known?.gatewayUrl : url) ?? "",
  };
}

function ofValue({ value: one, start }: RequestedWindow): WindowSummary {
  if (one === undefined) throw new Error("the schema asks for a value or a summary");
  return summaryOfValue(one, start);
}

function ofSummary(given: CommandSummary, startMs: Millis): WindowSummary {
  const mean = given.sum / given.count;
  return {
    count: given.count,
    numericCount: given.count,
    sum: given.sum,
    min: given.min,
    max: given.max,
    mean,
    m2: (given.stddev ?? 0) ** 2 * given.count,
    firstMs: startMs,
    first: given.first ?? mean,
    lastMs: startMs,
    last: given.last ?? mean,
    coverage: WHOLE_WINDOW,
    sketch: null,
  };
}
