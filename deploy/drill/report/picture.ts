import { CustomChart, LineChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import type { EChartsCoreOption } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { DrillOutcome, Mark } from "../outcome.ts";
import { answering } from "../samples.ts";
import type { Curve, Lane } from "./lanes.ts";
import { lanesOf, levelCurve, rateCurve } from "./lanes.ts";

use([
  CustomChart,
  LineChart,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
  SVGRenderer,
]);

/**
 * The timeline of a drill as SVG text: what every part did, the throughput, what waited, each with the injections as bands
 * and the important moments as lines.
 */
export function timelinePicture(outcome: DrillOutcome): string {
  const lanes = lanesOf(outcome);
  const lanesHeight = 30 + lanes.length * LANE;
  const height = lanesHeight + 2 * (CURVES + GAP) + TOP + 34;
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  try {
    chart.setOption(optionsOf(outcome, lanes, lanesHeight));
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

function optionsOf(outcome: DrillOutcome, lanes: readonly Lane[], lanesHeight: number): EChartsCoreOption {
  const { samples, durationMs } = outcome;
  const acknowledged = rateCurve("acknowledged by gateways", samples, (_, i) => samples[i]!.acknowledged);
  const arrived = outcome.regions.map((name) => ({
    curve: rateCurve(`arrived in ${name}`, samples, (sample) => sample.regions.get(name)?.rawReadings),
    color: regionColor(outcome, name),
  }));
  const waiting = [
    levelCurve("readings not sent yet", samples, (sample) =>
      answering(sample).reduce((sum, gateway) => sum + gateway.waitingReadings, 0),
    ),
  ];
  const lag = levelCurve("batches that some region lacks", samples, (sample) =>
    Math.max(
      0,
      ...[...sample.regions.values()].flatMap(
        (region) => region?.peers.map(({ behindBatches }) => behindBatches) ?? [],
      ),
    ),
  );
  const top = [TOP, TOP + lanesHeight + GAP, TOP + lanesHeight + GAP + CURVES + GAP] as const;
  const grid = { left: LEFT, width: WIDTH - LEFT - RIGHT };
  const x = { type: "value", min: 0, max: Math.ceil(durationMs / 1000), axisLabel: { formatter: "{value} s" } };
  const band = { silent: true, itemStyle: { color: INJECTION_BAND }, data: bands(outcome) };
  return {
    animation: false,
    textStyle: { fontFamily: "system-ui, sans-serif" },
    title: [
      { text: "What every part did", left: LEFT, top: 4, textStyle: TITLE },
      { text: "Readings a second", left: LEFT, top: top[1] - 42, textStyle: TITLE },
      { text: "What waits", left: LEFT, top: top[2] - 42, textStyle: TITLE },
    ],
    grid: [
      { ...grid, top: top[0], height: lanesHeight },
      { ...grid, top: top[1], height: CURVES },
      { ...grid, top: top[2], height: CURVES },
    ],
    xAxis: [0, 1, 2].map((gridIndex) => ({ ...x, gridIndex })),
    yAxis: [
      { type: "category", gridIndex: 0, inverse: true, data: lanes.map(({ name }) => name), axisTick: { show: false } },
      { type: "value", gridIndex: 1, min: 0 },
      { type: "value", gridIndex: 2, min: 0, splitNumber: 4 },
      { type: "value", gridIndex: 2, min: 0, position: "right", splitLine: { show: false } },
    ],
    legend: [
      {
        top: top[1] - 44,
        right: RIGHT,
        data: [acknowledged, ...arrived.map(({ curve }) => curve)].map(({ name }) => name),
        icon: "rect",
        itemHeight: 3,
        itemGap: 34,
      },
      {
        top: top[2] - 44,
        right: RIGHT,
        data: [...waiting, lag].map(({ name }) => name),
        icon: "rect",
        itemHeight: 3,
        itemGap: 34,
      },
    ],
    color: [...PALETTE],
    series: [
      laneSeries(outcome, lanes, band),
      line(acknowledged, { axis: 1, color: INK, dashed: true, band, marks: outcome.marks }),
      ...arrived.map(({ curve, color }) => line(curve, { axis: 1, color, dashed: false })),
      ...waiting.map((curve) => line(curve, { axis: 2, color: INK, dashed: false, band, marks: outcome.marks })),
      { ...line(lag, { axis: 2, color: "#c2410c", dashed: true }), yAxisIndex: 3 },
    ],
  };
}

function line(
  { name, points }: Curve,
  options: { axis: number; color: string; dashed: boolean; band?: object; marks?: readonly Mark[] },
): object {
  const { axis, color, dashed, band, marks } = options;
  return {
    name,
    type: "line",
    xAxisIndex: axis,
    yAxisIndex: axis,
    data: points,
    showSymbol: false,
    color,
    lineStyle: { color, width: 1.6, type: dashed ? "dashed" : "solid" },
    ...(band === undefined ? {} : { markArea: band }),
    ...(marks === undefined ? {} : { markLine: momentLines(marks, false) }),
  };
}

function laneSeries(outcome: DrillOutcome, lanes: readonly Lane[], band: object): object {
  const data = lanes.flatMap(({ spans }, row) =>
    spans.map(({ fromMs, toMs, state }) => ({
      value: [fromMs / 1000, toMs / 1000, row, state],
      itemStyle: { color: stateColor(outcome, state) },
    })),
  );
  return {
    type: "custom",
    xAxisIndex: 0,
    yAxisIndex: 0,
    encode: { x: [0, 1], y: 2 },
    data,
    // The library lets us draw this series: a bar from one moment to another, with the state as its text.
    renderItem: (
      _: unknown,
      api: {
        value(i: number): number | string;
        coord(at: [number, number]): [number, number];
        visual(what: string): string;
      },
    ) => {
      const [from, to, row] = [Number(api.value(0)), Number(api.value(1)), Number(api.value(2))];
      const [left, middle] = api.coord([from, row]);
      const width = Math.max(1, api.coord([to, row])[0] - left);
      const text = String(data.find(({ value }) => value[0] === from && value[2] === row)?.value[3] ?? "");
      return {
        type: "group",
        children: [
          {
            type: "rect",
            shape: { x: left, y: middle - LANE / 2 + 3, width, height: LANE - 6, r: 2 },
            style: { fill: api.visual("color") },
          },
          ...(width > text.length * 7 + 8
            ? [
                {
                  type: "text",
                  style: { text, x: left + 6, y: middle, textVerticalAlign: "middle", fill: "#fff", fontSize: 11 },
                },
              ]
            : []),
        ],
      };
    },
    markArea: band,
    markLine: momentLines(outcome.marks, true),
  };
}

/** The important moments: at most one of each kind. */
function momentLines(marks: readonly Mark[], labelled: boolean): object {
  const shown = LINES.flatMap(([kind, text]) => {
    const mark =
      kind === "durable" || kind === "replicated"
        ? marks.find((one) => one.kind === kind)
        : marks.findLast((one) => one.kind === kind);
    return mark === undefined ? [] : [{ xAxis: mark.atMs / 1000, name: text, atMs: mark.atMs }];
  }).toSorted((a, b) => a.atMs - b.atMs);
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: "#475569", type: "dotted", width: 1 },
    data: shown.map(({ xAxis, name }, i) => ({
      xAxis,
      label: {
        show: labelled,
        formatter: name,
        position: "start",
        fontSize: 10,
        color: "#334155",
        offset: [0, i % 2 === 0 ? 0 : -13],
      },
    })),
  };
}

function bands({ findings, durationMs }: DrillOutcome): object[] {
  return findings.events.map(({ beganAtMs, endedAtMs }) => [
    { xAxis: beganAtMs / 1000 },
    // An injection without a duration must be visible, too.
    { xAxis: Math.max((endedAtMs ?? durationMs) / 1000, beganAtMs / 1000 + durationMs / 400_000) },
  ]);
}

function stateColor(outcome: DrillOutcome, state: string): string {
  switch (state) {
    case "up":
      return "#15803d";
    case "no answer":
      return "#b91c1c";
    case "no region":
      return "#c2410c";
    case "full":
      return "#7c2d12";
    default:
      return regionColor(outcome, state);
  }
}

function regionColor({ regions }: DrillOutcome, name: string): string {
  return PALETTE[Math.max(0, regions.indexOf(name)) % PALETTE.length]!;
}

const LINES: readonly (readonly [Mark["kind"], string])[] = [
  ["detected", "detected"],
  ["durable", "durable elsewhere"],
  ["healed", "healed"],
  ["repaired", "repaired"],
  ["back_home", "back home"],
  ["sets_equal", "compared"],
];
const PALETTE = ["#1d4ed8", "#7e22ce", "#0e7490", "#a16207", "#be185d"] as const;
const INK = "#0f172a";
const INJECTION_BAND = "rgba(220, 38, 38, 0.13)";
const TITLE = { fontSize: 13, fontWeight: 600, color: INK };
const WIDTH = 1080;
const LEFT = 90;
const RIGHT = 60;
const TOP = 64;
const LANE = 26;
const CURVES = 150;
const GAP = 74;
