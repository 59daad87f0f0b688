import { keepYoungGenerationSmall } from "../../proto/runtime/young-generation.ts";
import type { CliCommand } from "./cli-command.ts";

export function registerCloud(program: CliCommand): void {
  program
    .command("cloud")
    .description("run a region")
    .requiredOption("--config <file>", "its configuration (deploy/examples/cloud.yaml shows every key)")
    .example("tidemark cloud --config cloud.yaml")
    .action(async (options: { config: string }) => {
      keepYoungGenerationSmall();
      const { runCloud } = await import("../../cloud/main.ts");
      await runCloud({ configPath: options.config });
    });
}
