import { z } from "zod";
import { answerSchema } from "./answer-schema.ts";

/**
 * `GET /v1/status` of a gateway: the state of the gateway. The sentence comes first, for people; the other fields give
 * the reasons for it.
 */
export type GatewayStatus = {
  readonly sentence: string;
  readonly gateway: string;
  readonly uptime_s: number;
  readonly mqtt: { readonly connections: number; readonly paused: boolean };
  readonly readings: {
    /** Since the start of the process. */
    readonly journaled: number;
    /** Since the first start on this disk. */
    readonly total: number;
    readonly messages: number;
    readonly messages_per_s: number;
    readonly redelivered: number;
    /** Numbers that payloads write as texts; since the start of the process. */
    readonly numeric_texts: number;
    readonly dead_letters: Readonly<Record<string, number>>;
    readonly ignored: Readonly<Record<string, number>>;
    readonly discards: Readonly<Record<string, number>>;
  };
  readonly schema: {
    /** How often metrics changed their `type` or `unit`, since the first start on this disk. */
    readonly changes: Readonly<Record<string, number>>;
    /** The last change in words, also if it was refused; null: no change since the start of the process. */
    readonly last: string | null;
  };
  readonly journal: {
    readonly commits: number;
    readonly wait_p50_ms: number | null;
    readonly wait_p99_ms: number | null;
  };
  readonly time: {
    readonly state: "waiting" | "known" | "given_up";
    /** Why the clock is not trusted; null: it is trusted. */
    readonly waiting_for: "unset" | "behind" | "not_synchronized" | null;
    readonly held_messages: number;
    /** Readings whose own time was not plausible, since the start of the process. */
    readonly suspect_times: number;
    /**
     * The devices whose clocks are furthest off. `skew_ms`: ahead is positive. `suspect`: the last time that was not
     * plausible.
     */
    readonly devices: readonly { readonly device: string; readonly skew_ms: number; readonly suspect: string | null }[];
  };
  readonly devices: {
    /** All that ever had a reading. */
    readonly known: number;
    /** Those that had one within the last minute. */
    readonly sending: number;
    /** Since the last reading of any device; null: none since the start of the process. */
    readonly silent_ms: number | null;
  };
  readonly windows: { readonly open: number; readonly series: number };
  readonly outbox: {
    readonly batches: number;
    readonly bytes: number;
    readonly readings: number;
    readonly undurable_batches: number;
    readonly undurable_bytes: number;
    readonly undurable_readings: number;
    /** Raw readings in the journal that are not sealed yet. */
    readonly raw_waiting: number;
    /** Readings that are only on this disk: in open windows, waiting to be sealed, or in batches that no region holds. */
    readonly waiting_readings: number;
    /** The age of the oldest of them; null without such readings. */
    readonly behind_ms: number | null;
  };
  readonly uplink: {
    readonly connected: boolean;
    /** The active region; null while there is no connection. */
    readonly region: string | null;
    readonly offline_ms: number;
    readonly drain_readings_per_s: number | null;
    /** Why a region refuses this gateway; null: none does. */
    readonly refusal: string | null;
    /** Where another gateway with the name of this one connects from; null: there is none. */
    readonly rival: string | null;
    /** Batches that went to a second region because too few regions held them, and for how long this happened. */
    readonly dual_send: { readonly batches: number; readonly active_ms: number };
    /** In the order of preference. */
    readonly regions: readonly UplinkRegion[];
  };
  readonly wire: { readonly bytes_sent: number };
  readonly disk: {
    readonly pressure: "keep_all" | "trim_replicated" | "force_dual_send" | "full";
    /** Share of the quota in use, 0 to 1. */
    readonly fill_ratio: number;
    readonly used_bytes: number;
    readonly quota_bytes: number;
    /** Rows that the disk damaged, since the first start on it, by table. What was lost with them is in `discards`. */
    readonly damaged_rows: Readonly<Record<string, number>>;
    /** The newest of them in words, the newest first. */
    readonly damage: readonly string[];
  };
};

export type UplinkRegion = {
  readonly region: string;
  readonly role: "active" | "standby" | "idle";
  readonly link: "idle" | "waiting" | "listing" | "opening" | "live" | "stopped";
  readonly circuit: "closed" | "open";
  /** Why the last connection ended; empty while the connection is good. */
  readonly trouble: string;
  readonly offline_ms: number;
  readonly in_flight_bytes: number;
  readonly credit_bytes: number;
  /**
   * Batches that the region refused for ever. Something is wrong in the gateway or the region, and a person must look.
   */
  readonly quarantined_batches: number;
  readonly sent_batches: number;
  readonly sent_bytes: number;
  readonly durable_batches: number;
  readonly durable_bytes: number;
};

const counts = z.record(z.string(), z.number());

export const gatewayStatusSchema: z.ZodType<GatewayStatus> = answerSchema<GatewayStatus>()(
  z.object({
    sentence: z.string(),
    gateway: z.string(),
    uptime_s: z.number(),
    mqtt: z.object({ connections: z.number(), paused: z.boolean() }),
    readings: z.object({
      journaled: z.number(),
      total: z.number(),
      messages: z.number(),
      messages_per_s: z.number(),
      redelivered: z.number(),
      numeric_texts: z.number(),
      dead_letters: counts,
      ignored: counts,
      discards: counts,
    }),
    schema: z.object({ changes: counts, last: z.string().nullable() }),
    journal: z.object({
      commits: z.number(),
      wait_p50_ms: z.number().nullable(),
      wait_p99_ms: z.number().nullable(),
    }),
    time: z.object({
      state: z.enum(["waiting", "known", "given_up"]),
      waiting_for: z.enum(["unset", "behind", "not_synchronized"]).nullable(),
      held_messages: z.number(),
      suspect_times: z.number(),
      devices: z
        .array(z.object({ device: z.string(), skew_ms: z.number(), suspect: z.string().nullable() }))
        .readonly(),
    }),
    devices: z.object({ known: z.number(), sending: z.number(), silent_ms: z.number().nullable() }),
    windows: z.object({ open: z.number(), series: z.number() }),
    outbox: z.object({
      batches: z.number(),
      bytes: z.number(),
      readings: z.number(),
      undurable_batches: z.number(),
      undurable_bytes: z.number(),
      undurable_readings: z.number(),
      raw_waiting: z.number(),
      waiting_readings: z.number(),
      behind_ms: z.number().nullable(),
    }),
    uplink: z.object({
      connected: z.boolean(),
      region: z.string().nullable(),
      offline_ms: z.number(),
      drain_readings_per_s: z.number().nullable(),
      refusal: z.string().nullable(),
      rival: z.string().nullable(),
      dual_send: z.object({ batches: z.number(), active_ms: z.number() }),
      regions: z
        .array(
          z.object({
            region: z.string(),
            role: z.enum(["active", "standby", "idle"]),
            link: z.enum(["idle", "waiting", "listing", "opening", "live", "stopped"]),
            circuit: z.enum(["closed", "open"]),
            trouble: z.string(),
            offline_ms: z.number(),
            in_flight_bytes: z.number(),
            credit_bytes: z.number(),
            quarantined_batches: z.number(),
            sent_batches: z.number(),
            sent_bytes: z.number(),
            durable_batches: z.number(),
            durable_bytes: z.number(),
          }),
        )
        .readonly(),
    }),
    wire: z.object({ bytes_sent: z.number() }),
    disk: z.object({
      pressure: z.enum(["keep_all", "trim_replicated", "force_dual_send", "full"]),
      fill_ratio: z.number(),
      used_bytes: z.number(),
      quota_bytes: z.number(),
      damaged_rows: counts,
      damage: z.array(z.string()).readonly(),
    }),
  }),
);
