import { Readable } from "node:stream";

import { z } from "zod";

import { seq, streamId } from "../../proto/core/ids.ts";
import type {
  AnswerKey,
  ConflictKey,
  ConflictRow,
  EffectiveWindow,
  Page,
  RawReading,
  ReadingKey,
  SchemaRow,
  SeriesKey,
  Store,
  StreamKey,
} from "../store/store.ts";
import {
  BadParameter,
  cursorParameter,
  formatCursor,
  formatParameter,
  kindParameter,
  LIMIT_DEFAULT,
  limitParameter,
  nameParameter,
  parseParameters,
  required,
  timeParameter,
  windowParameter,
} from "./parameters.ts";
import {
  conflictJson,
  dayText,
  digestJson,
  gatewayJson,
  jsonText,
  readingJson,
  recordJson,
  revisionJson,
  schemaJson,
} from "./render.ts";
import type { DayDigest } from "../core/day-digests.ts";
import type { Member } from "../../proto/core/member.ts";
import type { PeerStatus } from "../core/replication-events.ts";
import { statusSentence } from "./status.ts";

/**
 * What the region answers over HTTP, without the HTTP: a question is a URL and the `Accept` header, an answer is a
 * status and a body. Answers are JSON on one line, or NDJSON: one row a line, all pages, read from the store as fast as
 * the reader takes them.
 *
 * A listing is `{"records": [...], "next": "..."}`; `next` goes back as `cursor` and is null at the end. A page may be
 * short before the end.
 */
export class QueryApi {
  readonly #store: Store;
  readonly #region: string;
  readonly #nowMs: () => number;
  readonly #lastSeenMs: (gateway: string) => number | null;
  readonly #peers: () => readonly PeerStatus[];
  readonly #members: () => readonly Member[];
  readonly #digests: DigestsKnown;

  constructor(deps: {
    store: Store;
    region: string;
    clock: { nowMs(): number };
    lastSeenMs: (gateway: string) => number | null;
    peers: () => readonly PeerStatus[];
    members: () => readonly Member[];
    digests: DigestsKnown;
  }) {
    this.#digests = deps.digests;
    this.#peers = deps.peers;
    this.#members = deps.members;
    this.#store = deps.store;
    this.#region = deps.region;
    this.#nowMs = () => deps.clock.nowMs();
    this.#lastSeenMs = deps.lastSeenMs;
  }

  async series(question: Question): Promise<Answer> {
    const { device, metric, limit, cursor, format } = parseParameters(question.url.searchParams, SERIES_PARAMETERS);
    return listing<SeriesKey, SeriesKey>({
      name: "series",
      ndjson: wantsNdjson(format, question),
      limit,
      cursor,
      page: (after, rows) => this.#store.series({ device, metric, after, limit: rows }),
      render: (row) => row,
    });
  }

  async schema(question: Question): Promise<Answer> {
    const { device, metric, limit, cursor, format } = parseParameters(question.url.searchParams, SERIES_PARAMETERS);
    return listing<SchemaRow, SeriesKey>({
      name: "schema",
      ndjson: wantsNdjson(format, question),
      limit,
      cursor,
      page: (after, rows) => this.#store.schema({ device, metric, after, limit: rows }),
      render: schemaJson,
    });
  }

  async records(question: Question): Promise<Answer> {
    const query = question.url.searchParams;
    // The cursor's shape depends on what is listed, so the window is read first.
    const raw = query.getAll("window").some((window) => window === "raw" || window === "0");
    return raw ? this.#rawReadings(question) : this.#windowRecords(question);
  }

  async gateways(question: Question): Promise<Answer> {
    const { gateway, limit, cursor, format } = parseParameters(question.url.searchParams, {
      gateway: nameParameter,
      limit: limitParameter,
      cursor: cursorParameter(streamKeySchema),
      format: formatParameter,
    });
    return listing<Parameters<typeof gatewayJson>[0], StreamKey>({
      name: "streams",
      ndjson: wantsNdjson(format, question),
      limit,
      cursor,
      page: (after, rows) => this.#store.streams({ gateway, after, limit: rows }),
      render: (row) => gatewayJson(row, this.#lastSeenMs(row.gateway)),
    });
  }

  async conflicts(question: Question): Promise<Answer> {
    const parsed = parseParameters(question.url.searchParams, {
      device: nameParameter,
      metric: nameParameter,
      kind: kindParameter,
      from: timeParameter,
      to: timeParameter,
      limit: limitParameter,
      cursor: cursorParameter(conflictKeySchema),
      format: formatParameter,
    });
    const { device, metric, kind, from: fromMs, to: toMs, limit, cursor, format } = parsed;
    timeRange(parsed);
    return listing<ConflictRow, ConflictKey>({
      name: "conflicts",
      ndjson: wantsNdjson(format, question),
      limit,
      cursor,
      page: (after, rows) => this.#store.conflicts({ device, metric, kind, fromMs, toMs, after, limit: rows }),
      render: conflictJson,
    });
  }

  /** Every row that one window ever had. */
  async revisions(question: Question): Promise<Answer> {
    const parsed = parseParameters(question.url.searchParams, {
      device: nameParameter,
      metric: nameParameter,
      window: windowParameter,
      start: timeParameter,
      format: formatParameter,
    });
    const device = required("device", parsed.device, nameParameter);
    const metric = required("metric", parsed.metric, nameParameter);
    const windowMs = required("window", parsed.window, windowParameter);
    const windowStartMs = required("start", parsed.start, timeParameter);
    const { rows, complete } = await this.#store.revisions({ device, metric, windowMs, windowStartMs });
    const shown = rows.map(revisionJson);
    if (!wantsNdjson(parsed.format, question)) return json(200, { revisions: shown, complete });
    const lines = shown.map((row) => `${jsonText(row)}\n`);
    return { kind: "ndjson", lines: Readable.from(lines) };
  }

  /** Where all regions stand, and how they are seen from here. */
  async regions(question: Question): Promise<Answer> {
    parseParameters(question.url.searchParams, {});
    const peers = new Map(this.#peers().map((peer) => [String(peer.peer), peer]));
    const regions = this.#members().map(({ region, state, url, gatewayUrl }) => {
      const peer = peers.get(region);
      return {
        region,
        state,
        url: url === "" ? null : url,
        gateway_url: gatewayUrl === "" ? null : gatewayUrl,
        self: region === this.#region,
        connected: region === this.#region ? null : (peer?.connected ?? false),
        behind_batches: peer?.behindBatches ?? null,
      };
    });
    return json(200, { regions });
  }

  /** What the last walk over all rows found, by day: equal in regions that hold the same. */
  async digests(question: Question): Promise<Answer> {
    const { format } = parseParameters(question.url.searchParams, { format: formatParameter });
    const byDay = Map.groupBy(this.#digests.last ?? [], ({ day }) => day);
    const days = [...byDay].map(([day, buckets]) => digestJson(day, buckets));
    if (wantsNdjson(format, question)) {
      return { kind: "ndjson", lines: Readable.from(days.map((day) => `${jsonText(day)}\n`)) };
    }
    return json(200, { walked: this.#digests.last !== null, digests: days, differing: this.#differing() });
  }

  #differing(): object {
    const found = [...this.#digests.differing].filter(([, days]) => days.length > 0);
    return Object.fromEntries(found.map(([peer, days]) => [peer, days.map(dayText)]));
  }

  async status(question: Question): Promise<Answer> {
    parseParameters(question.url.searchParams, {});
    const totals = await this.#store.totals();
    const peers = this.#peers();
    const differing = [...this.#digests.differing].filter(([, days]) => days.length > 0).map(([peer]) => peer);
    const sentence = statusSentence(totals, { peers, differing }, this.#nowMs());
    return json(200, {
      sentence,
      region: this.#region,
      gateways: totals.gateways,
      streams: totals.streams,
      series: totals.series,
      readings: totals.readings,
      records: totals.records,
      raw_readings: totals.rawReadings,
      forks: totals.forks,
      unapplied_batches: totals.unapplied,
      peers: peers.map((peer) => ({
        name: peer.peer,
        state: peer.state,
        connected: peer.connected,
        gives: peer.sending,
        lost: peer.lastLoss === "" ? null : peer.lastLoss,
        behind_batches: peer.behindBatches,
        behind_ms: peer.behindMs === null ? null : Math.round(peer.behindMs),
      })),
      last_batch: totals.lastReceivedMs === null ? null : new Date(totals.lastReceivedMs).toISOString(),
    });
  }

  #windowRecords(question: Question): Promise<Answer> {
    const parsed = parseParameters(question.url.searchParams, {
      ...recordParameters,
      cursor: cursorParameter(answerKeySchema),
    });
    const { device, metric, window: windowMs, limit, cursor, format } = parsed;
    const range = timeRange(parsed);
    return listing<EffectiveWindow, AnswerKey>({
      name: "records",
      ndjson: wantsNdjson(format, question),
      limit,
      cursor,
      page: (after, rows) => this.#store.records({ device, metric, windowMs, ...range, after, limit: rows }),
      render: recordJson,
    });
  }

  #rawReadings(question: Question): Promise<Answer> {
    const parsed = parseParameters(question.url.searchParams, {
      ...recordParameters,
      cursor: cursorParameter(readingKeySchema),
    });
    const { device, metric, limit, cursor, format } = parsed;
    const range = timeRange(parsed);
    return listing<RawReading, ReadingKey>({
      name: "records",
      ndjson: wantsNdjson(format, question),
      limit,
      cursor,
      page: (after, rows) => this.#store.readings({ device, metric, ...range, after, limit: rows }),
      render: readingJson,
    });
  }
}

export type DigestsKnown = {
  /** Null before the end of the first walk. */
  readonly last: readonly DayDigest[] | null;
  readonly differing: ReadonlyMap<string, readonly number[]>;
};

export type Question = { readonly url: URL; readonly accept: string };
export type Answer =
  | { readonly kind: "json"; readonly status: number; readonly body: string }
  | { readonly kind: "ndjson"; readonly lines: AsyncIterable<string> };

/** Turns what went wrong with a question into its answer; anything else is not the asker's doing and goes on. */
export function badRequest(error: unknown): Answer {
  if (!(error instanceof BadParameter)) throw error;
  const { message, parameter, found, accepted } = error;
  return json(400, { error: message, parameter, found, accepted });
}

function json(status: number, body: object): Answer {
  return { kind: "json", status, body: jsonText(body) };
}

async function listing<Row, Key extends object>(options: {
  name: string;
  ndjson: boolean;
  limit: number | null;
  cursor: Key | null;
  page: (after: Key | null, limit: number) => Promise<Page<Row, Key>>;
  render: (row: Row) => object;
}): Promise<Answer> {
  const { name, ndjson, limit, cursor, page, render } = options;
  if (!ndjson) {
    const { rows, next } = await page(cursor, limit ?? LIMIT_DEFAULT);
    return json(200, { [name]: rows.map(render), next: next === null ? null : formatCursor(next) });
  }
  // The first page is read before the answer begins, so that a failure is still a status.
  const first = await page(cursor, Math.min(limit ?? LIMIT_DEFAULT, LIMIT_DEFAULT));
  return { kind: "ndjson", lines: lines(first) };

  /** One chunk a page; `limit` counts lines, and without it there is no end before the end. */
  async function* lines(start: Page<Row, Key>): AsyncGenerator<string> {
    let current = start;
    let left = limit ?? Number.POSITIVE_INFINITY;
    for (;;) {
      if (current.rows.length > 0) yield current.rows.map((row) => `${jsonText(render(row))}\n`).join("");
      left -= current.rows.length;
      if (current.next === null || left <= 0) return;
      current = await page(current.next, Math.min(left, LIMIT_DEFAULT));
    }
  }
}

function wantsNdjson(format: "json" | "ndjson" | null, question: Question): boolean {
  return format === null ? question.accept.includes("application/x-ndjson") : format === "ndjson";
}

function timeRange(parsed: { from: number | null; to: number | null }): { fromMs: number; toMs: number } {
  const fromMs = parsed.from ?? Number.MIN_SAFE_INTEGER;
  const toMs = parsed.to ?? Number.MAX_SAFE_INTEGER;
  if (fromMs >= toMs) {
    const found = new Date(toMs).toISOString();
    throw new BadParameter({ message: "to must be after from", parameter: "to", found, accepted: "a later time" });
  }
  return { fromMs, toMs };
}

const recordParameters = {
  device: nameParameter,
  metric: nameParameter,
  window: windowParameter,
  from: timeParameter,
  to: timeParameter,
  limit: limitParameter,
  format: formatParameter,
};

const name = z.string();
const whole = z.number().int();
const streamIdSchema = z.string().transform((text, context) => {
  try {
    return streamId(text);
  } catch {
    context.addIssue({ code: "custom" });
    return z.NEVER;
  }
});
const seriesKeySchema = z.strictObject({ device: name, metric: name });
/** Of the listings that have a row for each series. */
const SERIES_PARAMETERS = {
  device: nameParameter,
  metric: nameParameter,
  limit: limitParameter,
  cursor: cursorParameter(seriesKeySchema),
  format: formatParameter,
};
const recordKeySchema = z.strictObject({ device: name, metric: name, windowMs: whole, windowStartMs: whole });
const answerKeySchema = recordKeySchema.extend({ schema: name });
const readingKeySchema = z.strictObject({
  device: name,
  metric: name,
  timeMs: whole,
  streamId: streamIdSchema,
  seq: whole.min(1).transform(seq),
  index: whole.min(0),
});
const conflictKeySchema = z.discriminatedUnion("of", [
  z.strictObject({ of: z.literal("fork"), key: name }),
  z.strictObject({ of: z.literal("window"), ...recordKeySchema.shape, key: name }),
]);
const streamKeySchema = z.strictObject({ gateway: name, streamId: streamIdSchema });
