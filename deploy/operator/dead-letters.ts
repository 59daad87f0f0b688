import { isUtf8 } from "node:buffer";
import { HttpClient } from "../../proto/runtime/http/client.ts";
import { readSecret } from "../../proto/runtime/secret-file.ts";
import type { ShownDeadLetter } from "../../proto/wire/http/dead-letters.ts";
import { deadLetterSchema, purgeSchema, retrySchema } from "../../proto/wire/http/dead-letters.ts";

/** The commands of `tidemark deadletter`, over the HTTP API of a gateway, page by page. All throw `Fault`. */
type Asked = { readonly gateway: string; readonly reason?: string };
type Commanded = Asked & { readonly tokenFile: string };

export async function printList(asked: Asked, { json }: { json: boolean }): Promise<void> {
  let shown = 0;
  for await (const page of pages(asked)) {
    for (const letter of page) {
      if (shown++ >= LISTED_MAX) {
        process.stdout.write(`and more; \`tidemark deadletter export\` has all of them\n`);
        return;
      }
      process.stdout.write(json ? `${JSON.stringify(letter)}\n` : `${line(letter)}\n`);
    }
  }
  if (shown === 0 && !json) process.stdout.write("There are no dead letters.\n");
}

/** @throws Fault when no dead letter has this number. */
export async function printOne(gateway: string, id: number, { json }: { json: boolean }): Promise<void> {
  const letter = await clientOf(gateway).get("/v1/dead-letters/one", deadLetterSchema, { id });
  if (json) {
    process.stdout.write(`${JSON.stringify(letter)}\n`);
    return;
  }
  const bytes = Buffer.from(letter.payload, "base64");
  const rest = letter.size > bytes.length ? ` (the first ${bytes.length} are kept)` : "";
  process.stdout.write(
    [
      `${letter.id}  ${letter.arrived}`,
      `topic    ${letter.topic}`,
      `client   ${letter.client}`,
      `route    ${letter.route}`,
      `reason   ${letter.reason}: ${letter.detail}`,
      `payload  ${letter.size} bytes${rest}`,
      excerpt(bytes),
      "",
    ].join("\n"),
  );
}

/** The bytes of the payload, as far as they were kept. @throws Fault when no dead letter has this number. */
export async function printPayload(gateway: string, id: number): Promise<void> {
  process.stdout.write(await clientOf(gateway).bytes("/v1/dead-letters/payload", { id }));
}

export async function printAll(asked: Asked): Promise<void> {
  for await (const page of pages(asked)) {
    process.stdout.write(page.map((letter) => `${JSON.stringify(letter)}\n`).join(""));
  }
}

export async function retryAll(commanded: Commanded, { json }: { json: boolean }): Promise<void> {
  const client = operatorClient(commanded);
  const sum = { looked: 0, retried: 0, readings: 0, cut: 0 };
  let cursor: string | undefined;
  do {
    const query = { cursor, reason: commanded.reason };
    const page = await client.post("/v1/dead-letters/retry", retrySchema, { query });
    sum.looked += page.looked;
    sum.retried += page.retried;
    sum.readings += page.readings;
    sum.cut += page.cut;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  const stay = sum.looked - sum.retried;
  const cut = sum.cut === 0 ? "" : `, ${sum.cut} of them because only the beginning of the payload was kept`;
  const sentence = `${sum.retried} of ${sum.looked} dead letters were decoded to ${sum.readings} readings; ${stay} stay${cut}.`;
  process.stdout.write(json ? `${JSON.stringify(sum)}\n` : `${sentence}\n`);
}

export async function purgeAll(commanded: Commanded, { json }: { json: boolean }): Promise<void> {
  const client = operatorClient(commanded);
  let count = 0;
  let cursor: string | undefined;
  do {
    const query = { cursor, reason: commanded.reason };
    const page = await client.post("/v1/dead-letters/purge", purgeSchema, { query });
    count += page.purged;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  process.stdout.write(json ? `${JSON.stringify({ purged: count })}\n` : `${count} dead letters were deleted.\n`);
}

function pages({ gateway, reason }: Asked): AsyncGenerator<readonly ShownDeadLetter[]> {
  return clientOf(gateway).pages("/v1/dead-letters", deadLetterSchema, { reason, limit: 500 });
}

function clientOf(gateway: string): HttpClient {
  return new HttpClient(gateway, { process: "gateway", deadlineMs: DEADLINE_MS });
}

function operatorClient({ gateway, tokenFile }: Commanded): HttpClient {
  const tokenHint = "give the file named by operators.token_file of the gateway, with --token-file";
  const token = readSecret(tokenFile);
  return new HttpClient(gateway, { process: "gateway", deadlineMs: DEADLINE_MS, token, tokenHint });
}

function line({ id, arrived, topic, reason, detail }: ShownDeadLetter): string {
  return `${String(id).padStart(6)}  ${arrived}  ${topic}  ${reason}: ${detail.replaceAll(/\s+/g, " ").slice(0, 120)}`;
}

/** Text as it is, anything else as hexadecimal. */
function excerpt(bytes: Buffer): string {
  const cut = bytes.subarray(0, EXCERPT_BYTES);
  const isText = isUtf8(cut) && !cut.some((byte) => byte < 0x20 && !WHITE_SPACE.has(byte));
  return cut.toString(isText ? "utf8" : "hex");
}

const WHITE_SPACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d]);
const LISTED_MAX = 1000;
const EXCERPT_BYTES = 2048;
const DEADLINE_MS = 30_000;
