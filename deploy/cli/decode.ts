import { readFileSync } from "node:fs";
import { Fault } from "../../proto/core/fault.ts";
import type { CliCommand } from "./cli-command.ts";

/**
 * `tidemark decode`: what a message becomes and why, without a gateway. Exit code 1 for a dead letter, 0 for everything else.
 */
export function registerDecode(program: CliCommand): void {
  program
    .command("decode")
    .description("show what a gateway makes of a message, and why")
    .requiredOption("--topic <topic>", "topic of the message")
    .argument("[stdin]", "-: read the payload from standard input")
    .option("--payload <text>", "the payload as text")
    .option("--payload-file <file>", "a file whose bytes are the payload")
    .option("--config <file>", "configuration of a gateway, for its routes (default: no routes)")
    .option("--client <id>", "client id of the sender", "client")
    .option("--content-type <type>", "MQTT 5 content type of the message")
    .option("--json", "print the result as JSON")
    .example(
      `tidemark decode --topic hall/press-3 --payload '{"temp": 21.5}'`,
      "tidemark decode --topic hall/press-3 --payload-file message.bin --config edge.yaml --json",
    )
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
