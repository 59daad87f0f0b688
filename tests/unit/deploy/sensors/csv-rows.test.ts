import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvRow, csvRows } from "../../../../deploy/sensors/csv-rows.ts";
import { Fault } from "../../../../proto/core/fault.ts";

const OCCUPANCY = new URL("../../../fixtures/occupancy.csv", import.meta.url);

function read(text: string, timeColumn?: string): Promise<CsvRow[]> {
  const options = timeColumn === undefined ? { name: "f.csv" } : { name: "f.csv", timeColumn };
  return Array.fromAsync(csvRows(Readable.from([Buffer.from(text)]), options));
}

async function json(text: string, timeColumn?: string): Promise<string[]> {
  return (await read(text, timeColumn)).map((row) => row.json);
}

async function faultLine(rows: Promise<unknown>): Promise<string> {
  const error = await rows.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Fault);
  return (error as Fault).line;
}

describe("the rows of a CSV file", () => {
  it("become one message each, with every number as in the file", async () => {
    expect(await json("timestamp,a,b\n2015-02-04T17:51:00Z,23.180,0.00479298817650529\n")).toEqual([
      '{"ts":"2015-02-04T17:51:00Z","a":23.180,"b":0.00479298817650529}',
    ]);
  });

  it("keep any JSON number byte for byte", async () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
      fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String),
      fc.tuple(fc.integer(), fc.nat({ max: 999 })).map(([whole, part]) => `${whole}.${String(part).padStart(3, "0")}0`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 20 }), async (numbers) => {
        const text = `ts,v\n${numbers.map((spelled) => `1423072260,${spelled}\n`).join("")}`;
        expect(await json(text)).toEqual(numbers.map((spelled) => `{"ts":1423072260,"v":${spelled}}`));
      }),
      { numRuns: 50 },
    );
  });

  it("may have a byte order mark, Windows line ends, quotes and blank lines", async () => {
    const text = '\uFEFF"timestamp","a b"\r\n\r\n2015-02-04T17:51:00Z,"x, ""y"""\r\n2015-02-04T17:52:00Z,"2.50"\r\n';
    expect(await json(text)).toEqual([
      '{"ts":"2015-02-04T17:51:00Z","a b":"x, \\"y\\""}',
      '{"ts":"2015-02-04T17:52:00Z","a b":2.50}',
    ]);
  });

  it("leave out empty cells, and count them", async () => {
    const rows = await read("ts,a,b,c\n1423072260,,NaN,1\n1423072261,NA, ,null\n");
    expect(rows.map(({ json: message, values, missing }) => ({ message, values, missing }))).toEqual([
      { message: '{"ts":1423072260,"c":1}', values: 1, missing: 2 },
      { message: '{"ts":1423072261}', values: 0, missing: 3 },
    ]);
  });

  it("complete the spellings of numbers that JSON does not allow, and leave identifiers alone", async () => {
    expect(await json("ts,a,b,c,d,e\n1423072260,+1.50,.5,-5.,007,TRUE\n")).toEqual([
      '{"ts":1423072260,"a":1.50,"b":0.5,"c":-5,"d":"007","e":true}',
    ]);
  });

  it("take their time from the first column that is called timestamp, ts or time, or from a given one", async () => {
    expect(await json("a,Time\n1,1423072260\n")).toEqual(['{"ts":1423072260,"a":1}']);
    expect(await json("when,a\n1423072260,1\n", "when")).toEqual(['{"ts":1423072260,"a":1}']);
  });

  it("read the same time from every accepted spelling", async () => {
    const spellings = [
      "2015-02-04T17:51:00Z",
      "2015-02-04 17:51:00",
      "2015-02-04T17:51",
      "2015-02-04T18:51:00.000+01:00",
      "2015-02-04T12:51:00-0500",
      "1423072260",
      "1423072260.000",
      "1423072260000",
      "1423072260000000",
      "1423072260000000000",
    ];
    const rows = await read(`ts,a\n${spellings.map((time) => `${time},1\n`).join("")}`);
    expect(rows.map((row) => row.timeMs)).toEqual(spellings.map(() => Date.UTC(2015, 1, 4, 17, 51)));
  });

  it("are all there in the office data set", async () => {
    const rows = await Array.fromAsync(csvRows(createReadStream(OCCUPANCY), { name: "occupancy.csv" }));
    const lines = (await readFile(OCCUPANCY, "utf8")).trim().split("\n").slice(1);
    expect(rows).toHaveLength(8_143);
    expect(rows.map((row) => row.json.replaceAll(/"ts":"|"[a-z_0-9]+":|[{}"]/g, ""))).toEqual(lines);
  });
});

describe("a CSV file with a mistake", () => {
  it.each([
    ["an empty file", "", "f.csv: the file is empty (a first line must name the columns)"],
    [
      "no time column",
      "a,b\n1,2\n",
      "f.csv:1: no time column (timestamp, ts, time) among a, b (name it with --time-column)",
    ],
    [
      "semicolons",
      "ts;a\n1;2\n",
      "f.csv:1: no time column (timestamp, ts, time) among ts;a (the columns must be separated by commas)",
    ],
    ["two columns with one name", "ts,a,a\n", 'f.csv:1: two columns are called "a"'],
    ["a column without a name", "ts,a,\n", "f.csv:1: column 3 has no name"],
    ["nothing but times", "ts\n1423072260\n", "f.csv:1: there is no column except the time column"],
    ["a row too short", "ts,a\n1423072260,1\n1423072261\n", "f.csv:3: the row has 1 columns, the first line has 2"],
    ["an open quote", 'ts,a\n1423072260,"1\n', "f.csv:2: a quote is not closed"],
    ["a number beyond all numbers", "ts,a\n1423072260,1e999\n", "f.csv:2: a: 1e999 is too large for a number"],
  ])("is named with its line: %s", async (_, text, line) => {
    expect(await faultLine(read(text))).toBe(line);
  });

  it.each(["yesterday", "", "2015-02-30T00:00:00Z", "2015-13-01T00:00:00Z", "2015-02-04T25:00:00Z", "12"])(
    "is named with its line when the time is %j",
    async (time) => {
      const line = await faultLine(read(`ts,a\n1423072260,1\n${time},2\n`));
      expect(line).toContain(`f.csv:3: ts: ${JSON.stringify(time)} is not a time (accepted: `);
    },
  );

  it("is named when it is not UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from("ts,a\n1423072260,"), Buffer.from([0xe9, 0x74, 0xe9]), Buffer.from("\n")]);
    const line = await faultLine(Array.fromAsync(csvRows(Readable.from([bytes]), { name: "f.csv" })));
    expect(line).toBe("f.csv:2: a: not valid UTF-8 (convert the file to UTF-8 first)");
  });

  it("is named when it does not exist", async () => {
    const rows = csvRows(createReadStream("/nowhere/f.csv"), { name: "f.csv" });
    expect(await faultLine(Array.fromAsync(rows))).toMatch(/^cannot read f\.csv: ENOENT/);
  });

  it("yields the rows before the mistake", async () => {
    const seen: CsvRow[] = [];
    const reading = (async () => {
      for await (const row of csvRows(Readable.from(["ts,a\n1423072260,1\nbad,2\n"]), { name: "f.csv" }))
        seen.push(row);
    })();
    await faultLine(reading);
    expect(seen).toHaveLength(1);
  });
});
