import { httpUrlArgument, wholeNumberArgument } from "./argument-parsers.ts";
import type { CliCommand } from "./cli-command.ts";

/**
 * `tidemark deadletter`: messages that a running gateway could not decode. A gateway reads corrected routes at its next
 * start. Then `retry` decodes the messages again: each becomes readings with their own time, exactly once.
 */
export function registerDeadLetter(program: CliCommand): void {
  const letters = program
    .command("deadletter")
    .description("list, retry and purge the dead letters of a gateway: messages that it could not decode")
    .example("tidemark deadletter list");

  filtered(letters.command("list"))
    .description("list the dead letters of a gateway, oldest first")
    .option("--json", "print the result as JSON, one dead letter a line")
    .example("tidemark deadletter list", "tidemark deadletter list --reason syntax --json")
    .action(async (flags: DeadLetterFilter & { json?: boolean }) => {
      const { printList } = await import("../operator/dead-letters.ts");
      await printList(flags, { json: flags.json === true });
    });

  gatewayOption(letters.command("show"))
    .description("show one dead letter: its payload, and where the mistake is in it")
    .argument("<id>", "its number, as list shows it", wholeNumberArgument({ min: 1, max: Number.MAX_SAFE_INTEGER }))
    .option("--json", "print the result as JSON")
    .example("tidemark deadletter show 7")
    .action(async (id: number, flags: { gateway: string; json?: boolean }) => {
      const { printOne } = await import("../operator/dead-letters.ts");
      await printOne(flags.gateway, id, { json: flags.json === true });
    });

  gatewayOption(letters.command("payload"))
    .description("write the payload of one dead letter to standard output, byte for byte")
    .argument("<id>", "its number, as list shows it", wholeNumberArgument({ min: 1, max: Number.MAX_SAFE_INTEGER }))
    .example("tidemark deadletter payload 7")
    .action(async (id: number, flags: { gateway: string }) => {
      const { printPayload } = await import("../operator/dead-letters.ts");
      await printPayload(flags.gateway, id);
    });

  filtered(letters.command("export"))
    .description("print all of them as NDJSON, with payloads in base64")
    .example("tidemark deadletter export --gateway http://10.0.0.7:9101")
    .action(async (flags: DeadLetterFilter) => {
      const { printAll } = await import("../operator/dead-letters.ts");
      await printAll(flags);
    });

  authorized(letters.command("retry"))
    .description("decode them again with the current routes; each reading arrives once, with its own time")
    .option("--json", "print the result as JSON")
    .example("tidemark deadletter retry --token-file operator.token")
    .action(async (flags: DeadLetterCommandFlags) => {
      const { retryAll } = await import("../operator/dead-letters.ts");
      await retryAll(flags, { json: flags.json === true });
    });

  authorized(letters.command("purge"))
    .description("delete them; the gateway counts them, and the regions get the count")
    .option("--json", "print the result as JSON")
    .example("tidemark deadletter purge --reason syntax --token-file operator.token")
    .action(async (flags: DeadLetterCommandFlags) => {
      const { purgeAll } = await import("../operator/dead-letters.ts");
      await purgeAll(flags, { json: flags.json === true });
    });
}

type DeadLetterFilter = { readonly gateway: string; readonly reason?: string };
type DeadLetterCommandFlags = DeadLetterFilter & { readonly tokenFile: string; readonly json?: boolean };

function gatewayOption(command: CliCommand): CliCommand {
  return command.option(
    "--gateway <url>",
    "HTTP address of the gateway",
    httpUrlArgument("gateway"),
    "http://127.0.0.1:9101",
  );
}

function filtered(command: CliCommand): CliCommand {
  return gatewayOption(command).option("--reason <reason>", "only those with this reason, such as syntax");
}

function authorized(command: CliCommand): CliCommand {
  return filtered(command).requiredOption("--token-file <file>", "file with the operators' token of the gateway");
}
