import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { Fault } from "../../proto/core/fault.ts";

/**
 * `tidemark decode`: what a message becomes and why, without a gateway. Exit code 0 for readings and for what is none by
 * its nature, 1 for a dead letter.
 */
export function registerDecode(program: Command): void {
  program
    .command("decode")
    .description("show what a message becomes, and why")
    .requiredOption("--topic <topic>", "topic of the message")
    .argument("[stdin]", "- reads the payload from standard input")
    .option("--payload <text>", "the payload as text")
    .option("--payload-file <file>", "the payload as the bytes of a file")
    .option("--config <file>", "configuration of a gateway; without it, no routes")
    .option("--client <id>", "client id of the sender", "client")
    .option("--content-type <type>", "content type of the message, as MQTT 5 has it")
    .option("--json", "print the result as JSON")
    .action(async (stdin: string | undefined, flags: DecodeFlags) => {
      const payload = payloadOf(stdin, flags);
      const { decodedMessage, decodedLines } = await import("../decode/decoded-message.ts");
      const decoded = decodedMessage({ ...flags, payload, arrivedMs: Date.now() });
      process.stdout.write(
        flags.json === true ? `${JSON.stringify(decoded.json)}\n` : `${decodedLines(decoded).join("\n")}\n`,
      );
      process.exitCode = decoded.json.deadLetter === null ? 0 : 1;
    });
}

type DecodeFlags = {
  readonly topic: string;
  readonly payload?: string;
  readonly payloadFile?: string;
  readonly config?: string;
  readonly client: string;
  readonly contentType?: string;
  readonly json?: boolean;
};

function payloadOf(stdin: string | undefined, { payload, payloadFile }: DecodeFlags): Buffer {
  const given = [stdin, payload, payloadFile].filter((one) => one !== undefined);
  if (given.length !== 1 || (stdin !== undefined && stdin !== "-")) {
    const message = "give the payload once: --payload TEXT, --payload-file FILE, or - for standard input";
    throw new Fault({ code: "usage", message });
  }
  if (payload !== undefined) return Buffer.from(payload);
  try {
    return readFileSync(payloadFile ?? 0);
  } catch (cause) {
    const message = `cannot read ${payloadFile ?? "standard input"}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new Fault({ code: "file", message, hint: "check the path and who may read it", cause });
  }
}
