import type { Limits } from "./drill-file.ts";
import type { Ledger } from "./ledger.ts";
import type { Sample } from "./samples.ts";

/** Something that happened at a moment of a drill, for the timeline. */
export type Mark = {
  readonly atMs: number;
  readonly kind:
    | "steady"
    | "step"
    | "fault"
    | "detected"
    | "durable"
    | "replicated"
    | "healed"
    | "caught_up"
    | "repaired"
    | "back_home"
    | "sets_equal"
    | "aborted";
  readonly text: string;
};

/** One fault, or several that a step began together, and what became of new readings since. */
export type FaultEvent = {
  readonly sentence: string;
  readonly measured: boolean;
  readonly parts: readonly string[];
  readonly beganAtMs: number;
  /** Null: it never ends, or did not. */
  readonly endedAtMs: number | null;
  /** When some part first said that something is wrong; null where none did. */
  readonly detectedAtMs: number | null;
  readonly sightings: readonly Sighting[];
};

/** The first reading that a gateway took after a fault: when a region that the fault did not hit had it. */
export type Sighting = {
  readonly gateway: string;
  readonly durableAtMs: number | null;
  readonly region: string | null;
  /** When two such regions had it. */
  readonly replicatedAtMs: number | null;
};

/** What was measured in a drill that was carried out; `null`: it did not come to that. */
export type Findings = {
  readonly events: readonly FaultEvent[];
  /** When the last fault ended; of one that never ends, when it began. */
  readonly healedAtMs: number | null;
  /** Everything flows as before. */
  readonly caughtUpAtMs: number | null;
  /** Every reading that was acknowledged before the healing is in every region. */
  readonly repairedAtMs: number | null;
  readonly backHomeAtMs: number | null;
  readonly setsEqualAtMs: number | null;
  readonly ledger: Ledger | null;
  /** Acknowledged readings that were in no region while everything was well, in one sentence; null: none were seen. */
  readonly lostMeanwhile: string | null;
  /** Why it was not carried out to its end; null when it was. */
  readonly aborted: string | null;
};

export type Figures = {
  readonly peakBufferBytes: number;
  readonly peakBufferShare: number;
  readonly peakWaitingReadings: number;
  readonly resentBatches: number;
  readonly resentBytes: number;
  readonly dualSendMs: number;
  /** Choices between rows that disagreed, by kind. */
  readonly conflicts: Conflicts;
};

export type Conflicts = Readonly<Record<string, { readonly count: number; readonly example: string }>>;

export type Verdict = "passed" | "failed" | "incomplete";

/** The answer to "what did we lose?", and everything that it rests on. */
export type DrillOutcome = {
  readonly verdict: Verdict;
  /** One plain sentence. */
  readonly sentence: string;
  /** Why it is not passed. */
  readonly reasons: readonly string[];
  readonly drill: string;
  readonly hypothesis: string;
  readonly notTested: readonly string[];
  readonly run: string;
  readonly target: string;
  readonly seed: number;
  readonly software: string;
  /** The command that does it again. */
  readonly command: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly steps: readonly string[];
  readonly regions: readonly string[];
  readonly gateways: readonly string[];
  readonly limits: Limits;
  readonly measured: Measurements;
  readonly marks: readonly Mark[];
  readonly findings: Findings;
  readonly figures: Figures;
  readonly samples: readonly (Sample & { readonly acknowledged: number })[];
};

export type Measurements = {
  /** Of every measured fault and every gateway; null: no reading became durable. */
  readonly rtoMs: readonly (number | null)[];
  readonly rtoP50Ms: number | null;
  readonly rtoP95Ms: number | null;
  readonly rtoMaxMs: number | null;
  readonly replicatedMaxMs: number | null;
  readonly detectedMs: number | null;
  /** From the last healing. */
  readonly caughtUpMs: number | null;
  readonly repairMs: number | null;
  readonly backHomeMs: number | null;
};
