import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import type { CheckedFile } from "../../../../deploy/cli/check.ts";
import { checkedFile } from "../../../../deploy/cli/check.ts";

const SHIPPED = fileURLToPath(new URL("../../../../deploy/drills", import.meta.url));

function checkedText(text: string): Promise<CheckedFile> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-check-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "file.yaml");
  writeFileSync(path, text);
  return checkedFile(path);
}

const DRILL = `drill: mine
hypothesis: Nothing is lost when home goes away.
pass: { rto: 5s, repair: 20s, back_home: never }
steps:
`;
const KILL = "  - kill: { part: home, for: 8s }\n";

test.each(readdirSync(SHIPPED).filter((name) => name.endsWith(".yaml")))(
  "the drill %s has no mistake",
  async (name) => {
    expect(await checkedFile(join(SHIPPED, name))).toMatchObject({
      ok: true,
      summary: expect.stringMatching(`^drill ${name.replace(".yaml", "")}: hits `),
    });
  },
);

test("the summary of a drill names what it hits", async () => {
  expect(await checkedText(`${DRILL}${KILL}`)).toMatchObject({
    summary:
      "drill mine: hits eu, for at most 8s at a time, in its sandbox; on a deployment it hits the parts with these roles",
  });
  expect(await checkedText(`${DRILL}${KILL}only: sandbox\n`)).toMatchObject({
    summary: "drill mine: hits eu, for at most 8s at a time, in its sandbox only",
  });
});

describe("a mistake in a drill is reported", () => {
  test.each([
    [
      "a misspelt `drill`",
      `${DRILL}${KILL}`.replace("drill:", "dril:"),
      "file.yaml:1:1  dril: unknown key; did you mean drill?",
    ],
    ["a misspelt step", `${DRILL}  - frieze: { part: home, for: 8s }\n`, "did you mean freeze?"],
    [
      "a role that its sandbox lacks",
      `${DRILL}${KILL.replace("home", "third")}sandbox: { regions: 2 }\n`,
      "no part has the role third",
    ],
  ])("%s", async (_, text, mistakes) => {
    expect(await checkedText(text)).toMatchObject({ ok: false, mistakes: expect.stringContaining(mistakes) });
  });
});

describe("a deployment for drills", () => {
  const text = `target: plant-north
regions: [{ name: eu, url: "http://eu:8080" }, { name: us, url: "http://us:8080" }]
gateways: [{ name: plant-7, url: "http://10.0.0.7:9101", mqtt: { url: "mqtt://10.0.0.7:1883" } }]
`;

  test("is read", async () => {
    expect(await checkedText(text)).toMatchObject({
      summary: "deployment plant-north: regions eu, us, gateways plant-7; a drill asks for its name first",
    });
  });

  test("is recognised although `target` is misspelt, and although it has `gateways` and `regions`", async () => {
    expect(await checkedText(text.replace("target", "traget"))).toMatchObject({
      mistakes: expect.stringContaining("file.yaml:1:1  traget: unknown key; did you mean target?"),
    });
  });
});

test("a configuration is recognised although its key is misspelt", async () => {
  expect(await checkedText("gatway: plant-7\n")).toMatchObject({
    mistakes: expect.stringContaining("did you mean gateway?"),
  });
  expect(await checkedText("regoin: eu\n")).toMatchObject({
    mistakes: expect.stringContaining("did you mean region?"),
  });
});

test("an empty file is reported as empty", async () => {
  expect(await checkedText("")).toMatchObject({ mistakes: expect.stringContaining("the configuration is empty") });
});
