import { isUtf8 } from "node:buffer";
import { z } from "zod";
import { Fault } from "../../proto/core/fault.ts";
import { readSecret } from "../../proto/runtime/secret-file.ts";

/** The commands of `tidemark deadletter`, over the HTTP API of a gateway, page by page. */
type Ask = { readonly gateway: string; readonly reason?: string };
type Order = Ask & { readonly tokenFile: string };

export async function listed(ask: Ask, { json }: { json: boolean }): Promise<void> {
  let shown = 0;
  for await (const page of pages(ask)) {
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

/** @throws Fault when there is none with this number. */
export async function shownOne(gateway: string, id: number, { json }: { json: boolean }): Promise<void> {
  const { dead_letters: found } = await get(gateway, { after: String(id - 1), limit: "1" });
  const [letter] = found;
  if (letter?.id !== id) throw new Fault({ code: "usage", message: `there is no dead letter ${id} in ${gateway}` });
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

export async function exported(ask: Ask): Promise<void> {
  for await (const page of pages(ask)) {
    process.stdout.write(page.map((letter) => `${JSON.stringify(letter)}\n`).join(""));
  }
}

export async function retried(order: Order, { json }: { json: boolean }): Promise<void> {
  const sum = { looked: 0, retried: 0, readings: 0, cut: 0 };
  for (let after: number | null = 0; after !== null;) {
    const page: z.output<typeof retrySchema> = await post(order, { path: "retry", after, schema: retrySchema });
    sum.looked += page.looked;
    sum.retried += page.retried;
    sum.readings += page.readings;
    sum.cut += page.cut;
    after = page.next;
  }
  const stay = sum.looked - sum.retried;
  const cut = sum.cut === 0 ? "" : `, ${sum.cut} of them because only the beginning of the payload was kept`;
  const sentence = `${sum.retried} of ${sum.looked} dead letters came in as ${sum.readings} readings; ${stay} stay${cut}.`;
  process.stdout.write(json ? `${JSON.stringify(sum)}\n` : `${sentence}\n`);
}

export async function purged(order: Order, { json }: { json: boolean }): Promise<void> {
  let count = 0;
  for (let after: number | null = 0; after !== null;) {
    const page: z.output<typeof purgeSchema> = await post(order, { path: "purge", after, schema: purgeSchema });
    count += page.purged;
    after = page.next;
  }
  process.stdout.write(json ? `${JSON.stringify({ purged: count })}\n` : `${count} dead letters are gone.\n`);
}

async function* pages({ gateway, reason }: Ask): AsyncGenerator<readonly Letter[]> {
  for (let after: number | null = 0; after !== null;) {
    const query = { after: String(after), limit: "500", ...(reason === undefined ? {} : { reason }) };
    const page: z.output<typeof pageSchema> = await get(gateway, query);
    if (page.dead_letters.length > 0) yield page.dead_letters;
    after = page.next;
  }
}

function get(gateway: string, query: Record<string, string>): Promise<z.output<typeof pageSchema>> {
  const url = new URL(`/v1/dead-letters?${new URLSearchParams(query).toString()}`, gateway);
  return answer(url, { method: "GET" }, pageSchema);
}

function post<T>(
  { gateway, reason, tokenFile }: Order,
  { path, after, schema }: { path: string; after: number; schema: z.ZodType<T> },
): Promise<T> {
  const query = new URLSearchParams({ after: String(after), ...(reason === undefined ? {} : { reason }) });
  const url = new URL(`/v1/dead-letters/${path}?${query.toString()}`, gateway);
  return answer(url, { method: "POST", headers: { authorization: `Bearer ${readSecret(tokenFile)}` } }, schema);
}

async function answer<T>(url: URL, init: RequestInit, schema: z.ZodType<T>): Promise<T> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) }).catch((cause: unknown) => {
    throw new Fault({
      code: "unreachable",
      message: `${url.href}: no answer`,
      hint: "check that the gateway runs",
      cause,
    });
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const { error, accepted } = refusalSchema.parse(body);
    const code = response.status === 401 || response.status === 403 ? "unauthorized" : "usage";
    throw new Fault({ code, message: error, hint: accepted });
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const hint = "give the HTTP address of a gateway";
  throw new Fault({ code: "protocol", message: `${url.href}: this is not the answer of a gateway`, hint });
}

function line({ id, arrived, topic, reason, detail }: Letter): string {
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
const letterSchema = z.object({
  id: z.number(),
  arrived: z.string(),
  client: z.string(),
  topic: z.string(),
  reason: z.string(),
  detail: z.string(),
  route: z.string(),
  size: z.number(),
  payload: z.string(),
});
type Letter = z.output<typeof letterSchema>;
const pageSchema = z.object({ dead_letters: z.array(letterSchema), next: z.number().nullable() });
const retrySchema = z.object({
  looked: z.number(),
  retried: z.number(),
  readings: z.number(),
  // A gateway of before does not say.
  cut: z.number().default(0),
  next: z.number().nullable(),
});
const purgeSchema = z.object({ purged: z.number(), next: z.number().nullable() });
const refusalSchema = z
  .object({ error: z.string(), accepted: z.string().default("") })
  .catch({ error: "the address answers, but not as a gateway does", accepted: "give the gateway's HTTP address" });
