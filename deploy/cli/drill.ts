import type { Command } from "commander";
import { InvalidArgumentError } from "commander";

/**
 * `tidemark drill`: breaks something on purpose and proves that nothing acknowledged was lost or counted twice. Exit
 * codes of `run`: 0 all passed, 1 one failed, 2 one was incomplete or aborted.
 */
export function registerDrill(program: Command): void {
  const drill = program
    .command("drill")
    .description("failover drills: break something, and prove that nothing was lost");

  drill
    .command("list")
    .description("the drills that come with Tidemark")
    .option("--json", "print the result as JSON")
    .action(async (flags: { json?: boolean }) => {
      const { listing } = await import("../drill/drill-text.ts");
      process.stdout.write(await listing({ json: flags.json === true }));
    });

  drill
    .command("show")
    .description("what a drill believes, does and asks")
    .argument("<name>", "name of a drill, or the path of its file")
    .option("--json", "print the result as JSON")
    .action(async (name: string, flags: { json?: boolean }) => {
      const { shown } = await import("../drill/drill-text.ts");
      process.stdout.write(await shown(name, { json: flags.json === true }));
    });

  drill
    .command("run")
    .description("run a drill, or all of them, in a sandbox or on a running deployment")
    .argument("<name>", "name of a drill, the path of its file, or all")
    .option("--target <target>", "sandbox, or the file that describes a deployment", "sandbox")
    .option("--seed <n>", "for what is random in it", wholeNumber, 1)
    .option("--out <folder>", "where the reports go", "drill-reports")
    .option("--confirm <name>", "the name of the target, where it is in production; otherwise it is asked for")
    .option("--dry-run", "say what would be done, and when it would end")
    .option("--json", "print the results as JSON")
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

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("expected a whole number such as 1");
  return value;
}
