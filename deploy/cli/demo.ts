import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { parseDuration } from "../../proto/runtime/options/duration.ts";

export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("a region, a gateway and simulated sensors on this machine, until Ctrl-C")
    .option("--dir <folder>", "where data and configurations go; a second start continues from it", "tidemark-data")
    .option("--devices <n>", "simulated devices", wholeNumber, 24)
    .option("--for <duration>", "stop by itself after this time", duration)
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

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 10_000) throw new InvalidArgumentError("expected 0 to 10000");
  return value;
}

function duration(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
