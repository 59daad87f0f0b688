import { describe, expect, test } from "vitest";
import { CliCommand, shellLines } from "../../../../deploy/cli/cli-command.ts";
import { createProgram } from "../../../../deploy/cli/program.ts";

function subcommandsOf(command: CliCommand): CliCommand[] {
  return command.commands.flatMap((one) => (one instanceof CliCommand ? [one] : []));
}

function allCommands(command: CliCommand): CliCommand[] {
  return [command, ...subcommandsOf(command).flatMap(allCommands)];
}

function wordsOf(line: string): string[] {
  return (line.match(/'[^']*'|"[^"]*"|\S+/gu) ?? []).map((word) => word.replace(/^(['"])(.*)\1$/u, "$2"));
}

/** Parses a command line without running it. @returns the command that would run. @throws CommanderError */
async function parsed(line: string): Promise<CliCommand | undefined> {
  const program = createProgram();
  let reached: CliCommand | undefined;
  for (const command of allCommands(program)) {
    if (command.commands.length === 0) command.action(() => void (reached = command));
  }
  const [name, ...words] = wordsOf(line);
  expect(name).toBe("tidemark");
  await program.parseAsync(words, { from: "user" });
  return reached;
}

function helpOf(command: CliCommand, width: number): string {
  let text = "";
  command
    .configureHelp({ ...command.configureHelp(), helpWidth: width })
    .configureOutput({ ...command.configureOutput(), writeOut: (more) => void (text += more) })
    .outputHelp();
  return text;
}

const COMMANDS = allCommands(createProgram()).map((command) => [command.path, command] as const);

test("the help shows the commands in groups, in this order", () => {
  const help = helpOf(createProgram(), 80);
  const groups = [...help.matchAll(/^([A-Z][a-z ]+):$/gmu)].map(([, group]) => group);
  expect(groups).toEqual([
    "Options",
    "Run",
    "Connect sensors",
    "Ask and correct",
    "Prove",
    "Check",
    "Examples",
    "Exit codes",
  ]);
});

describe("each command has an example in its help, and the command line accepts it", () => {
  const examples = COMMANDS.flatMap(([path, command]) => command.examples.map((line) => [line, path] as const));

  test.each(COMMANDS)("%s has one", (_, command) => {
    expect(command.examples.length).toBeGreaterThan(0);
    expect(helpOf(command, 200)).toContain(command.examples[0]!);
  });

  test.each(examples.filter(([line]) => !line.endsWith("--help")))("%s", async (line, path) => {
    expect(line.startsWith(path)).toBe(true);
    expect((await parsed(line))?.path).toMatch(new RegExp(`^${path}`));
  });
});

test("every command that prints a result has --json", () => {
  const without = COMMANDS.filter(
    ([, { commands, options }]) => commands.length === 0 && !options.some(({ long }) => long === "--json"),
  ).map(([path]) => path);
  // The first three run until they are stopped; the payload is bytes, and the export is NDJSON always.
  const known = ["demo", "edge", "cloud", "deadletter payload", "deadletter export"];
  expect(without).toEqual(known.map((name) => `tidemark ${name}`));
});

describe.each([60, 80, 120])("at %i columns", (width) => {
  test.each(COMMANDS)("the help of %s has no line that is too long", (_, command) => {
    const tooLong = helpOf(command, width)
      .split("\n")
      // A line with one word in its last column cannot be shorter.
      .filter((line) => line.length > width && / /.test(line.trim().replace(/^.*? {2,}/u, "")));
    expect(tooLong.filter((line) => !line.startsWith("Usage:"))).toEqual([]);
  });
});

test("a long example continues behind a backslash, and no quoted text is broken", () => {
  const shown = shellLines(`tidemark decode --topic a/b --payload '{"temp": 21.5}' --json`, 40);
  expect(shown).toBe(`  tidemark decode --topic a/b --payload \\\n    '{"temp": 21.5}' --json`);
  expect(wordsOf(shown.replaceAll("\\\n", " "))).toEqual(
    wordsOf(`tidemark decode --topic a/b --payload '{"temp": 21.5}' --json`),
  );
});

describe("a mistake is one line that ends with what to do", () => {
  test.each([
    ["tidemark chek", "unknown command 'chek' (did you mean check?)"],
    ["tidemark regions lits", "unknown command 'lits' (did you mean list?)"],
    ["tidemark unheard-of-command", "unknown command 'unheard-of-command' (see `tidemark --help`)"],
    ["tidemark check x --jsom", "unknown option '--jsom' (did you mean --json?)"],
    ["tidemark edge", "required option '--config <file>' not specified (see `tidemark edge --help`)"],
    ["tidemark check", "missing required argument 'file' (see `tidemark check --help`)"],
    [
      "tidemark sensors simulate --devices 0",
      "option '--devices <n>': expected a whole number: 1 to 100,000, found '0' (see `tidemark sensors simulate --help`)",
    ],
    [
      "tidemark sensors simulate --period soon",
      "option '--period <duration>': expected a duration such as 500ms, 10s or 5m, found 'soon' (see `tidemark sensors simulate --help`)",
    ],
    [
      "tidemark deadletter show seven",
      "argument <id>: expected a whole number: 1 or more, found 'seven' (see `tidemark deadletter show --help`)",
    ],
    [
      "tidemark deadletter list --gateway gw",
      "option '--gateway <url>': expected the HTTP address of a gateway such as http://127.0.0.1:9101, found 'gw' (see `tidemark deadletter list --help`)",
    ],
  ])("%s", async (line, message) => {
    await expect(parsed(line)).rejects.toThrow(expect.objectContaining({ message }));
  });
});

describe("a misspelt option is reported before the required option that it leaves missing", () => {
  const required = COMMANDS.flatMap(([path, command]) =>
    command.options.flatMap(({ mandatory, long }) => (mandatory && long ? [[path, long, command] as const] : [])),
  );

  test.each(required)("%s %s", async (path, long, command) => {
    const misspelt = `${long.slice(0, -2)}${long.at(-1)}`;
    const values = command.registeredArguments.map(() => "1").join(" ");
    await expect(parsed(`${path} ${values} ${misspelt} x`)).rejects.toThrow(
      expect.objectContaining({
        code: "commander.unknownOption",
        message: `unknown option '${misspelt}' (did you mean ${long}?)`,
      }),
    );
  });

  test("there are such commands", () => {
    expect(required.map(([path]) => path)).toEqual(expect.arrayContaining(["tidemark edge", "tidemark cloud"]));
  });

  test("an option that is near to none is reported without a suggestion", async () => {
    await expect(parsed("tidemark edge --zzzzzz x")).rejects.toThrow(
      expect.objectContaining({ message: "unknown option '--zzzzzz' (see `tidemark edge --help`)" }),
    );
  });
});
