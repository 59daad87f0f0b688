import { columnsOf } from "../terminal/terminal-text.ts";
import { wholeNumberArgument } from "./argument-parsers.ts";
import type { CliCommand } from "./cli-command.ts";

/**
 * `tidemark drill`: breaks something on purpose and proves that nothing acknowledged was lost or counted twice. Exit
 * codes of `run`: 0 all passed, 1 one failed, 2 one was incomplete, stopped or not begun.
 */
export function registerDrill(program: CliCommand): void {
  const drill = program
    .command("drill")
    .description("run failover drills: break something on purpose, and prove that nothing was lost")
    .example("tidemark drill run region-frozen");

  drill
    .command("list")
    .description("list the drills that come with Tidemark")
    .option("--json", "print the result as JSON")
    .example("tidemark drill list")
    .action(async (flags: { json?: boolean }) => {
      const { listing } = await import("../drill/drill-text.ts");
      process.stdout.write(listing({ json: flags.json === true, width: columnsOf(process.stdout) }));
    });

  drill
    .command("show")
    .description("show the hypothesis, the steps and the limits of a drill")
    .argument("<name>", "name of a drill, or path of a drill file")
    .option("--json", "print the result as JSON")
    .example("tidemark drill show region-frozen", "tidemark drill show mine.yaml --json")
    .action(async (name: string, flags: { json?: boolean }) => {
      const { shownDrill } = await import("../drill/drill-text.ts");
      process.stdout.write(shownDrill(name, { json: flags.json === true, width: columnsOf(process.stdout) }));
    });

  drill
    .command("run")
    .description("run one drill, or all, in a sandbox or on a running deployment")
    .argument("<name>", "name of a drill, path of a drill file, or all")
    .option("--target <target>", "sandbox, or path of the file that describes a deployment", "sandbox")
    .option(
      "--seed <n>",
      "seed for jitter and payloads",
      wholeNumberArgument({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      1,
    )
    .option("--out <folder>", "folder for the reports", "drill-reports")
    .option("--confirm <name>", "name of a target in production (default: ask for it)")
    .option("--dry-run", "print what would be done and when it would end, and do nothing")
    .option("--json", "print the results as JSON")
    .example(
      "tidemark drill run region-frozen",
      "tidemark drill run all --json",
      "tidemark drill run region-killed-and-back --target tidemark-data/deploy.yaml --dry-run",
    )
    .action(async (name: string, flags: RunFlags) => {
      const { runDrills } = await import("../drill/drill-command.ts");
      process.exitCode = await runDrills(name, {
        target: flags.target,
        seed: flags.seed,
        out: flags.out,
        confirm: flags.confirm,
        dryRun: flags.dryRun === true,
        json: flags.json === true,
      });
    });
}

type RunFlags = {
  readonly target: string;
  readonly seed: number;
  readonly out: string;
  readonly confirm?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};
