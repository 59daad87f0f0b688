import { Command, CommanderError } from "commander";
import { EXIT_CODE, Fault } from "../proto/core/fault.ts";
import { SOFTWARE } from "../proto/runtime/software.ts";
import { registerCheck } from "./cli/check.ts";
import { registerCloud } from "./cli/cloud.ts";
import { registerDeadLetter } from "./cli/deadletter.ts";
import { registerDecode } from "./cli/decode.ts";
import { registerDemo } from "./cli/demo.ts";
import { registerDrill } from "./cli/drill.ts";
import { registerEdge } from "./cli/edge.ts";
import { registerOperator } from "./cli/operator.ts";
import { registerPasswd } from "./cli/passwd.ts";
import { registerRegions } from "./cli/regions.ts";
import { registerSchema } from "./cli/schema.ts";
import { registerSensors } from "./cli/sensors.ts";

/**
 * The command line. Each command is a file in `cli`; a mistake of the user is one line on standard error and an exit
 * code (README, "Exit codes"), a mistake of ours a stack trace and 70.
 */
const program = new Command("tidemark")
  .description(
    "Edge-to-cloud telemetry: what is acknowledged is on disk, and nothing acknowledged is lost or counted twice.",
  )
  .version(SOFTWARE)
  .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
  .showSuggestionAfterError()
  .exitOverride();

/** Commander puts its suggestion on a line of its own. */
function oneLine(text: string): string {
  return `${text
    .replace(/^error: /, "tidemark: ")
    .trim()
    .replaceAll("\n", " ")}\n`;
}

for (const register of [
  registerEdge,
  registerCloud,
  registerDemo,
  registerDrill,
  registerSensors,
  registerOperator,
  registerRegions,
  registerCheck,
  registerDecode,
  registerDeadLetter,
  registerSchema,
  registerPasswd,
]) {
  register(program);
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_CODE.usage;
  } else if (error instanceof Fault) {
    process.stderr.write(`tidemark: ${error.line}\n`);
    process.exitCode = EXIT_CODE[error.code];
  } else {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = EXIT_CODE.internal;
  }
}
