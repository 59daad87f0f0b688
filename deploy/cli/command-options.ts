import { hostname, userInfo } from "node:os";
import type { Command } from "commander";

import { readSecret } from "../../proto/runtime/secret-file.ts";
import type { CommandContent, CommandsAnswer } from "../../proto/wire/http/commands.ts";
import { httpUrlArgument } from "./argument-parsers.ts";

/** The options of every command to a region: which region, who sends the command, and why. */
export type CommandFlags = {
  readonly region: string;
  readonly tokenFile: string;
  readonly reason: string;
  readonly actor: string;
  readonly json?: boolean;
};

/** The address of the region. */
export function regionOption(command: Command): Command {
  return command.option(
    "--region <url>",
    "HTTP address of any region",
    httpUrlArgument("region"),
    "http://127.0.0.1:8080",
  );
}

export function commandOptions(command: Command): Command {
  return regionOption(command)
    .requiredOption(
      "--token-file <file>",
      "file with the token of the operators, as operators.token_file of the region",
    )
    .requiredOption("--reason <text>", "why; kept with the command")
    .option("--actor <name>", "who; kept with the command", `${userInfo().username}@${hostname()}`)
    .option("--json", "print the result as JSON");
}

/**
 * Sends the requests one after the other and prints the result of each.
 * @throws Fault when one of them is refused; the commands of earlier requests stay.
 */
export async function sendCommands(flags: CommandFlags, requests: readonly CommandContent[]): Promise<void> {
  const { RegionCommands } = await import("../operator/region-commands.ts");
  const region = new RegionCommands(flags.region, readSecret(flags.tokenFile));
  const results: CommandsAnswer[] = [];
  for (const request of requests) {
    const result = await region.send({ ...request, reason: flags.reason, actor: flags.actor });
    results.push(result);
    if (flags.json !== true) process.stdout.write(`${result.sentence}\n`);
  }
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ batches: results })}\n`);
}
