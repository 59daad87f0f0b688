import { formatDuration } from "../../../proto/runtime/options/duration.ts";
import { formatNumber, formatMoment, formatMs, formatSize } from "../../terminal/figures.ts";
import type { NamedReading, RegionLedger } from "../ledger.ts";
import type { DrillOutcome } from "../outcome.ts";
import { timelinePicture } from "./picture.ts";

/** An earlier run of the same drill, for comparison. */
export type EarlierRun = Pick<DrillOutcome, "run" | "startedAt" | "verdict" | "measured">;

/** The report of one drill as one file that loads nothing else: the answer first, then the evidence. */
export function htmlReport(outcome: DrillOutcome, earlier: readonly EarlierRun[]): string {
  const { verdict, drill, sentence, startedAt, durationMs } = outcome;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${verdict}: ${text(drill)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="verdict ${verdict}">${verdict}</p>
<h1>${text(sentence)}</h1>
<p class="dim">Drill <b>${text(drill)}</b> on ${text(outcome.target)}, ${text(startedAt)}, ${formatMs(durationMs)}, run ${text(outcome.run)}</p>
<p>${text(outcome.hypothesis)}</p>
${outcome.reasons.length === 0 ? "" : `<section><h2>Why it is ${verdict}</h2>${list(outcome.reasons)}</section>`}
<section id="timeline"><h2>Timeline</h2>${timelinePicture(outcome)}</section>
<section><h2>Limits and measured values</h2>${limitsTable(outcome, earlier)}</section>
<section><h2>Ledger</h2>${ledgerSection(outcome)}</section>
<section><h2>Other figures</h2>${figures(outcome)}</section>
<section><h2>Steps</h2>${list(outcome.steps)}</section>
<section><h2>What happened</h2>${table(
    ["time", "event"],
    outcome.marks.map(({ atMs, text: what }) => [formatMoment(atMs), what]),
  )}</section>
<section><h2>What was not tested</h2>${list(outcome.notTested.length === 0 ? ["The drill file names nothing. No drill tests everything."] : outcome.notTested)}</section>
<section><h2>Repeat it</h2><pre>${text(outcome.command)}</pre>
<p class="dim">Version ${text(outcome.software)}, regions ${text(outcome.regions.join(", "))}, gateways ${text(outcome.gateways.join(", "))}, seed ${outcome.seed}</p></section>
</main>
</body>
</html>
`;
}

function limitsTable({ limits, measured }: DrillOutcome, earlier: readonly EarlierRun[]): string {
  const runs = earlier.slice(0, EARLIER_SHOWN);
  const row = (what: string, limitMs: number | null, of: (one: DrillOutcome["measured"]) => number | null): Cell[] => {
    const ms = of(measured);
    const margin = ms === null || limitMs === null || limitMs === 0 ? "" : `${Math.round((1 - ms / limitMs) * 100)}%`;
    const over = ms !== null && limitMs !== null && ms > limitMs;
    return [
      what,
      limitMs === null ? "" : formatDuration(limitMs),
      { text: ms === null ? "not seen" : formatMs(ms), mark: ms === null || over },
      margin,
      ...runs.map((run) => {
        const before = of(run.measured);
        return before === null ? "" : formatMs(before);
      }),
    ];
  };
  return table(
    ["", "limit", "measured", "margin", ...runs.map(({ run, verdict }) => `${run} (${verdict})`)],
    [
      row(
        `RTO: a new reading is durable in a region that was not hit, slowest of ${measured.rtoMs.length}`,
        limits.rtoMs,
        (one) => one.rtoMaxMs,
      ),
      row("RTO, p50", null, (one) => one.rtoP50Ms),
      row("RTO, p95", null, (one) => one.rtoP95Ms),
      row("a new reading is in two regions, slowest", null, (one) => one.replicatedMaxMs),
      row("detected", limits.noticedMs, (one) => one.detectedMs),
      row(
        "repaired: every region has what was acknowledged before the injection ended",
        limits.repairMs,
        (one) => one.repairMs,
      ),
      row("everything flows again, after the injection ended", null, (one) => one.caughtUpMs),
      ...(limits.backHomeMs === null
        ? []
        : [row("batches go home again, after the injection ended", limits.backHomeMs, (one) => one.backHomeMs)]),
    ],
  );
}

function ledgerSection({ findings: { ledger } }: DrillOutcome): string {
  if (ledger === null) return "<p class=bad>The readings were not compared.</p>";
  const rows = ledger.regions.map(({ region, readings, digest, missing, twice, neverSent, miscounted }): Cell[] => [
    region,
    formatNumber(readings),
    digest,
    { text: formatNumber(missing.length), mark: missing.length > 0 },
    { text: formatNumber(twice.length), mark: twice.length > 0 },
    { text: formatNumber(neverSent), mark: neverSent > 0 },
    { text: formatNumber(miscounted.length), mark: miscounted.length > 0 },
  ]);
  const heads = [
    "region",
    "readings",
    "digest",
    "missing (RPO)",
    "twice",
    "never sent",
    "devices with wrong window counts",
  ];
  const lists = [
    ...idLists("Missing", ledger.regions, ({ missing }) => missing),
    ...idLists("More than once", ledger.regions, ({ twice }) => twice),
  ];
  const differ = ledger.windowsDiffer;
  return `<p>${formatNumber(ledger.sent)} canary readings were sent, ${formatNumber(ledger.acknowledged)} were acknowledged. Each was looked for in every region that was not lost for ever.</p>
${table(heads, rows)}
<p>Windows for which regions give different answers: <b${differ.length > 0 ? " class=bad" : ""}>${formatNumber(differ.length)}</b></p>
${
  differ.length === 0
    ? ""
    : table(
        ["device", "window", "answers"],
        differ.slice(0, IDS_SHOWN).map(({ device, start, answers }) => [device, start, JSON.stringify(answers)]),
      )
}
${lists.join("\n")}`;
}

/** A list for each region that has such readings, and one line for all that have none. */
function idLists(
  what: string,
  regions: readonly RegionLedger[],
  readingsOf: (region: RegionLedger) => readonly NamedReading[],
): string[] {
  const without = regions.filter((region) => readingsOf(region).length === 0).map(({ region }) => region);
  const lists = regions.flatMap((region) => {
    const readings = readingsOf(region);
    return readings.length === 0 ? [] : [idList(`${what} in ${region.region}`, readings)];
  });
  return without.length === 0 ? lists : [...lists, `<p>${what} in ${text(without.join(", "))}: none</p>`];
}

function idList(title: string, readings: readonly NamedReading[]): string {
  const more =
    readings.length > IDS_SHOWN
      ? `<p>and ${formatNumber(readings.length - IDS_SHOWN)} more, all in report.json</p>`
      : "";
  const rows = readings.slice(0, IDS_SHOWN).map(({ device, id, acknowledgedAt }) => [device, `#${id}`, acknowledgedAt]);
  return `<h3>${text(title)}</h3>${table(["device", "id", "acknowledged"], rows)}${more}`;
}

function figures({ figures: given }: DrillOutcome): string {
  const conflicts = Object.entries(given.conflicts).map(
    ([kind, { count, example }]) => `${formatNumber(count)} of kind ${kind}, for example ${example}`,
  );
  return table(
    ["", ""],
    [
      [
        "largest buffer of a gateway",
        `${formatSize(given.peakBufferBytes)}, ${(given.peakBufferShare * 100).toFixed(1)}% of its quota`,
      ],
      ["most readings that some window had not sent yet", formatNumber(given.peakWaitingReadings)],
      ["batches sent more than once", `${formatNumber(given.resentBatches)}, about ${formatSize(given.resentBytes)}`],
      [
        "gateways sent batches to two regions because copies were missing",
        given.dualSendMs === 0 ? "never" : `for ${formatMs(given.dualSendMs)}`,
      ],
      ["conflicts", conflicts.length === 0 ? "none" : conflicts.join("; ")],
    ],
  );
}

type Cell = string | { readonly text: string; readonly mark: boolean };

function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const head = heads.some((one) => one !== "")
    ? `<tr>${heads.map((one) => `<th>${text(one)}</th>`).join("")}</tr>`
    : "";
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("");
  return `<table>${head}${body}</table>`;
}

function cell(of: Cell): string {
  if (typeof of === "string") return `<td>${text(of)}</td>`;
  return `<td${of.mark ? " class=bad" : ""}>${text(of.text)}</td>`;
}

function list(items: readonly string[]): string {
  return `<ul>${items.map((item) => `<li>${text(item)}</li>`).join("")}</ul>`;
}

/** Escapes text: names of devices come from outside. */
function text(raw: string): string {
  return raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const EARLIER_SHOWN = 3;
const IDS_SHOWN = 200;
const STYLE = `
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #0f172a; background: #f8fafc; margin: 0; }
main { max-width: 1120px; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: .6rem 0; }
h2 { font-size: 1.05rem; margin: 0 0 .6rem; }
section { background: #fff; border: 1px solid #e2e8f0; border-radius: 8px; padding: 1rem 1.2rem; margin: 1rem 0; overflow-x: auto; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: .25rem 1.2rem .25rem 0; vertical-align: top; font-variant-numeric: tabular-nums; }
th { color: #475569; font-weight: 600; }
tr + tr > td { border-top: 1px solid #f1f5f9; }
pre { background: #f1f5f9; padding: .6rem .8rem; border-radius: 6px; overflow-x: auto; }
.dim { color: #475569; }
.bad { color: #b91c1c; font-weight: 600; }
.verdict { display: inline-block; color: #fff; border-radius: 6px; padding: .1rem .7rem; margin: 0; font-weight: 600; text-transform: uppercase; letter-spacing: .04em; }
.passed { background: #15803d; } .failed { background: #b91c1c; } .incomplete { background: #a16207; }
svg { max-width: 100%; height: auto; }
`;
