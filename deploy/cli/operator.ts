import { type Command, InvalidArgumentError } from "commander";
import { Fault } from "../../proto/core/fault.ts";
import type { OperatorRank } from "../../proto/core/operator-command.ts";
import type { CommandWindow } from "../../proto/wire/http/commands.ts";
import { commandOptions, sendCommands } from "./command-options.ts";
import type { CommandFlags } from "./command-options.ts";
import type { CliCommand } from "./cli-command.ts";

/**
 * `tidemark operator`: people correct windows where the gateways are wrong or late, and erase devices. Every command goes to
 * one region, replicates to all, and stays in the history of the window for ever.
 */
export function registerOperator(program: CliCommand): void {
  const operator = program
    .command("operator")
    .description("correct windows (override, backfill, clear) and erase devices, in all regions")
    .example(`tidemark operator override ${EXAMPLE_SERIES} ${EXAMPLE_START} --value 21.5`);

  for (const { name, command, description, example } of CORRECTIONS) {
    seriesOptions(operator.command(name).example(example), description)
      .option("--start <time>", "start of the window, such as 2026-11-20T08:00:00Z")
      .option("--value <value>", "value of the window: a number, true, false or a text")
      .option("--summary <json>", 'or a summary: {"count": 3, "sum": 6.5, "min": 2, "max": 2.5}')
      .option("--windows <file>", "or many windows: a CSV file with start,value or start,count,sum,min,max")
      .action(async (flags: CorrectionFlags) => {
        const windows = await windowsOf(flags);
        const requests = Array.from({ length: Math.ceil(windows.length / WINDOWS_AT_ONCE) }, (_, i) => ({
          command,
          ...seriesOf(flags),
          windows: windows.slice(i * WINDOWS_AT_ONCE, (i + 1) * WINDOWS_AT_ONCE),
        }));
        await sendCommands(flags, requests, { flagNames: flags.windows === undefined ? ONE_WINDOW : SERIES_FLAGS });
      });
  }

  seriesOptions(
    operator.command("clear").example(`tidemark operator clear ${EXAMPLE_SERIES} ${EXAMPLE_START} --rank override`),
    "take back a correction of a window",
  )
    .requiredOption("--start <time>", "start of the window")
    .requiredOption("--rank <rank>", "kind of the correction: override, backfill-replace or backfill-fill", rank)
    .action(async (flags: CommandFlags & SeriesFlags & { start: string; rank: OperatorRank }) => {
      const requests = [{ command: "clear" as const, ...seriesOf(flags), rank: flags.rank, starts: [flags.start] }];
      await sendCommands(flags, requests, { flagNames: ONE_WINDOW });
    });

  commandOptions(
    operator
      .command("erase-device")
      .example(
        'tidemark operator erase-device hall/press-3 --confirm hall/press-3 --token-file operator.token --reason "sold"',
      ),
  )
    .description("delete all data of a device in all regions, and refuse its data for ever")
    .argument("<device>", "name of the device, as /v1/series shows it")
    .requiredOption("--confirm <device>", "the name again, because this cannot be undone")
    .action(async (device: string, flags: CommandFlags & { confirm: string }) => {
      if (flags.confirm !== device) {
        const message = `--confirm ${JSON.stringify(flags.confirm)} is not the device ${JSON.stringify(device)}`;
        throw new Fault({ code: "usage", message, hint: "nothing was erased" });
      }
      await sendCommands(flags, [{ command: "erase_device", device }]);
    });
}

/** The flags behind the places in a request. */
const SERIES_FLAGS = { device: "--device", metric: "--metric", window: "--window" };
const ONE_WINDOW = {
  ...SERIES_FLAGS,
  rank: "--rank",
  "starts[0]": "--start",
  "windows[0].start": "--start",
  "windows[0].value": "--value",
  "windows[0].summary": "--summary",
};
const EXAMPLE_SERIES =
  '--token-file operator.token --reason "sensor was in the sun" --device hello --metric temp --window 10s';
const EXAMPLE_START = "--start 2026-11-20T08:00:00Z";
const CORRECTIONS = [
  {
    name: "override",
    command: "override",
    description: "set a window; outranks everything else",
    example: `tidemark operator override ${EXAMPLE_SERIES} ${EXAMPLE_START} --value 21.5`,
  },
  {
    name: "backfill-replace",
    command: "backfill_replace",
    description: "set a window; outranks the gateways, but not an override",
    example: `tidemark operator backfill-replace ${EXAMPLE_SERIES} --windows november.csv`,
  },
  {
    name: "backfill-fill",
    command: "backfill_fill",
    description: "set a window for which no gateway has data",
    example: `tidemark operator backfill-fill ${EXAMPLE_SERIES} ${EXAMPLE_START} --value 21.5`,
  },
] as const;

type SeriesFlags = { readonly device: string; readonly metric: string; readonly window: string };
type CorrectionFlags = CommandFlags &
  SeriesFlags & {
    readonly start?: string;
    readonly value?: string;
    readonly summary?: string;
    readonly windows?: string;
  };

function seriesOptions(command: Command, description: string): Command {
  return commandOptions(command)
    .description(description)
    .requiredOption("--device <name>", "device of the series")
    .requiredOption("--metric <name>", "metric of the series")
    .requiredOption("--window <length>", "length of the window, such as 10s or 1m");
}

function seriesOf({ device, metric, window }: SeriesFlags): SeriesFlags {
  return { device, metric, window };
}

async function windowsOf({ start, value, summary, windows: file }: CorrectionFlags): Promise<readonly CommandWindow[]> {
  if ([value, summary, file].filter((given) => given !== undefined).length !== 1) {
    throw new Fault({ code: "usage", message: "give exactly one of --value, --summary and --windows" });
  }
  if (file !== undefined) {
    if (start !== undefined) {
      throw new Fault({
        code: "usage",
        message: "--start and --windows exclude each other: the file has a column start",
      });
    }
    const { readWindows } = await import("../operator/windows-csv.ts");
    return readWindows(file);
  }
  if (start === undefined)
    throw new Fault({
      code: "usage",
      message: "--start is missing",
      hint: "give the start of the window, such as 2026-11-20T08:00:00Z",
    });
  if (value !== undefined) return [{ start, value: readValue(value) }];
  return [{ start, summary: readSummary(summary!) }];
}

function readValue(text: string): number | boolean | string {
  if (text === "true" || text === "false") return text === "true";
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function readSummary(text: string): Record<string, unknown> {
  try {
    // The region checks what is in it.
    const summary: unknown = JSON.parse(text);
    if (typeof summary === "object" && summary !== null) return { ...summary };
  } catch {
    // Reported below.
  }
  throw new Fault({
    code: "usage",
    message: "--summary is not a JSON object",
    hint: "put it in single quotes, so that the shell leaves it alone",
  });
}

function rank(text: string): OperatorRank {
  const found = CORRECTIONS.find(({ name }) => name === text);
  if (found !== undefined) return found.command;
  throw new InvalidArgumentError(`expected one of ${CORRECTIONS.map(({ name }) => name).join(", ")}`);
}

/** The limit of a region for one request. */
const WINDOWS_AT_ONCE = 1000;
