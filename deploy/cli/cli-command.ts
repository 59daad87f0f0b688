import type { ParseOptionsResult } from "commander";
import { Command } from "commander";
import pc from "picocolors";
import { nearestWord } from "../../proto/runtime/options/nearest-word.ts";

/**
 * A command of `tidemark`: its help ends with examples, and a mistake of the user is one line that ends with what to do.
 * Subcommands are of this class, too.
 */
export class CliCommand extends Command {
  readonly #examples: string[] = [];
  /** The first option of the command line that this command does not have. */
  #unknown: string | undefined;

  constructor(name?: string) {
    super(name);
    this.helpCommand(false);
    this.addHelpText("after", () => this.#examplesText());
  }

  /** Whole command lines, as tests parse them. */
  get examples(): readonly string[] {
    return this.#examples;
  }

  /** The words that run it: `tidemark drill run`. */
  get path(): string {
    const parent = this.parent;
    return parent instanceof CliCommand ? `${parent.path} ${this.name()}` : this.name();
  }

  override createCommand(name?: string): CliCommand {
    return new CliCommand(name);
  }

  example(...lines: readonly string[]): this {
    this.#examples.push(...lines);
    return this;
  }

  override parseOptions(argv: string[]): ParseOptionsResult {
    const result = super.parseOptions(argv);
    this.#unknown = result.unknown[0];
    return result;
  }

  /**
   * Ends with the nearest word, which commander adds, or with where to look. Commander looks for required options before it
   * looks for unknown ones. But a misspelt option is the reason why the required one is missing, so it is reported first.
   */
  override error(message: string, options?: { exitCode?: number; code?: string }): never {
    if (options?.code === "commander.missingMandatoryOptionValue" && this.#unknown !== undefined) {
      const nearest = nearestWord(this.#unknown, this.#longOptions);
      const suggestion = nearest === undefined ? "" : `\n(Did you mean ${nearest}?)`;
      return this.error(`unknown option '${this.#unknown}'${suggestion}`, {
        ...options,
        code: "commander.unknownOption",
      });
    }
    const text = plainMessage(message.replace(/^error: /, "").trim());
    const suggestion = /\n?\(Did you mean (.+)\?\)$/.exec(text);
    const hint = suggestion === null ? `see \`${this.path} --help\`` : `did you mean ${suggestion[1]}?`;
    const what = suggestion === null ? text : text.slice(0, suggestion.index);
    return super.error(`${what.replace(/\.$/, "").replaceAll("\n", " ")} (${hint})`, options);
  }

  get #longOptions(): readonly string[] {
    return this.createHelp()
      .visibleOptions(this)
      .flatMap(({ long }) => (typeof long === "string" ? [long] : []));
  }

  #examplesText(): string {
    if (this.#examples.length === 0) return "";
    const width = this.configureHelp().helpWidth ?? this.configureOutput().getOutHelpWidth?.() ?? DEFAULT_WIDTH;
    const title = pc.bold(this.#examples.length === 1 ? "Example:" : "Examples:");
    return ["", title, ...this.#examples.map((line) => shellLines(line, width - INDENT.length))].join("\n");
  }
}

/** Commander's text for a value that a parser refused, with what is expected before what was found. */
function plainMessage(text: string): string {
  return text
    .replace(/^option '(.+?)' argument '(.*)' is invalid\. (.*?)\.?$/su, "option '$1': $3, found '$2'")
    .replace(
      /^command-argument value '(.*)' is invalid for argument '(.+?)'\. (.*?)\.?$/su,
      "argument <$2>: $3, found '$1'",
    )
    .replace("Allowed choices are", "expected one of");
}

/**
 * A command line in a given width. A longer one continues on the next line after a backslash, so that it can be copied. A line
 * breaks only between words; a word longer than a line stays whole.
 */
export function shellLines(line: string, width: number): string {
  const words = line.match(/'[^']*'|"[^"]*"|\S+/gu) ?? [];
  const lines: string[] = [];
  let current = "";
  for (const word of words) {
    const next = current === "" ? word : `${current} ${word}`;
    if (current !== "" && next.length > width - CONTINUED.length) {
      lines.push(`${current}${CONTINUED}`);
      current = `${INDENT}${word}`;
    } else current = next;
  }
  lines.push(current);
  return lines.map((one) => `${INDENT}${one}`).join("\n");
}

const CONTINUED = " \\";
const INDENT = "  ";
/** For an output that is not a terminal. */
const DEFAULT_WIDTH = 80;
