import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { runCommand, startCommand } from "../support/command-line.ts";
import type { Ended } from "../support/command-line.ts";
import { Users } from "../../edge/mqtt/users.ts";

const EXAMPLES = fileURLToPath(new URL("../../deploy/examples", import.meta.url));

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

function start(args: readonly string[], options: { node?: string } = {}): ReturnType<typeof startCommand> {
  return startCommand(args, { cwd: folder, ...options });
}

function tidemark(args: readonly string[], input = ""): Promise<Ended> {
  return runCommand(args, { cwd: folder, input });
}

describe("check", () => {
  test("accepts the examples, and says what they do", async () => {
    const edge = join(EXAMPLES, "edge.yaml");
    expect(await tidemark(["check", edge])).toEqual({
      code: 0,
      out: `${edge}: OK, gateway plant-7: accepts sensors on tcp://127.0.0.1:1883, forwards to eu, keeps data in ${EXAMPLES}/data/plant-7\n`,
      err: "",
    });
    const cloud = join(EXAMPLES, "cloud.yaml");
    const { code, out } = await tidemark(["check", cloud, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      ok: true,
      file: cloud,
      summary: `region eu: accepts batches on 127.0.0.1:7443, answers on 127.0.0.1:8080, keeps data in ${EXAMPLES}/data/eu`,
    });
  });

  test("prints mistakes on standard error and ends with 1", async () => {
    writeFileSync(join(folder, "cloud.yaml"), "region: eu\ndata_dir: ./eu\nhttp: { prot: 1 }\n");
    expect(await tidemark(["check", "cloud.yaml"])).toEqual({
      code: 1,
      out: "",
      err: `cloud.yaml:3:9  http.prot: unknown key; did you mean port?
  3 | http: { prot: 1 }
    |         ^^^^
`,
    });
    writeFileSync(join(folder, "other.yaml"), "services: []\n");
    expect(await tidemark(["check", "other.yaml"])).toEqual({
      code: 1,
      out: "",
      err: "other.yaml: this is no configuration of a gateway or a region, no drill, and no deployment for drills (expected the key gateway, region, drill or target at the top level)\n",
    });
    expect((await tidemark(["check", `../${basename(folder)}/cloud.yaml`])).err).toMatch(/^\.\.\/.*\/cloud\.yaml:3:9 /);
    const { code, out } = await tidemark(["check", "none.yaml", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, file: "none.yaml" });
  });

  test("reads a drill, and names what it hits", async () => {
    const drill = join(EXAMPLES, "..", "drills", "region-frozen.yaml");
    expect(await tidemark(["check", drill])).toEqual({
      code: 0,
      out: `${drill}: OK, drill region-frozen: hits eu, for at most 10s at a time, in its sandbox; on a deployment it hits the parts with these roles\n`,
      err: "",
    });
  });
});

test.each<[string[], string]>([
  [["chek"], "tidemark: unknown command 'chek' (did you mean check?)"],
  [["edge"], "tidemark: required option '--config <file>' not specified (see `tidemark edge --help`)"],
  [["check", "x", "--jsom"], "tidemark: unknown option '--jsom' (did you mean --json?)"],
  [["check"], "tidemark: missing required argument 'file' (see `tidemark check --help`)"],
  [
    ["passwd", "users.txt", "a:b"],
    "tidemark: a user name cannot be empty, begin with '#', or contain ':' or control characters",
  ],
  [["drill", "run", "region-frozn"], 'tidemark: there is no drill "region-frozn" (did you mean region-frozen?)'],
  [["passwd", "users.txt", "line"], "tidemark: the password is empty (give it on standard input)"],
])("a mistake on the command line is one line and 64: %j", async (args, line) => {
  expect(await tidemark(args)).toEqual({ code: 64, out: "", err: `${line}\n` });
});

describe("help", () => {
  test.each([[[]], [["--help"]]])("is printed by `tidemark %j`, with 0", async (args) => {
    const { code, out, err } = await tidemark(args);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Usage: tidemark");
    expect(out).toContain("Exit codes:");
  });

  test("is printed by a group without a command", async () => {
    const { code, out } = await tidemark(["drill"]);
    expect(code).toBe(0);
    expect(out).toContain("Usage: tidemark drill");
  });
});

describe("the examples of the help work:", () => {
  test("decode", async () => {
    const { code, out } = await tidemark(["decode", "--topic", "hall/press-3", "--payload", '{"temp": 21.5}']);
    expect(code).toBe(0);
    expect(out).toMatch(/hall\/press-3 +temp +21\.5/);
  });

  test("drill list, show and a dry run", async () => {
    expect((await tidemark(["drill", "list"])).out).toMatch(/^region-frozen +The home region stops/m);
    expect((await tidemark(["drill", "show", "region-frozen"])).out).toMatch(/^hits +eu, for at most 10s at a time$/m);
    const dry = await tidemark(["drill", "run", "region-frozen", "--dry-run"]);
    expect(dry).toMatchObject({ code: 0, err: "" });
    expect(dry.out).toMatch(/^ +eu is frozen for 10s$/m);
  });

  test("a dry run says what the deployment cannot do", async () => {
    const part = (name: string): string => `{ name: ${name}, url: "http://127.0.0.1:1" }`;
    writeFileSync(
      join(folder, "deploy.yaml"),
      `target: demo
production: false
regions: [${part("eu")}, ${part("us")}]
gateways: [{ name: plant-7, url: "http://127.0.0.1:1", mqtt: { url: "mqtt://127.0.0.1:1" } }]
`,
    );
    const dry = (drill: string): Promise<Ended> =>
      tidemark(["drill", "run", drill, "--target", "deploy.yaml", "--dry-run"]);
    expect(await dry("region-frozen")).toEqual({
      code: 2,
      out: "demo cannot do this: eu has no commands freeze and thaw\n",
      err: "",
    });
    expect(await dry("gateway-disk-full")).toMatchObject({ code: 2, out: expect.stringContaining("cannot do this: ") });
  });

  test("passwd with --json", async () => {
    const { code, out } = await tidemark(["passwd", "users.txt", "line-1", "--json"], "secret\n");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ file: "users.txt", user: "line-1" });
  });
});

test("a mistake in a configuration stops the start with 78", async () => {
  writeFileSync(join(folder, "cloud.yaml"), "region: eu\n");
  const { code, err } = await tidemark(["cloud", "--config", "cloud.yaml"]);
  expect(code).toBe(78);
  expect(err).toMatch(/^tidemark: cloud\.yaml:1:1 {2}data_dir: missing; expected the path of a folder\n/);
});

test.each([
  ["edge", "region", "cloud"],
  ["cloud", "gateway", "edge"],
])("%s with the configuration of a %s says in one line how that is started", async (command, kind, right) => {
  writeFileSync(join(folder, "other.yaml"), `${kind}: eu\ndata_dir: ./eu\nhttp: { prot: 1 }\n`);
  expect(await tidemark([command, "--config", "other.yaml"])).toEqual({
    code: 78,
    out: "",
    err: `tidemark: other.yaml: this is the configuration of a ${kind} (start it with tidemark ${right} --config other.yaml)\n`,
  });
});

test.each([
  [["mine.yaml"], "mine.yaml: the file does not exist (give the path of a drill)"],
  [
    ["flap", "--target", "none.yaml"],
    "none.yaml: the file does not exist (give the path of the description of a deployment)",
  ],
])("drill run %j says which file is missing", async (args, line) => {
  expect(await tidemark(["drill", "run", ...args])).toMatchObject({ code: 66, err: `tidemark: ${line}\n` });
});

describe("passwd", () => {
  const users = (): string => join(folder, "users.txt");

  test("adds users that the gateway then accepts, and changes their passwords", async () => {
    expect(await tidemark(["passwd", "users.txt", "line 1"], "first secret\n")).toMatchObject({ code: 0, err: "" });
    expect(await tidemark(["passwd", "users.txt", "line 2"], "pässwörd: with a colon")).toMatchObject({ code: 0 });
    expect(await tidemark(["passwd", "users.txt", "line 1"], "second secret\r\nignored\n")).toMatchObject({ code: 0 });
    expect(readFileSync(users(), "utf8")).toMatch(/^line 2:\$7\$50000\$\S+\nline 1:\$7\$50000\$\S+\n$/);
    const known = new Users(users());
    const check = (name: string, password: string): Promise<boolean> => known.check(name, Buffer.from(password));
    expect(await check("line 1", "second secret")).toBe(true);
    expect(await check("line 1", "first secret")).toBe(false);
    expect(await check("line 2", "pässwörd: with a colon")).toBe(true);
    expect(await check("line 3", "second secret")).toBe(false);
  });

  test("creates a file that only its owner can read, and keeps the mode of an existing file", async () => {
    await tidemark(["passwd", "users.txt", "a"], "x\n");
    expect(statSync(users()).mode & 0o777).toBe(0o600);
    chmodSync(users(), 0o640);
    await tidemark(["passwd", "users.txt", "b"], "x\n");
    expect(statSync(users()).mode & 0o777).toBe(0o640);
    expect(existsSync(`${users()}.new`)).toBe(false);
  });

  test("follows a symbolic link to the file that the gateway reads", async () => {
    writeFileSync(users(), "");
    symlinkSync("users.txt", join(folder, "link.txt"));
    expect(await tidemark(["passwd", "link.txt", "a"], "x\n")).toMatchObject({ code: 0, err: "" });
    expect(readlinkSync(join(folder, "link.txt"))).toBe("users.txt");
    expect(readFileSync(users(), "utf8")).toMatch(/^a:\$7\$/);
  });

  test("says what to check when the file cannot be written, with 66", async () => {
    const { code, err } = await tidemark(["passwd", "none/users.txt", "a"], "x\n");
    expect(code).toBe(66);
    expect(err).toMatch(/^tidemark: none\/users\.txt: cannot be opened: .*\(check the path of the users file, .*\)\n$/);
  });
});

const old = olderNode();
if (old === undefined) console.warn("skipped: no Node before 26 on the PATH, to start the launcher with");

describe.skipIf(old === undefined)("started by an older Node, the launcher finds Node 26", () => {
  test("and passes on arguments, standard input and the exit code", async () => {
    const node = old!;
    const run = start(["passwd", "users.txt", "line"], { node });
    run.child.stdin.end("secret\n");
    expect(await run.end).toMatchObject({ code: 0, err: "" });
    expect(await start(["chek"], { node }).end).toMatchObject({ code: 64 });
  });

  test.each(["SIGTERM", "SIGINT"] as const)("and passes on %s to a process that stops in order", async (signal) => {
    writeFileSync(
      join(folder, "cloud.yaml"),
      "region: eu\ndata_dir: ./eu\ningest: { port: 0 }\nhttp: { port: 0 }\nlog: { format: json }\n",
    );
    const run = start(["cloud", "--config", "cloud.yaml"], { node: old! });
    await run.firstOutput;
    run.child.kill(signal);
    expect(await run.end).toMatchObject({ code: 0, err: "" });
  });
});

function olderNode(): string | undefined {
  for (const place of (process.env["PATH"] ?? "").split(delimiter)) {
    const node = join(place, "node");
    if (!existsSync(node)) continue;
    const major = Number(/^v(\d+)/.exec(execFileSync(node, ["--version"], { encoding: "utf8" }))?.[1]);
    if (major >= 18 && major < 26) return node;
  }
  return undefined;
}
