import type { Command } from "commander";
import { InvalidArgumentError } from "commander";

/**
 * `tidemark deadletter`: what should have been readings and was none, in a gateway that runs. Corrected routes are read
 * at its next start; then `retry` brings the readings in with their own time, exactly once.
 */
export function registerDeadLetter(program: Command): void {
  const letters = program
    .command("deadletter")
    .description("look at dead letters, bring them in again, throw them away");

  asked(letters.command("list"))
    .description("the dead letters of a gateway, the oldest first")
    .option("--json", "print the result as JSON")
    .action(async (flags: AskFlags & { json?: boolean }) => {
      const { listed } = await import("../operator/dead-letters.ts");
      await listed(flags, { json: flags.json === true });
    });

  gatewayOption(letters.command("show"))
    .description("one of them, with the place of the fault and the payload")
    .argument("<id>", "its number, as list shows it", wholeNumber)
    .option("--json", "print the result as JSON")
    .action(async (id: number, flags: { gateway: string; json?: boolean }) => {
      const { shownOne } = await import("../operator/dead-letters.ts");
      await shownOne(flags.gateway, id, { json: flags.json === true });
    });

  asked(letters.command("export"))
    .description("all of them as NDJSON, payloads in base64, to standard output")
    .action(async (flags: AskFlags) => {
      const { exported } = await import("../operator/dead-letters.ts");
      await exported(flags);
    });

  commanded(letters.command("retry"))
    .description("decode them again, by the routes of now; what becomes a reading comes in with its own time, once")
    .option("--json", "print the result as JSON")
    .action(async (flags: CommandFlags) => {
      const { retried } = await import("../operator/dead-letters.ts");
      await retried(flags, { json: flags.json === true });
    });

  commanded(letters.command("purge"))
    .description("throw them away; that is counted, and the count reaches the regions")
    .option("--json", "print the result as JSON")
    .action(async (flags: CommandFlags) => {
      const { purged } = await import("../operator/dead-letters.ts");
      await purged(flags, { json: flags.json === true });
    });
}

export type AskFlags = { readonly gateway: string; readonly reason?: string };
export type CommandFlags = AskFlags & { readonly tokenFile: string; readonly json?: boolean };

function gatewayOption(command: Command): Command {
  return command.option("--gateway <url>", "HTTP address of the gateway", httpUrl, "http://127.0.0.1:9101");
}

function asked(command: Command): Command {
  return gatewayOption(command).option("--reason <reason>", "only those of this reason, such as syntax");
}

function commanded(command: Command): Command {
  return asked(command).requiredOption("--token-file <file>", "file with the token of the operators of the gateway");
}

function httpUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new InvalidArgumentError("Expected the HTTP address of a gateway such as http://127.0.0.1:9101.");
  }
  return text;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("Expected a number such as 7.");
  return value;
}
