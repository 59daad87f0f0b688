import { z } from "zod";
import type { MemberState } from "../../core/member.ts";
import { MEMBER_STATES } from "../../core/member.ts";
import { answerSchema } from "./answer-schema.ts";

/** `GET /v1/status` of a region: the state of the region. The sentence comes first, for people. */
export type RegionStatus = {
  readonly sentence: string;
  readonly region: string;
  readonly gateways: number;
  readonly streams: number;
  readonly series: number;
  readonly readings: number;
  readonly records: number;
  readonly raw_readings: number;
  readonly forks: number;
  /** Held batches that only a later version of this software can read. */
  readonly unapplied_batches: number;
  /** Stored rows that the disk has changed: those that answers leave out, and those that were repaired since the start. */
  readonly damaged_rows: number;
  readonly repaired_rows: number;
  /** How often every row was compared with its checksum since the start. */
  readonly scrubs: number;
  /** Batches that were lost with the write-ahead log before this start, and those that have not come again yet. */
  readonly lost_batches: number;
  readonly awaited_batches: number;
  /** Two gateways with one name, in the order of the names: a disk was copied. */
  readonly twins: readonly ShownTwins[];
  readonly peers: readonly PeerRegion[];
  /** When the last batch arrived; null: none yet. */
  readonly last_batch: string | null;
};

export type ShownTwins = {
  readonly gateway: string;
  /** Null: an operator keeps a gateway that is not connected. */
  readonly accepted: TwinGateway | null;
  readonly refused: TwinGateway;
  /** An operator decided which one is accepted (`tidemark gateways twin keep`). */
  readonly decided: boolean;
  readonly since: string;
};

/** `stream`: the first one of its process; it names the gateway in `tidemark gateways twin keep`. */
export type TwinGateway = { readonly stream: string; readonly region: string; readonly address: string };

const twinGateway = z.object({ stream: z.string(), region: z.string(), address: z.string() });

export type PeerRegion = {
  readonly name: string;
  readonly state: MemberState;
  /** Whether this region sends to it. */
  readonly connected: boolean;
  /** Whether it sends to this region. */
  readonly sends: boolean;
  /** Why the last connection to it ended; null while there is one, and before the first. */
  readonly lost: string | null;
  /** Batches that were committed here first and that it does not hold yet. */
  readonly behind_batches: number;
  /** The age of the oldest of them; null without such batches. */
  readonly behind_ms: number | null;
};

export const regionStatusSchema: z.ZodType<RegionStatus> = answerSchema<RegionStatus>()(
  z.object({
    sentence: z.string(),
    region: z.string(),
    gateways: z.number(),
    streams: z.number(),
    series: z.number(),
    readings: z.number(),
    records: z.number(),
    raw_readings: z.number(),
    forks: z.number(),
    unapplied_batches: z.number(),
    damaged_rows: z.number(),
    repaired_rows: z.number(),
    scrubs: z.number(),
    lost_batches: z.number(),
    awaited_batches: z.number(),
    twins: z
      .array(
        z.object({
          gateway: z.string(),
          accepted: twinGateway.nullable(),
          refused: twinGateway,
          decided: z.boolean(),
          since: z.string(),
        }),
      )
      .readonly(),
    peers: z
      .array(
        z.object({
          name: z.string(),
          state: z.enum(MEMBER_STATES),
          connected: z.boolean(),
          sends: z.boolean(),
          lost: z.string().nullable(),
          behind_batches: z.number(),
          behind_ms: z.number().nullable(),
        }),
      )
      .readonly(),
    last_batch: z.string().nullable(),
  }),
);
