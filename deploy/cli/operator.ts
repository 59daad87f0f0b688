import { type Command, InvalidArgumentError } from "commander";
import { Fault } from "../../proto/core/fault.ts";
import type { SaidWindow } from "../operator/region-commands.ts";
import { commandOptions, sendCommands } from "../operator/command-options.ts";
import type { CommandFlags } from "../operator/command-options.ts";

/**
 * `tidemark operator`: what people say of windows and devices where the gateways are wrong, late or should not be kept.
 * Every command goes to one region, is replicated from there, and stays in the history of the window for ever.
 */
export function registerOperator(program: Command): void {
  const operator = program
    .command("operator")
    .description("override, backfill or clear windows, and erase devices, in all regions");

  for (const { name, command, description } of SAYINGS) {
    ofWindows(operator.command(name), description)
      .option("--start <time>", "start of the window, such as 2026-11-20T08:00:00Z")
      .option("--value <value>", "what the window says: one number, true, false or a text")
      .option("--summary <json>", 'or a summary: {"count": 3, "sum": 6.5, "min": 2, "max": 2.5}')
      .option("--windows <file>", "or many windows: CSV with start,value or start,count,sum,min,max")
      .action(async (flags: SayFlags) => {
        const windows = await windowsOf(flags);
        const requests = Array.from({ length: Math.ceil(windows.length / WINDOWS_AT_ONCE) }, (_, i) => ({
          command,
          ...seriesOf(flags),
          windows: windows.slice(i * WINDOWS_AT_ONCE, (i + 1) * WINDOWS_AT_ONCE),
        }));
        await sendCommands(flags, requests);
      });
  }

  ofWindows(operator.command("clear"), "take back what operators said of a window")
    .requiredOption("--start <time>", "start of the window")
    .requiredOption("--rank <rank>", "which kind of saying: override, backfill-replace or backfill-fill", rank)
    .action(async (flags: CommandFlags & SeriesFlags & { start: string; rank: string }) => {
      await sendCommands(flags, [{ command: "clear", ...seriesOf(flags), rank: flags.rank, starts: [flags.start] }]);
    });

  commandOptions(operator.command("erase-device"))
    .description("delete everything of a device in all regions, and take nothing of it any more, for ever")
    .argument("<device>", "name of the device, as /v1/series gives it")
    .requiredOption("--confirm <device>", "the name again: this cannot be taken back")
    .action(async (device: string, flags: CommandFlags & { confirm: string }) => {
      if (flags.confirm !== device) {
        const message = `--confirm ${JSON.stringify(flags.confirm)} is not the device ${JSON.stringify(device)}`;
        throw new Fault({ code: "usage", message, hint: "nothing was erased" });
      }
      await sendCommands(flags, [{ command: "erase_device", device }]);
    });
}

const SAYINGS = [
  { name: "override", command: "override", description: "say what a window is, whatever gateways say" },
  {
    name: "backfill-replace",
    command: "backfill_replace",
    description: "say what a window is, above the gateways and below an override",
  },
  {
    name: "backfill-fill",
    command: "backfill_fill",
    description: "say what a window is where no gateway says anything",
  },
] as const;

type SeriesFlags = { readonly device: string; readonly metric: string; readonly window: string };
type SayFlags = CommandFlags &
  SeriesFlags & {
    readonly start?: string;
    readonly value?: string;
    readonly summary?: string;
    readonly windows?: string;
  };

function ofWindows(command: Command, description: string): Command {
  return commandOptions(command)
    .description(description)
    .requiredOption("--device <name>", "device of the series")
    .requiredOption("--metric <name>", "metric of the series")
    .requiredOption("--window <length>", "length of the window, such as 10s or 1m");
}

function seriesOf({ device, metric, window }: SeriesFlags): SeriesFlags {
  return { device, metric, window };
}

async function windowsOf({ start, value, summary, windows: file }: SayFlags): Promise<readonly SaidWindow[]> {
  if ([value, summary, file].filter((given) => given !== undefined).length !== 1) {
    throw new Fault({ code: "usage", message: "expected one of --value, --summary and --windows" });
  }
  if (file !== undefined) {
    if (start !== undefined) {
      throw new Fault({ code: "usage", message: "--start is for one window; the file has a column for it" });
    }
    const { readWindows } = await import("../operator/windows-csv.ts");
    return readWindows(file);
  }
  if (start === undefined) throw new Fault({ code: "usage", message: "--start is missing" });
  if (value !== undefined) return [{ start, value: readValue(value) }];
  return [{ start, summary: readSummary(summary!) }];
}

function readValue(text: string): number | boolean | string {
  if (text === "true" || text === "false") return text === "true";
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function readSummary(text: string): Record<string, number> {
  try {
    // What may stand in it is for the region to say.
    return JSON.parse(text) as Record<string, number>;
  } catch {
    throw new Fault({ code: "usage", message: "--summary is not JSON", hint: "mind the quotes of the shell" });
  }
}

function rank(text: string): string {
  if (!SAYINGS.some(({ name }) => name === text)) {
    throw new InvalidArgumentError(`Expected ${SAYINGS.map(({ name }) => name).join(", ")}.`);
  }
  return text.replace("-", "_");
}

/** What a region takes in one request. */
const WINDOWS_AT_ONCE = 1000;
