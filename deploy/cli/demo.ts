import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { durationArgument, wholeNumberArgument } from "./argument-parsers.ts";
import type { CliCommand } from "./cli-command.ts";

export function registerDemo(program: CliCommand): void {
  program
    .command("demo")
    .description("run three regions, a gateway and simulated sensors on this machine, until Ctrl-C")
    .option("--dir <folder>", "folder for data and configurations; the next start continues from it", "tidemark-data")
    .option("--devices <n>", "number of simulated devices", wholeNumberArgument({ min: 0, max: 10_000 }), 24)
    .option("--for <duration>", "stop after this time", durationArgument)
    .example("tidemark demo", "tidemark demo --devices 100 --for 5m --dir /tmp/demo")
    .action(async (options: { dir: string; devices: number; for?: number }) => {
      const { runDemo } = await import("../sandbox/demo.ts");
      const directory = resolve(options.dir);
      await runDemo({
        directory,
        continues: existsSync(directory),
        devices: options.devices,
        forMs: options.for,
      });
    });
}
