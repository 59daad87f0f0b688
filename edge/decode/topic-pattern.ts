/**
 * Topic patterns of routes: `+` and `#` as in MQTT, and `{name}`, which matches one level and captures it. Matching
 * compares levels. No text from outside becomes a regular expression.
 */
export class TopicPattern {
  readonly #levels: readonly Level[];

  /** @throws RangeError with the reason when `text` is not a pattern. */
  constructor(text: string) {
    const problem = topicPatternProblem(text);
    if (problem !== undefined) throw new RangeError(problem);
    this.#levels = text.split("/").map(levelOf);
  }

  /** The captured levels by name, or undefined when the topic does not match. */
  match(topic: string): ReadonlyMap<string, string> | undefined {
    const levels = topic.split("/");
    // [MQTT-4.7.2-1] A wildcard at the first level does not match topics that begin with `$`.
    if (topic.startsWith("$") && this.#levels[0]?.kind !== "literal") return undefined;
    const captured = new Map<string, string>();
    for (const [i, level] of this.#levels.entries()) {
      if (level.kind === "rest") return captured;
      const actual = levels[i];
      if (actual === undefined) return undefined;
      if (level.kind === "literal" && level.text !== actual) return undefined;
      if (level.kind === "capture") captured.set(level.name, actual);
    }
    return levels.length === this.#levels.length ? captured : undefined;
  }
}

/** The mistake in a pattern; undefined: the pattern is valid. */
export function topicPatternProblem(text: string): string | undefined {
  if (text === "") return "a topic pattern cannot be empty";
  const levels = text.split("/");
  const names = new Set<string>();
  for (const [i, level] of levels.entries()) {
    if (level === "#" && i !== levels.length - 1) return "'#' must be the last level";
    if (level !== "#" && level.includes("#")) return "'#' must be a whole level";
    if (level !== "+" && level.includes("+")) return "'+' must be a whole level";
    const name = captureName(level);
    if (name === undefined && /[{}]/.test(level)) return `'${level}': {name} must be a whole level`;
    if (name !== undefined && names.has(name)) return `{${name}} is used twice`;
    if (name !== undefined) names.add(name);
  }
  return undefined;
}

type Level =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "any" }
  | { readonly kind: "capture"; readonly name: string }
  | { readonly kind: "rest" };

function levelOf(text: string): Level {
  if (text === "#") return { kind: "rest" };
  if (text === "+") return { kind: "any" };
  const name = captureName(text);
  return name === undefined ? { kind: "literal", text } : { kind: "capture", name };
}

function captureName(level: string): string | undefined {
  return /^\{([A-Za-z_]\w{0,31})\}$/.exec(level)?.[1];
}
