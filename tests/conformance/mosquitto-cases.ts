import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/**
 * Mosquitto's own cases for a broker, `test/broker/data/*.json` in its source: bytes to send, bytes that must come back,
 * and whether the connection is open or closed afterwards. Debian distributes the source, and `.ci/mosquitto-cases`
 * downloads it to the folder that is read here. This repository contains nothing of it.
 *
 * Up to 2.0 the bytes are written in hexadecimal. 2.1 also has numbers and texts: `r14` a variable byte integer in
 * decimal (also `v`), `H`, `k`, `m`, `s` two bytes, `L` four, `i` one, `'p'` a text.
 */
export type ConformanceCase = {
  /** File, group and name. If a name comes twice in a group, it is numbered. */
  readonly id: string;
  readonly version: 3 | 4 | 5;
  /** A CONNECT comes first, and must be accepted. */
  readonly connects: boolean;
  readonly steps: readonly CaseStep[];
  readonly endsOpen: boolean;
};

export type CaseStep =
  | { readonly kind: "send" | "expect"; readonly bytes: Buffer }
  /** Sent by another client. */
  | { readonly kind: "publish"; readonly topic: string; readonly payload: string; readonly qos: 0 | 1 | 2 };

/** The releases that are compared, newest first. */
export const RELEASES = ["2.1.2", "2.0.21"] as const;

/** @returns undefined if the release was not downloaded */
export function mosquittoCases(release: string): ReadonlyMap<string, readonly ConformanceCase[]> | undefined {
  const folder = join(casesFolder(), release);
  let files: string[];
  try {
    files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    console.warn(`skipped: the cases of mosquitto ${release} are not in ${folder} (.ci/mosquitto-cases fetches them)`);
    return undefined;
  }
  return new Map(files.toSorted().map((file) => [file, casesOf(file, readFileSync(join(folder, file), "utf8"))]));
}

function casesFolder(): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(process.env["HOME"] ?? "/nonexistent", ".cache");
  return join(cache, "tidemark", "mosquitto-cases");
}

const VERSION = z.union([z.literal(3), z.literal(4), z.literal(5)]);
const MESSAGE = z.union([
  z.object({ type: z.enum(["send", "recv"]), payload: z.string() }),
  z.object({
    type: z.literal("publish"),
    topic: z.string(),
    payload: z.string(),
    qos: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  }),
]);
const FILE = z.array(
  z.object({
    group: z.string(),
    disable: z.boolean().optional(),
    ver: VERSION.default(4),
    connect: z.boolean().default(true),
    expect_disconnect: z.boolean().default(true),
    tests: z.array(
      z.object({
        name: z.string(),
        ver: VERSION.optional(),
        connect: z.boolean().optional(),
        expect_disconnect: z.boolean().optional(),
        msgs: z.array(MESSAGE),
      }),
    ),
  }),
);

function casesOf(file: string, text: string): ConformanceCase[] {
  const cases: ConformanceCase[] = [];
  const seen = new Map<string, number>();
  for (const group of FILE.parse(JSON.parse(text))) {
    if (group.disable === true) continue;
    for (const one of group.tests) {
      const id = `${file} | ${group.group} | ${one.name}`.replaceAll(/\s+/g, " ");
      const count = (seen.get(id) ?? 0) + 1;
      seen.set(id, count);
      cases.push({
        id: count === 1 ? id : `${id} (${count})`,
        version: one.ver ?? group.ver,
        connects: one.connect ?? group.connect,
        endsOpen: !(one.expect_disconnect ?? group.expect_disconnect),
        steps: one.msgs.map((message) =>
          message.type === "publish"
            ? { kind: "publish", topic: message.topic, payload: message.payload, qos: message.qos }
            : { kind: message.type === "send" ? "send" : "expect", bytes: caseBytes(message.payload) },
        ),
      });
    }
  }
  return cases;
}

/** @throws Error for an unknown notation */
export function caseBytes(text: string): Buffer {
  // Pure hexadecimal may have spaces anywhere.
  if (/^[0-9A-Fa-f\s]*$/.test(text)) return Buffer.from(text.replaceAll(/\s/g, ""), "hex");
  return Buffer.concat((text.match(/'[^']*'|[^\s']+/g) ?? []).map(tokenBytes));
}

function tokenBytes(token: string): Buffer {
  if (token.startsWith("'")) return Buffer.from(token.slice(1, -1));
  if (/^([0-9A-Fa-f]{2})+$/.test(token)) return Buffer.from(token, "hex");
  const [, kind, digits] = /^([iHkmsLvr])(\d+)$/.exec(token) ?? [];
  const value = Number(digits);
  switch (kind) {
    case "i":
      return Buffer.of(value);
    case "H":
    case "k":
    case "m":
    case "s":
      return Buffer.of(value >> 8, value & 0xff);
    case "L": {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    }
    case "v":
    case "r":
      return variableByteInteger(value);
    default:
      throw new Error(`unknown notation for bytes: ${token}`);
  }
}

/** It may have more than four bytes, because some cases test this. */
function variableByteInteger(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return Buffer.from(bytes);
}
