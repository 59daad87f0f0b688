import { CommanderError } from "commander";
import { EXIT_CODE, Fault } from "../proto/core/fault.ts";
import { createProgram } from "./cli/program.ts";

/**
 * The entry point of the command line. A mistake of the user is one line on standard error and an exit code (README.md,
 * "Exit codes"). A mistake of ours is a stack trace and 70.
 */
try {
  await createProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Help and version are results, and commander has printed them.
    const isPrinted = error.exitCode === 0 || error.code === "commander.help";
    if (!isPrinted) process.stderr.write(`tidemark: ${error.message}\n`);
    process.exitCode = isPrinted ? 0 : EXIT_CODE.usage;
  } else if (error instanceof Fault) {
    process.stderr.write(`tidemark: ${error.line}\n`);
    process.exitCode = EXIT_CODE[error.code];
  } else {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = EXIT_CODE.internal;
  }
}
