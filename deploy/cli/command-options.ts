import { hostname, userInfo } from "node:os";
import type { Command } from "commander";
import { Fault } from "../../proto/core/fault.ts";

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
 * @param options.flagNames the flags of the places in a request, where the message of the region should name them.
 * @throws Fault when one of them is refused; the commands of earlier requests stay.
 */
export async function sendCommands(
  flags: CommandFlags,
  requests: readonly CommandContent[],
  { flagNames = {} }: { flagNames?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const { RegionCommands } = await import("../operator/region-commands.ts");
  const region = new RegionCommands(flags.region, readSecret(flags.tokenFile));
  const results: CommandsAnswer[] = [];
  for (const request of requests) {
    const body = { ...request, reason: flags.reason, actor: flags.actor };
    const result = await region.send(body).catch((error: unknown) => {
      throw error instanceof Fault && error.code === "usage" ? withFlagNames(error, flagNames) : error;
    });
    results.push(result);
    if (flags.json !== true) process.stdout.write(`${result.sentence}\n`);
  }
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ batches: results })}\n`);
}

/** The message of a region names places in the request, such as `windows[0].start`. The person gave flags. */
function withFlagNames(fault: Fault, flagNames: Readonly<Record<string, string>>): Fault {
  const names = { ...FLAG_NAMES, ...flagNames };
  const message = fault.message.replaceAll(/(^|; )([\w.[\]]+): /g, (text, before: string, place: string) =>
    Object.hasOwn(names, place) ? `${before}${names[place]}: ` : text,
  );
  return new Fault({ code: fault.code, message, hint: fault.hint, cause: fault });
}

/** The places that all commands share. */
const FLAG_NAMES: Readonly<Record<string, string>> = { reason: "--reason", actor: "--actor" };
