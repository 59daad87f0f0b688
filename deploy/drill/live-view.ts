import { stripVTControlCharacters } from "node:util";
import { createLogUpdate } from "log-update";
import pc from "picocolors";
import type { DrillProgress } from "./drill-run.ts";
import { injectionsSentence, partsHitBy } from "./injections/injection.ts";
import { columnsOf, labelled, wrapText } from "../terminal/terminal-text.ts";
import { formatNumber, formatMoment, formatMs } from "../terminal/figures.ts";
import type { Mark } from "./outcome.ts";
import type { Sample } from "./samples.ts";

/** Shows a drill while it runs. */
export interface DrillView {
  mark(mark: Mark): void;
  /** Leaves the last picture. May be called twice. */
  close(): void;
}

/** For an output that is not a terminal: one line for each event. */
export class PlainView implements DrillView {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  mark({ atMs, kind, text }: Mark): void {
    this.#write(`  ${formatMoment(atMs)}  ${kind.padEnd(10)}  ${text}\n`);
  }

  close(): void {}
}

/** On a terminal: every part with its last seconds, the injections with their remaining time, and the ledger so far. */
export class LiveView implements DrillView {
  readonly #title: string;
  readonly #progress: () => DrillProgress;
  readonly #stream: NodeJS.WriteStream;
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #timer: NodeJS.Timeout;
  readonly #marks: Mark[] = [];
  #closed = false;

  constructor(title: string, progress: () => DrillProgress, stream: NodeJS.WriteStream) {
    this.#title = title;
    this.#progress = progress;
    this.#stream = stream;
    this.#update = createLogUpdate(stream, { showCursor: true });
    this.#timer = setInterval(() => this.#draw(), EVERY_MS);
  }

  mark(mark: Mark): void {
    this.#marks.push(mark);
    this.#draw();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#draw();
    this.#update.done();
  }

  #draw(): void {
    const frame = { title: this.#title, width: columnsOf(this.#stream) };
    this.#update(liveLines(frame, this.#progress(), this.#marks).join("\n"));
  }
}

/** What the terminal shows at one moment, for a terminal of `width` columns. */
export function liveLines(
  { title, width }: { readonly title: string; readonly width: number },
  progress: DrillProgress,
  marks: readonly Mark[],
): string[] {
  const { atMs, sample, samples, sent, acknowledged, active, lostForEver } = progress;
  const injections = active.flatMap((injection) => {
    const beganAtMs = marks.findLast(({ kind }) => kind === "injection")?.atMs ?? atMs;
    const { durationMs } = injection;
    const hasClock = durationMs > 0 && durationMs < Infinity;
    const clock = hasClock ? ` ${formatMoment(atMs - beganAtMs)} / ${formatMoment(durationMs)}` : "";
    return wrapText(`${injectionsSentence([injection])}${clock}`, width).map((line) => pc.red(line));
  });
  const hidden = injections.length - INJECTION_LINES;
  const shown = hidden > 0 ? [...injections.slice(0, INJECTION_LINES), pc.red(`and ${hidden} more lines`)] : injections;
  const hit = new Set([...active.flatMap(partsHitBy), ...lostForEver]);
  const ledger = [
    `sent ${formatNumber(sent)}`,
    `acknowledged ${formatNumber(acknowledged)}`,
    `in flight ${formatNumber(sent - acknowledged)}`,
    `not sent yet ${formatNumber(waiting(sample))}`,
  ];
  return [
    ...labelled(title, `${formatMoment(atMs)}  [h]eal now  [q]uit and heal`, { labelWidth: title.length, width }).map(
      (line, i) => (i === 0 ? pc.bold(line) : line),
    ),
    ...shown,
    ...(sample === undefined ? [] : partLines({ sample, samples, hit, width })),
    ...labelled("ledger", ledger.join(", "), { labelWidth: NAME_WIDTH, width }),
    ...marks
      .slice(-MARKS_SHOWN)
      .flatMap(({ atMs: when, text }) => labelled(formatMoment(when), text, { labelWidth: 7, width }))
      .map((line) => pc.dim(line)),
  ];
}

/** A line for each part: its name, its last seconds as bars, and its state. */
function partLines(given: {
  readonly sample: Sample;
  readonly samples: readonly Sample[];
  readonly hit: ReadonlySet<string>;
  readonly width: number;
}): string[] {
  const { sample, samples, hit } = given;
  const seconds = Math.max(SECONDS_MIN, Math.min(SECONDS_SHOWN, given.width - NAME_WIDTH - STATE_WIDTH));
  const line = (name: string, values: readonly number[], state: string): string => {
    const label = name.padEnd(NAME_WIDTH);
    // A long state leaves less room for the bars of its line.
    const room = given.width - label.length - stripVTControlCharacters(state).length - 4;
    const bars = values.slice(Math.max(0, values.length - Math.min(seconds, Math.max(0, room))));
    return `${label}  ${sparkline(bars)}  ${state}`;
  };
  const regions = [...sample.regions].map(([name, region]) => {
    const values = perSecond(samples, (one) => one.regions.get(name)?.rawReadings);
    const expected = hit.has(name) ? pc.yellow("no answer (expected)") : pc.red("no answer");
    return line(name, values, region === undefined ? expected : `${formatNumber(region.rawReadings)} readings`);
  });
  const gateways = [...sample.gateways].slice(0, GATEWAYS_SHOWN).map(([name, gateway]) => {
    const values = perSecond(samples, (one) => one.gateways.get(name)?.waitingReadings, "level");
    if (gateway === undefined) return line(name, values, pc.yellow("no answer"));
    const behind = gateway.behindMs === null ? "nothing waits" : `oldest waits ${formatMs(gateway.behindMs)}`;
    const full = gateway.full ? pc.yellow(", full") : "";
    return line(name, values, `to ${gateway.activeRegion ?? pc.yellow("no region")}, ${behind}${full}`);
  });
  const more = sample.gateways.size - GATEWAYS_SHOWN;
  return [...regions, ...gateways, ...(more > 0 ? [pc.dim(`and ${more} more gateways`)] : [])];
}

/** One value a second, the newest last: how much a counter grew, or what a level was. */
function perSecond(
  samples: readonly Sample[],
  of: (sample: Sample) => number | undefined,
  how: "growth" | "level" = "growth",
): number[] {
  const end = samples.at(-1)?.atMs ?? 0;
  const seconds: number[] = [];
  let before: number | undefined;
  for (let second = SECONDS_SHOWN; second >= 0; second--) {
    const one = samples.findLast(({ atMs }) => atMs <= end - second * 1000);
    const value = one === undefined ? undefined : of(one);
    if (how === "level") seconds.push(value ?? 0);
    else if (second < SECONDS_SHOWN)
      seconds.push(value === undefined || before === undefined ? 0 : Math.max(0, value - before));
    before = value;
  }
  return seconds.slice(-SECONDS_SHOWN);
}

/** Blocks in eight heights; 0 is the lowest block. */
export function sparkline(values: readonly number[]): string {
  const top = Math.max(1, ...values);
  return values
    .map((value) => BLOCKS[Math.min(BLOCKS.length - 1, Math.round((value / top) * (BLOCKS.length - 1)))])
    .join("");
}

function waiting(sample: Sample | undefined): number {
  return [...(sample?.gateways.values() ?? [])].reduce((sum, gateway) => sum + (gateway?.waitingReadings ?? 0), 0);
}

const BLOCKS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const EVERY_MS = 250;
const SECONDS_SHOWN = 30;
const SECONDS_MIN = 10;
const NAME_WIDTH = 8;
/** The longest state, with its gaps. */
const STATE_WIDTH = 32;
const INJECTION_LINES = 4;
const GATEWAYS_SHOWN = 4;
const MARKS_SHOWN = 5;
