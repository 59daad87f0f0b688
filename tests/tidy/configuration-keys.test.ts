/**
 * The code reads every key of a configuration. Two checks:
 *
 * - A gateway and a region start with the example configuration, which records the keys that are read. A key that is only
 *   copied with its group (a spread, a structured clone for a thread) counts only if the code of that side reads its name.
 * - The code of each side reads the name of every key, also of those that the example does not set.
 *
 * Each group, also a group in a list, gets a planted key, which must be found.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import type { z } from "zod";
import { referenceKeys } from "../../.ci/reference.ts";
import { startRegion } from "../../cloud/compose.ts";
import { cloudConfigSchema } from "../../cloud/config.ts";
import { startGateway } from "../../edge/compose.ts";
import { edgeConfigSchema } from "../../edge/config.ts";
import { systemClock } from "../../proto/runtime/clock.ts";
import { Lifecycle } from "../../proto/runtime/lifecycle.ts";
import { createLog } from "../../proto/runtime/log.ts";
import type { Logger } from "../../proto/runtime/log.ts";
import type { LogFields } from "../../proto/runtime/options/shared-groups.ts";
import { propertiesRead } from "./property-reads.ts";
import { readText, SOURCES } from "./tree.ts";

const FILE = "file.txt";
const TLS = { cert: FILE, key: FILE };

/** Values for the keys that an example does not set. A file is empty. */
const EDGE_KEYS = {
  mqtt: {
    listeners: [{ protocol: "tls", host: "127.0.0.1", port: 0, client_ca: FILE, ...TLS }],
    users_file: FILE,
    acl_file: FILE,
  },
  unrouted: "auto",
  routes: [
    {
      topic: "{device}/data",
      device: "{device}",
      metric: "{field}",
      decoder: "auto",
      timestamp: { field: "ts", unit: "auto" },
      unit: "m",
      fields: { a: { metric: "m", unit: "m", scale: 1, offset: 0 } },
      plausible: { ahead: "1h", behind: "1d", otherwise: "accept" },
      columns: ["a"],
      split: { samples: "1s" },
    },
  ],
  windows: [{ on_schema_change: "accept" }],
  regions: [{ url: "https://127.0.0.1:1", token_file: FILE, ca: FILE, ...TLS }],
  operators: { token_file: FILE },
  clock: { max_wait: "1h", synchronized_file: "/run/synchronized" },
  http: TLS,
};
const CLOUD_KEYS = {
  min_copies: 1,
  replication: {
    peers: [{ name: "us", url: "https://127.0.0.1:1", gateway_url: "https://127.0.0.1:1" }],
    token_file: FILE,
    ca: FILE,
    ...TLS,
  },
  ingest: { tokens_file: FILE, client_ca: FILE, gateway_url: "https://127.0.0.1:1", ...TLS },
  operators: { token_file: FILE },
  http: TLS,
  store: { max_size: "1GiB" },
};

describe("a gateway reads every key", () => {
  const names = namesReadIn(/^(edge|proto)\//);

  test("of the example", async () => {
    const config = planted(edgeConfigSchema(emptyFolder()).parse(exampleOf("edge")));
    const plants = plantsIn(config);
    for (const group of ["mqtt.limits", "mqtt.sessions", "decode", "clock.rules", "regions[]", "windows[].plan"]) {
      expect(plants).toContain(`${group}.planted`);
    }
    // Limits of retained messages are read when one comes.
    const readLater = ["mqtt.retained.bytes", "mqtt.retained.topics"];
    expect(await unreadKeys(config, names, startGateway)).toEqual([...plants, ...readLater].sort());
  });
  test("by its name", () => {
    const given = merged(exampleOf("edge"), EDGE_KEYS);
    const found = keysWithoutReader({ schema: edgeConfigSchema, given, names });
    // edge/mqtt/listeners.ts has a table of the files of TLS, with a function for each.
    expect(found).toEqual({ unset: [], unread: ["mqtt.listeners[].client_ca"] });
  });
});

describe("a region reads every key", () => {
  const names = namesReadIn(/^(cloud|proto)\//);

  test("of the example", async () => {
    const config = planted(cloudConfigSchema(emptyFolder()).parse(exampleOf("cloud")));
    // Digests are compared when there is a peer.
    const readLater = ["replication.digests.everyMs", "replication.digests.settledMs"];
    expect(await unreadKeys(config, names, startRegion)).toEqual([...plantsIn(config), ...readLater].sort());
  });
  test("by its name", () => {
    const given = merged(exampleOf("cloud"), CLOUD_KEYS);
    expect(keysWithoutReader({ schema: cloudConfigSchema, given, names })).toEqual({ unset: [], unread: [] });
  });
});

describe("a key of a group", () => {
  test.each<[string, (group: { readonly key: object }) => unknown, Use]>([
    ["that is passed on", (group) => [group], "none"],
    ["that is spread", (group) => ({ ...group, key: 1 }), "copied"],
    ["that is cloned", (group) => structuredClone(group), "copied"],
    ["that is taken apart with its rest", ({ ...rest }) => rest, "copied"],
    ["that is asked for its members", (group) => Object.entries(group), "copied"],
    ["that is asked for the key", (group) => group.key, "read"],
    ["that is asked for the key after it was copied", (group) => [{ ...group }, group.key], "read"],
    ["that is copied after it was asked for the key", (group) => [group.key, { ...group }], "read"],
  ])("%s is recorded", (_, use, expected) => {
    const uses = new Map<string, Use>();
    use(watch({ key: {} }, "", uses));
    expect(uses.get("key")).toBe(expected);
  });
});

/** The names of the properties that the code reads, except where configurations are declared. */
function namesReadIn(folders: RegExp): ReadonlySet<string> {
  const declarations = /^(edge\/config|cloud\/config\.ts|proto\/runtime\/options\/)/;
  const names = new Set<string>();
  for (const { path, text } of SOURCES) {
    if (!folders.test(path) || declarations.test(path)) continue;
    const visit = (node: ts.Node): void => {
      for (const name of propertiesRead(node)) names.add(name);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  }
  return names;
}

type Group = Readonly<Record<string, unknown>>;

function isGroup(value: unknown): value is Group {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-keys-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, FILE), "");
  return folder;
}

/** The example configuration with free ports. */
function exampleOf(side: "edge" | "cloud"): Group {
  return parse(readText(`deploy/examples/${side}.yaml`).replaceAll(/port: \d+/g, "port: 0")) as Group;
}

/** Both values; `more` decides where both have one. Lists are merged element by element. */
function merged<T>(value: T, more: unknown): T {
  if (Array.isArray(more)) {
    const list = Array.isArray(value) ? value : [];
    return more.map((element, i): unknown => merged(list[i], element)) as T;
  }
  if (!isGroup(more)) return more as T;
  const both: Record<string, unknown> = isGroup(value) ? { ...value } : {};
  for (const [key, member] of Object.entries(more)) both[key] = merged(both[key], member);
  return both as T;
}

type NameCheck<T> = {
  readonly schema: (folder: string) => z.ZodType<T>;
  readonly given: Group;
  readonly names: ReadonlySet<string>;
};

/** The keys of the schema that the given configuration does not set, and those of the result whose name is not read. */
function keysWithoutReader<T>({ schema, given, names }: NameCheck<T>): { unset: string[]; unread: string[] } {
  const set = new Set(keysOf(given).map((path) => path.replace(/\.(fields|split)\.\w+/, ".$1.<path>")));
  const unset = referenceKeys(schema("")).filter(({ path }) => !set.has(path));
  const config = schema(emptyFolder()).parse(given);
  const unread = keysOf(config).filter((path) => !names.has(nameOf(path)));
  return { unset: unset.map(({ path }) => path), unread: [...new Set(unread)] };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** The paths of all keys, groups included. `[]` is an element of a list. */
function keysOf(value: unknown, prefix = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((element) => keysOf(element, `${prefix}[]`));
  if (!isGroup(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    return [path, ...keysOf(member, path)];
  });
}

/** A copy with one more key in each group. */
function planted<T>(value: T): T {
  if (Array.isArray(value)) return value.map((element): unknown => planted(element)) as T;
  if (!isGroup(value)) return value;
  const members = Object.entries(value).map(([key, member]) => [key, planted(member)]);
  return { ...Object.fromEntries(members), planted: "unread" } as T;
}

function plantsIn(config: unknown): string[] {
  return [...new Set(keysOf(config).filter((path) => /(^|\.)planted$/.test(path)))];
}

type Config = { readonly log: LogFields };
type Start<C> = (deps: { config: C; log: Logger; clock: typeof systemClock; life: Lifecycle }) => Promise<void>;

/** The keys that were neither read nor copied, and those that were only copied and whose name the code does not read. */
async function unreadKeys<C extends Config>(config: C, names: ReadonlySet<string>, start: Start<C>): Promise<string[]> {
  const uses = new Map<string, Use>();
  const watched = watch({ ...config, dataDir: emptyFolder() }, "", uses);
  const { level, format } = watched.log;
  const log = createLog({ name: "test", level, format });
  log.level = "silent";
  const life = new Lifecycle();
  onTestFinished(() => life.stopAll());
  await start({ config: watched, log, clock: systemClock, life });
  const unread = [...uses].filter(([path, use]) => use === "none" || (use === "copied" && !names.has(nameOf(path))));
  return unread.map(([path]) => path).sort();
}

type Use = "none" | "copied" | "read";

/**
 * A copy that records how its keys are used. Who copies a group reads all of its keys in their order. Two more keys, the
 * first and the last of each group, tell such a copy from the read of one key.
 */
function watch<T>(value: T, path: string, uses: Map<string, Use>): T {
  if (Array.isArray(value)) return value.map((element): unknown => watch(element, `${path}[]`, uses)) as T;
  if (!isGroup(value)) return value;
  const copy = {};
  let isCopied = false;
  const define = (key: string, get: () => unknown): void => {
    Object.defineProperty(copy, key, { enumerable: true, get });
  };
  define("(first)", () => void (isCopied = true));
  for (const [key, member] of Object.entries(value)) {
    const at = path === "" ? key : `${path}.${key}`;
    const given = watch(member, at, uses);
    if (!uses.has(at)) uses.set(at, "none");
    define(key, () => {
      if (uses.get(at) !== "read") uses.set(at, isCopied ? "copied" : "read");
      return given;
    });
  }
  define("(last)", () => void (isCopied = false));
  return copy as T;
}
