import { XMLBuilder } from "fast-xml-parser";
import type { DrillOutcome } from "../outcome.ts";

/** JUnit XML for a CI server: each drill is a test case. An incomplete drill is an error, not a failure. */
export function junitReport(outcomes: readonly DrillOutcome[]): string {
  const xml = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", format: true });
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  const verdicts = (verdict: DrillOutcome["verdict"]): number =>
    outcomes.filter((outcome) => outcome.verdict === verdict).length;
  return xml.build({
    "?xml": { "@version": "1.0", "@encoding": "UTF-8" },
    testsuite: {
      "@name": "tidemark drills",
      "@tests": outcomes.length,
      "@failures": verdicts("failed"),
      "@errors": verdicts("incomplete"),
      "@time": seconds(outcomes.reduce((sum, { durationMs }) => sum + durationMs, 0)),
      testcase: outcomes.map(({ drill, verdict, reasons, sentence, durationMs }) => {
        const why = { "@message": sentence, "#text": reasons.join("\n") };
        return {
          "@classname": "drill",
          "@name": drill,
          "@time": seconds(durationMs),
          ...(verdict === "failed" ? { failure: why } : {}),
          ...(verdict === "incomplete" ? { error: why } : {}),
          "system-out": sentence,
        };
      }),
    },
  });
}
