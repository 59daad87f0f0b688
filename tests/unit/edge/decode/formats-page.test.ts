import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Decoded } from "../../../../edge/decode/decoder.ts";
import { DECODERS } from "../../../../edge/decode/decoders.ts";
import { createDecoder } from "../../../../edge/decode/routed-decoder.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../../../edge/decode/README.md"), "utf8");

/** An example is a line `topic payload`. The indented lines below it are the expected outcome. */
function examples(page: string): { topic: string; payload: string; becomes: string[] }[] {
  const found: { topic: string; payload: string; becomes: string[] }[] = [];
  for (const [, block] of page.matchAll(/^```text\n([^]*?)^```$/gm)) {
    for (const line of block!.trimEnd().split("\n")) {
      if (line.startsWith("    ")) found.at(-1)!.becomes.push(line.trim());
      else {
        const space = line.indexOf(" ");
        found.push({ topic: line.slice(0, space), payload: line.slice(space + 1), becomes: [] });
      }
    }
  }
  return found;
}

function shown(decoded: Decoded): string[] {
  switch (decoded.kind) {
    case "ignored":
      return [`ignored: ${decoded.what}`];
    case "dead_letter":
      return [`dead letter: ${decoded.reason}, ${decoded.detail}`];
    case "readings":
      return decoded.readings.map(({ device, metric, value, unit, timeMs, clock }) => {
        const time = clock === "device" ? ` @${new Date(timeMs).toISOString()}` : "";
        return `${device} | ${metric} = ${String(value)}${unit === null ? "" : ` ${unit}`}${time}`;
      });
  }
}

test.each(examples(PAGE))("[I8] the README is right about $topic $payload", ({ topic, payload, becomes }) => {
  const decoder = createDecoder({
    routes: [],
    unrouted: "auto",
    timeZone: "UTC",
    limits: { depth: 16, values: 1000, payloadBytes: 65_536 },
  });
  const arrivedMs = Date.UTC(2026, 10, 20, 12);
  const message = { topic, payload: Buffer.from(payload), clientId: "client-1", arrivedMs, clockPlausible: true };
  expect(shown(decoder.decode(message))).toEqual(becomes);
});

test("the README names every decoder that a route may name", () => {
  const unnamed = DECODERS.filter((decoder) => !PAGE.includes(`\`${decoder}\``));
  expect(unnamed).toEqual([]);
});
