import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Document, Node, YAMLError } from "yaml";
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { Fault } from "../../core/fault.ts";
import { nearestWord } from "./nearest-word.ts";

/**
 * Reads a YAML configuration and checks it against its schema. All mistakes are reported at once, each with its place,
 * with what is accepted and, where a word is misspelt, with the nearest known one:
 *
 *     edge.yaml:5:14  buffer.max_age: expected a duration such as 30s, 12h or 7d
 *       5 |     max_age: 7 dayz
 *         |              ^^^^^^
 *
 * Nothing in the text is expanded. A `$HOME` in it is five characters.
 *
 * @param options.path as the person gave it; messages show it.
 * @param options.schema makes the schema for the folder of the file. Relative paths in the file start at this folder.
 * @param options.what names the kind of file, for the hint when there is none.
 * @param options.other another kind of file that a person may confuse with this one.
 * @throws Fault `file` when the file cannot be read, `config` with all the mistakes.
 */
export function loadConfig<T>(options: {
  path: string;
  schema: (folder: string) => z.ZodType<T>;
  what?: string;
  other?: OtherKind;
}): T {
  const { path, what, other } = options;
  const { text, notUtf8 } = read(path, what);
  const place = new Places(path, text);
  const document = parseDocument(text, {
    lineCounter: place.lines,
    uniqueKeys: true,
    prettyErrors: false,
    // The library must print nothing. Everything it reports is among the mistakes.
    logLevel: "error",
  });
  if (notUtf8 !== undefined) {
    throw mistakes([place.block([notUtf8, notUtf8 + 1], "this is not UTF-8 text; save the file as UTF-8")]);
  }
  // A warning is about an unknown tag, which would have no effect.
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    throw mistakes(broken.map((error) => place.block(error.pos, syntaxMistake(error))));
  }
  const value: unknown = plain(document, path);
  if (value === null || value === undefined) {
    throw new Fault({ code: "config", message: `${path}: the configuration is empty`, hint: "see deploy/examples" });
  }
  if (other !== undefined && isMap(document.contents) && document.has(other.key) && !document.has(other.ownKey)) {
    throw new Fault({ code: "config", message: `${path}: ${other.message}`, hint: other.hint });
  }
  const schema = options.schema(dirname(resolve(path)));
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const found = result.error.issues.flatMap((issue) => blocks(issue, { document, place, schema, value }));
  // A misspelt key is one mistake, although the key that was meant is missing as well.
  const meant = new Set(found.map(({ meantPath }) => meantPath));
  throw mistakes(found.filter(({ missingPath }) => missingPath === undefined || !meant.has(missingPath)));
}

/** A file with `key`, but without `ownKey`, at the top level is of the other kind. */
type OtherKind = { readonly key: string; readonly ownKey: string; readonly message: string; readonly hint: string };

/** The message of the YAML library, except where it advises the programmer. */
function syntaxMistake({ code, message }: YAMLError): string {
  if (code === "MULTIPLE_DOCS") return "a second YAML document begins here; expected one configuration in a file";
  return lowerFirst(firstLine(message));
}

/** The top-level keys of a file. They tell what kind of configuration it is. None when the file is not a YAML map. */
export function topLevelKeys(path: string): string[] {
  const { contents } = parseDocument(read(path).text, { prettyErrors: false, logLevel: "error" });
  if (!isMap(contents)) return [];
  return contents.items.flatMap((pair) => (isScalar(pair.key) ? [String(pair.key.value)] : []));
}

type Context = { document: Document.Parsed; place: Places; schema: z.ZodType; value: unknown };

function blocks(issue: z.core.$ZodIssue, context: Context): SchemaMistake[] {
  const { document, place, schema } = context;
  if (issue.code === "invalid_union") {
    const likely = likelyBranch(issue);
    if (likely !== undefined) return likely.flatMap((one) => blocks(one, context));
  }
  const path = issue.path.filter((key) => typeof key !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const accepted = acceptedKeys(schema, path);
    return issue.keys.map((key) => {
      const nearest = nearestWord(key, accepted);
      const advice = nearest === undefined ? `expected one of ${accepted.join(", ")}` : `did you mean ${nearest}?`;
      const mistake = place.block(keyRange(document, path, key), `${dotted([...path, key])}: unknown key; ${advice}`);
      return nearest === undefined ? mistake : { ...mistake, meantPath: dotted([...path, nearest]) };
    });
  }
  const found = valueAt(context.value, path);
  if (found === undefined) {
    const mistake = place.block(parentRange(document, path), `${dotted(path)}: missing; ${expectation(issue)}`);
    return [{ ...mistake, missingPath: dotted(path) }];
  }
  return [place.block(rangeAt(document, path), `${dotted(path)}: ${expectation(issue)}${shown(issue, found)}`)];
}

/**
 * A value may have one of several forms, such as "a word or a group". These are the mistakes of the form that the person
 * most likely meant: the only one that has the right type. `undefined` where there is none, or more than one.
 */
function likelyBranch(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  const near = issue.errors.filter((branch) =>
    branch.every((one) => one.path.length > 0 || one.code === "unrecognized_keys"),
  );
  return near.length === 1
    ? near[0]!.map((one): z.core.$ZodIssue => ({ ...one, path: [...issue.path, ...one.path] }))
    : undefined;
}

/** The accepted values, in words. */
function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_value":
      return `expected ${oneOf(issue.values.map(String))}`;
    case "invalid_type":
      // A message of the schema says more than our words for the type. The messages of zod itself begin with "Invalid".
      return issue.message.startsWith("Invalid")
        ? `expected ${TYPE_WORDS.get(issue.expected) ?? issue.expected}`
        : issue.message;
    default:
      return lowerFirst(issue.message);
  }
}

function shown(issue: z.core.$ZodIssue, found: unknown): string {
  if (issue.code !== "invalid_type" && issue.code !== "invalid_value") return "";
  const nearest =
    issue.code === "invalid_value" && typeof found === "string"
      ? nearestWord(found, issue.values.map(String))
      : undefined;
  if (nearest !== undefined) return `, found ${JSON.stringify(found)}; did you mean ${nearest}?`;
  if (Array.isArray(found)) return ", found a list";
  if (typeof found === "object" && found !== null) return ", found a group of keys";
  return `, found ${found === null ? "nothing" : JSON.stringify(found)}`;
}

function oneOf(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ["object", "a group of keys"],
  ["array", "a list"],
  ["string", "text"],
  ["boolean", "true or false"],
  ["number", "a number"],
  ["int", "a whole number"],
]);

/** Line, column and the marked source line of a place in the file. */
class Places {
  readonly lines = new LineCounter();
  readonly #name: string;
  readonly #source: readonly string[];

  constructor(name: string, text: string) {
    this.#name = name;
    this.#source = text.split(/\r?\n/);
  }

  block(range: readonly [number, number], message: string): Mistake {
    const { line, col } = this.lines.linePos(range[0]);
    const end = this.lines.linePos(Math.max(range[0], range[1] - 1));
    const source = this.#source[line - 1] ?? "";
    const last = end.line === line ? end.col : source.length;
    const marks = "^".repeat(Math.max(1, last - col + 1));
    // Tabs stay tabs, so that the terminal puts the marks under the text.
    const margin = source.slice(0, col - 1).replaceAll(/[^\t]/g, " ");
    const number = String(line);
    const gutter = " ".repeat(number.length);
    const head = `${this.#name}:${line}:${col}  ${message}`;
    return { at: range[0], text: `${head}\n  ${number} | ${source}\n  ${gutter} | ${margin}${marks}` };
  }
}

type Mistake = { readonly at: number; readonly text: string };

/** `meantPath`: the known key that is nearest to a misspelt one. `missingPath`: the key that is missing. */
type SchemaMistake = Mistake & { readonly meantPath?: string; readonly missingPath?: string };

/** All mistakes in one fault, in the order in which a person reads the file. */
function mistakes(found: readonly Mistake[]): Fault {
  const ordered = found.toSorted((a, b) => a.at - b.at);
  return new Fault({ code: "config", message: ordered.map((mistake) => mistake.text).join("\n") });
}

/** The text of a file. `notUtf8` is the position of the first character that is not UTF-8, if there is one. */
function read(path: string, what = "a configuration"): { text: string; notUtf8: number | undefined } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const reason =
      cause instanceof Error && "code" in cause && cause.code === "ENOENT" ? "does not exist" : "cannot be read";
    throw new Fault({
      code: "file",
      message: `${path}: the file ${reason}`,
      hint: `give the path of ${what}`,
      cause,
    });
  }
  const text = new TextDecoder().decode(bytes);
  return { text, notUtf8: isUtf8(bytes) ? undefined : text.indexOf("\uFFFD") };
}

function plain(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new Fault({
      code: "config",
      message: `${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    });
  }
}

type Path = readonly (string | number)[];

function nodeRange(node: unknown): readonly [number, number] {
  const range = isNode(node) ? node.range : undefined;
  return range == null ? [0, 1] : [range[0], Math.max(range[0] + 1, range[1])];
}

/** The place of a value. A value behind an alias has no place, so the place of the alias is used. */
function rangeAt(document: Document.Parsed, path: Path): readonly [number, number] {
  for (let depth = path.length; depth > 0; depth--) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    if (isNode(node)) return nodeRange(node);
  }
  return nodeRange(document.contents);
}

/** The place for the message about a missing key: the key of its group, or the beginning of the file. */
function parentRange(document: Document.Parsed, path: Path): readonly [number, number] {
  for (let depth = path.length - 1; depth > 0; depth--) {
    const parent = path.slice(0, depth - 1);
    const range = keyRange(document, parent, path[depth - 1]!);
    if (range[0] > 0 || depth === 1) return range;
  }
  return [0, 1];
}

function keyRange(document: Document.Parsed, path: Path, key: string | number): readonly [number, number] {
  const group: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  if (isMap(group)) {
    for (const pair of group.items) {
      if (isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(key))
        return nodeRange(pair.key as Node);
    }
  }
  return nodeRange(typeof key === "number" ? document.getIn([...path, key], true) : group);
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string | number, unknown>)[key];
  }
  return at;
}

/** The keys that the schema accepts at a path. Looks through the wrappers that zod puts around objects. */
function acceptedKeys(schema: z.core.$ZodType, path: Path): string[] {
  const { def } = schema._zod;
  if ("shape" in def) {
    const shape = def.shape as Record<string, z.core.$ZodType>;
    const [key, ...rest] = path;
    if (key === undefined) return Object.keys(shape);
    return Object.hasOwn(shape, key) ? acceptedKeys(shape[key]!, rest) : [];
  }
  if ("element" in def) return acceptedKeys(def.element as z.core.$ZodType, path.slice(1));
  if ("valueType" in def) return acceptedKeys(def.valueType as z.core.$ZodType, path.slice(1));
  return innerSchemas(def).flatMap((one) => acceptedKeys(one, path));
}

function innerSchemas(def: object): z.core.$ZodType[] {
  const found: z.core.$ZodType[] = [];
  if ("innerType" in def) found.push(def.innerType as z.core.$ZodType);
  if ("in" in def) found.push(def.in as z.core.$ZodType);
  if ("options" in def) found.push(...(def.options as z.core.$ZodType[]));
  return found;
}

function dotted(path: Path): string {
  if (path.length === 0) return "the file";
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : i === 0 ? key : `.${key}`)).join("");
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
