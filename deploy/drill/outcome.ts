import type { Limits } from "./drill-file.ts";
import type { Ledger } from "./ledger.ts";
import type { Sample } from "./samples.ts";

/** Something that happened at a moment of a drill, for the timeline. */
export type Mark = {
  readonly atMs: number;
  readonly kind:
    | "steady"
    | "step"
    | "injection"
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

/** One injection, or several that a step began together, and when new readings were seen after it. */
export type InjectionEvent = {
  readonly sentence: string;
  readonly measured: boolean;
  readonly parts: readonly string[];
  readonly beganAtMs: number;
  /** Null: it never ends, or did not. */
  readonly endedAtMs: number | null;
  /** When a part first reported trouble; null if none did. */
  readonly detectedAtMs: number | null;
  readonly sightings: readonly Sighting[];
};

/** The first reading that a gateway took after an injection: when a region that was not hit had it. */
export type Sighting = {
  readonly gateway: string;
  readonly durableAtMs: number | null;
  readonly region: string | null;
  /** When two such regions had it. */
  readonly replicatedAtMs: number | null;
};

/** What was found in a drill; `null`: the drill did not get so far. */
export type Findings = {
  readonly events: readonly InjectionEvent[];
  /** When the last injection ended; for one that never ends, when it began. */
  readonly healedAtMs: number | null;
  /** When everything flowed as before. */
  readonly caughtUpAtMs: number | null;
  /** When every reading that was acknowledged before the last injection ended was in every region. */
  readonly repairedAtMs: number | null;
  readonly backHomeAtMs: number | null;
  readonly setsEqualAtMs: number | null;
  readonly ledger: Ledger | null;
  /** Acknowledged readings that were in no region while everything was well, in one sentence; null: none were seen. */
  readonly lostMeanwhile: string | null;
  /** Why it was stopped before its end; null when it was not. */
  readonly aborted: string | null;
};

export type Figures = {
  readonly peakBufferBytes: number;
  readonly peakBufferShare: number;
  readonly peakWaitingReadings: number;
  readonly resentBatches: number;
  readonly resentBytes: number;
  readonly dualSendMs: number;
  /** Conflicts between rows, by kind. */
  readonly conflicts: Conflicts;
};

export type Conflicts = Readonly<Record<string, { readonly count: number; readonly example: string }>>;

export type Verdict = "passed" | "failed" | "incomplete";

/** The answer to "what did we lose?", with all its evidence. */
export type DrillOutcome = {
  readonly verdict: Verdict;
  /** One plain sentence. */
  readonly sentence: string;
  /** Why it did not pass. */
  readonly reasons: readonly string[];
  readonly drill: string;
  readonly hypothesis: string;
  readonly notTested: readonly string[];
  readonly run: string;
  readonly target: string;
  readonly seed: number;
  readonly software: string;
  /** The command that repeats it. */
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
  /** For every measured injection and every gateway; null: no reading became durable. */
  readonly rtoMs: readonly (number | null)[];
  readonly rtoP50Ms: number | null;
  readonly rtoP95Ms: number | null;
  readonly rtoMaxMs: number | null;
  readonly replicatedMaxMs: number | null;
  readonly detectedMs: number | null;
  /** From the end of the last injection; so are the two below. */
  readonly caughtUpMs: number | null;
  readonly repairMs: number | null;
  readonly backHomeMs: number | null;
};
