import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { HostileGateway } from "../support/hostile-gateway.ts";
import { HOSTILE_FILES, answerToFile } from "../support/hostile-files.ts";
import { HOSTILE_PAYLOADS, HOSTILE_TOPICS } from "../support/hostile-messages.ts";
import { HOSTILE_IDS, HOSTILE_PACKETS } from "../support/hostile-packets.ts";

/** `edge/HOSTILE-INPUT.md` has a table of cases and answers under each heading. The answers are the expected ones. */
const DOCUMENTED = new Map(
  readFileSync(new URL("../../edge/HOSTILE-INPUT.md", import.meta.url), "utf8")
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split("\n", 1)[0]!, rows(section)] as const),
);

function rows(section: string): string[] {
  return (
    [...section.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)]
      .map(([, name, answer]) => `${name!.trim()}: ${answer!.trim()}`.replaceAll(/\\(?=[^a-z0-9\s])/gi, ""))
      // Without the head of the table and the line below it.
      .slice(2)
  );
}

async function answers<C extends { readonly name: string }>(
  cases: readonly C[],
  answer: (one: C) => Promise<string>,
): Promise<string[]> {
  const found: string[] = [];
  for (const one of cases) found.push(`${one.name}: ${await answer(one)}`);
  return found;
}

describe("hostile input is answered as edge/HOSTILE-INPUT.md says, and the gateway works on", () => {
  test("packets", async () => {
    const gateway = await HostileGateway.start();
    expect(await answers(HOSTILE_PACKETS, (one) => gateway.packets(one))).toEqual(DOCUMENTED.get("Packets"));
    expect(await gateway.complaints()).toEqual([]);
  });

  test("topics", async () => {
    const gateway = await HostileGateway.start();
    expect(await answers(HOSTILE_TOPICS, (one) => gateway.message(one))).toEqual(DOCUMENTED.get("Topics"));
    expect(await gateway.complaints()).toEqual([]);
  });

  test("payloads", async () => {
    const gateway = await HostileGateway.start();
    expect(await answers(HOSTILE_PAYLOADS, (one) => gateway.message(one))).toEqual(DOCUMENTED.get("Payloads"));
    expect(await gateway.complaints()).toEqual([]);
  });

  test("ids and names", async () => {
    const gateway = await HostileGateway.start();
    expect(await answers(HOSTILE_IDS, (one) => gateway.id(one))).toEqual(DOCUMENTED.get("Ids and names"));
    expect(await gateway.complaints()).toEqual([]);
  });

  // A gateway is started for each case.
  test("files", { timeout: 5 * 60_000 }, async () => {
    expect(await answers(HOSTILE_FILES, answerToFile)).toEqual(DOCUMENTED.get("Files"));
  });
});

test("there are at least sixty cases, and every documented case is tried", () => {
  const tried = [HOSTILE_PACKETS, HOSTILE_TOPICS, HOSTILE_PAYLOADS, HOSTILE_IDS, HOSTILE_FILES].flat().length;
  expect(tried).toBeGreaterThanOrEqual(60);
  expect([...DOCUMENTED.values()].flat()).toHaveLength(tried);
});
