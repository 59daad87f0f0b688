import type { Command } from "commander";
import { keepYoungGenerationSmall } from "../../proto/runtime/young-generation.ts";

export function registerCloud(program: Command): void {
  program
    .command("cloud")
    .description("run a region")
    .requiredOption("--config <file>", "its configuration (see deploy/examples/cloud.yaml)")
    .action(async (options: { config: string }) => {
      keepYoungGenerationSmall();
      const { runCloud } = await import("../../cloud/main.ts");
      await runCloud({ configPath: options.config });
    });
}
