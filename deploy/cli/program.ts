import pc from "picocolors";
import { SOFTWARE } from "../../proto/runtime/software.ts";
import { registerCheck } from "./check.ts";
import { CliCommand } from "./cli-command.ts";
import { registerCloud } from "./cloud.ts";
import { registerDeadLetter } from "./deadletter.ts";
import { registerDecode } from "./decode.ts";
import { registerDemo } from "./demo.ts";
import { registerDrill } from "./drill.ts";
import { registerEdge } from "./edge.ts";
import { registerGateways } from "./gateways.ts";
import { registerOperator } from "./operator.ts";
import { registerPasswd } from "./passwd.ts";
import { registerRegions } from "./regions.ts";
import { registerSchema } from "./schema.ts";
import { registerSensors } from "./sensors.ts";

/** The command line `tidemark`. Each command is one file in this folder; the help shows the commands in groups. */
export function createProgram(): CliCommand {
  const program = new CliCommand("tidemark")
    .description(
      "Edge-to-cloud telemetry: an acknowledged message is on disk, and no acknowledged reading is lost or counted twice.",
    )
    .version(SOFTWARE, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ minWidthToWrap: WRAP_FROM, styleTitle: pc.bold, sortSubcommands: false, showGlobalOptions: false })
    .configureOutput({
      // Help goes to standard output, even when it is shown because the command is missing.
      writeErr: (text) => process.stdout.write(text),
      getErrHelpWidth: () => (process.stdout.isTTY ? process.stdout.columns : DEFAULT_WIDTH),
      getErrHasColors: () => process.stdout.isTTY && process.stdout.hasColors(),
      // The entry point prints errors.
      outputError: () => undefined,
    })
    .exitOverride()
    .example("tidemark demo", "tidemark check edge.yaml", "tidemark drill run --help");
  for (const [group, registerAll] of GROUPS) {
    program.commandsGroup(`${group}:`);
    for (const register of registerAll) register(program);
  }
  program.addHelpText("after", `\n${pc.bold("Exit codes:")}\n${EXIT_CODES.map((line) => `  ${line}`).join("\n")}`);
  return program;
}

type Register = (program: CliCommand) => void;

const GROUPS: readonly (readonly [string, readonly Register[]])[] = [
  ["Run", [registerDemo, registerEdge, registerCloud]],
  ["Connect sensors", [registerSensors, registerDecode, registerPasswd]],
  ["Ask and correct", [registerRegions, registerGateways, registerSchema, registerDeadLetter, registerOperator]],
  ["Prove", [registerDrill]],
  ["Check", [registerCheck]],
];

/** Each line fits in a terminal of 60 columns. */
const EXIT_CODES = [
  "0       done, or stopped in order",
  "1       check found mistakes, decode found a dead letter,",
  "        a replay did not end, or a drill failed",
  "2       a drill is incomplete",
  "64-78   as in sysexits.h; deploy/README.md has the table",
];
/** Texts beside a column of options are wrapped down to this width. */
const WRAP_FROM = 20;
const DEFAULT_WIDTH = 80;
