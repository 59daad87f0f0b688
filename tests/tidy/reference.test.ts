/**
 * The configuration references are made from the schemas. Nothing of a schema is missing in its page, the examples show
 * every key, and `npm run check` fails when a page is out of date or a key has no description.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { ReferenceKey } from "../../.ci/reference.ts";
import { referenceKeys, referencePage } from "../../.ci/reference.ts";
import { cloudConfigSchema } from "../../cloud/config.ts";
import { edgeConfigSchema } from "../../edge/config.ts";
import { commandOf } from "./command-gate.ts";

const ROOT = join(import.meta.dirname, "../..");

const SIDES = [
  { side: "edge", schema: edgeConfigSchema("") },
  { side: "cloud", schema: cloudConfigSchema("") },
] as const;

describe.each(SIDES)("the configuration reference of $side", ({ side, schema }) => {
  const page = readText(`${side}/CONFIGURATION.md`);
  const keys = referenceKeys(schema);

  test("has every key of the schema, with its description", () => {
    for (const { path, description } of keys) {
      expect(description, `${path} has no .describe()`).not.toBe("");
      expect(page).toContain(path.includes(".") || path.includes("[") ? `\`${path}\`` : path);
      expect(page).toContain(description.replaceAll("|", "\\|"));
    }
  });

  test("misses no key that the schema accepts", () => {
    const known = keys.map(({ path }) => path);
    expect(shapePaths(schema, "").filter((path) => !known.includes(path))).toEqual([]);
  });

  test("describes keys in sentences", () => {
    expect(keys.filter(({ description }) => !/^[A-Z`[].*\.$/s.test(description)).map(({ path }) => path)).toEqual([]);
  });

  describe("agrees with the example", () => {
    const example = readText(`deploy/examples/${side}.yaml`);

    test("which names every key, in use or as a comment", () => {
      const missing = keys.filter(({ path }) => {
        const name = path.split(/[.[]/).findLast((part) => part !== "]")!;
        return !new RegExp(`(^|[\\s{#,])"?${name}"?:`, "m").test(example);
      });
      expect(missing.map(({ path }) => path)).toEqual([]);
    });

    test("which gives every key its default", () => {
      const given: unknown = parse(example);
      const others = keys.flatMap(({ path, defaultText }) => {
        const found = valueAt(given, path);
        if (defaultText === undefined || found === undefined || CHOSEN.has(path)) return [];
        const same = JSON.stringify(found) === JSON.stringify(parse(defaultText));
        return same ? [] : [`${path}: ${JSON.stringify(found)}, default ${defaultText}`];
      });
      expect(others).toEqual([]);
    });

    test("which leaves out only keys without a default, and what is below an optional group", () => {
      const given: unknown = parse(example);
      const absent = keys.filter(
        ({ path, defaultText }) => defaultText !== undefined && valueAt(given, path) === undefined,
      );
      expect(absent.map(({ path }) => path).filter((path) => !path.startsWith("routes[]"))).toEqual([]);
    });
  });
});

test("every text of .describe() in the sources of the schemas is in a page", () => {
  const pages = SIDES.map(({ side }) => readText(`${side}/CONFIGURATION.md`)).join("\n");
  const folders = ["edge/config", "proto/runtime/options"];
  const files = folders.flatMap((folder) => readdirSync(join(ROOT, folder)).map((file) => `${folder}/${file}`));
  const texts = [...files, "edge/config.ts", "cloud/config.ts"].flatMap((file) => {
    const source = readText(file);
    const found = [...source.matchAll(/\.describe\(\s*("(?:[^"\\\n]|\\.)*")/g)].map((match) => match[1]!);
    expect(found, `${file}: a description must be one plain text`).toHaveLength(source.split(".describe(").length - 1);
    return found.map((literal): unknown => JSON.parse(literal));
  });
  expect(texts.length).toBeGreaterThan(100);
  expect(texts.filter((text) => !pages.includes(String(text)))).toEqual([]);
});

describe("a page says of a value", () => {
  const page = (schema: z.ZodType): string => referencePage(schema, { title: "T", example: "x.yaml" });
  const rowOf = (schema: z.ZodType): string[] => {
    const row = page(z.strictObject({ k: schema.describe("D.") }))
      .split("\n")
      .find((line) => line.startsWith("| `k`"))!;
    return row.split(/(?<!\\)\|/).slice(2, 4).map((cell) => cell.trim()); // prettier-ignore
  };

  test.each<[string, z.ZodType, string, string]>([
    ["that it is required", z.string(), "text", "required"],
    ["what it is by default", z.boolean().default(false), "`true` or `false`", "`false`"],
    ["that it has no default", z.string().optional(), "text", "none"],
    ["which words it may be", z.enum(["a", "b"]).default("a"), "`a`, `b`", "`a`"],
    [
      "in which limits it must be",
      z.int().min(1).max(9).meta({ kind: "whole number" }),
      "whole number, 1 to 9",
      "required",
    ],
    [
      "which of several forms it has",
      z.union([z.literal("arrival"), z.strictObject({})]),
      "`arrival` or group",
      "required",
    ],
  ])("%s", (_, schema, value, defaultText) => {
    expect(rowOf(schema)).toEqual([value, defaultText]);
  });

  test("and fails for a type that it has no word for", () => {
    expect(() => page(z.strictObject({ k: z.null().describe("D.") }))).toThrow("give its schema a kind");
  });
});

describe("the docs gate", () => {
  const scratch = mkdtempSync(join(tmpdir(), "tidemark-reference-"));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  beforeAll(() => {
    for (const folder of ["edge", "cloud", "proto"])
      cpSync(join(ROOT, folder), join(scratch, folder), { recursive: true });
    mkdirSync(join(scratch, ".ci"));
    for (const file of ["docs.ts", "reference.ts"]) cpSync(join(ROOT, ".ci", file), join(scratch, ".ci", file));
    symlinkSync(join(ROOT, "node_modules"), join(scratch, "node_modules"));
    cpSync(join(ROOT, "package.json"), join(scratch, "package.json"));
  });

  const check = (): { status: number | null; output: string } => {
    const [program, ...args] = commandOf("docs");
    const { status, stderr } = spawnSync(program, args, {
      cwd: scratch,
      encoding: "utf8",
    });
    return { status, output: stderr };
  };
  /** Checks the tree with one text of one file replaced. */
  const planted = (file: string, from: string, to: string): ReturnType<typeof check> => {
    const path = join(scratch, file);
    const text = readFileSync(path, "utf8");
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
    try {
      return check();
    } finally {
      writeFileSync(path, text);
    }
  };

  test("passes pages that are up to date", () => {
    expect(check()).toEqual({ status: 0, output: "" });
  });
  test("fails a page that was edited by hand", () => {
    const { status, output } = planted("cloud/CONFIGURATION.md", "`72h`", "`73h`");
    expect([status, output]).toEqual([
      1,
      "cloud/CONFIGURATION.md is out of date with the schema (run `npm run docs`)\n",
    ]);
  });
  test("fails a schema that changed without its page", () => {
    const { status, output } = planted("edge/config/storage.ts", 'prefault("2GiB")', 'prefault("3GiB")');
    expect([status, output]).toEqual([
      1,
      "edge/CONFIGURATION.md is out of date with the schema (run `npm run docs`)\n",
    ]);
  });
  test("fails a key without a description", () => {
    const { status, output } = planted(
      "edge/config/storage.ts",
      '.describe("A batch is sealed when it has this size.")',
      "",
    );
    expect(status).toBe(1);
    expect(output).toContain("edge/CONFIGURATION.md: no description for seal.size (add .describe() to the schema)");
  });
});

/** Keys that have another value in the example: a configuration without them does not start, or they show how to use them. */
const CHOSEN: ReadonlySet<string> = new Set(["mqtt.allow_anonymous", "mqtt.listeners", "windows"]);

function readText(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** The paths of all keys, from zod's own definitions and not from JSON Schema. */
function shapePaths(schema: z.core.$ZodType, prefix: string): ReferenceKey["path"][] {
  const def = schema._zod.def as {
    readonly [K in "shape" | "element" | "valueType" | "innerType" | "in" | "options"]?: unknown;
  };
  const below = (inner: unknown, path: string): string[] => shapePaths(inner as z.core.$ZodType, path);
  if (def.shape !== undefined) {
    return Object.entries(def.shape as Record<string, unknown>).flatMap(([name, inner]) => {
      const path = prefix === "" ? name : `${prefix}.${name}`;
      return [path, ...below(inner, path)];
    });
  }
  if (def.element !== undefined) return below(def.element, `${prefix}[]`);
  if (def.valueType !== undefined) return below(def.valueType, `${prefix}.<path>`);
  if (def.innerType !== undefined) return below(def.innerType, prefix);
  if (def.in !== undefined) return below(def.in, prefix);
  return Array.isArray(def.options) ? def.options.flatMap((inner) => below(inner, prefix)) : [];
}

/** The value at a path; in a list, that of the first element. */
function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const part of path.replaceAll("[]", ".0").split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}
