import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./deployment.ts";
import { ManagedProcess } from "../../deploy/sandbox/managed-process.ts";

/** Bad files of a gateway, as a broken disk, an editor or an attacker may leave them. */
export type HostileFile = {
  /** Its name in `edge/HOSTILE-INPUT.md`. */
  readonly name: string;
  /** Changes the folder of a gateway that would start. */
  readonly damage: (folder: string) => void;
  /** The gateway has run in this folder before. */
  readonly afterRun?: boolean;
};

const CONFIG = "edge.yaml";
const GOOD = `gateway: plant-7
data_dir: data
mqtt: { listeners: [{ port: 0 }], allow_anonymous: true }
regions: [{ name: eu, url: "http://127.0.0.1:1" }]
http: { port: 0 }
log: { level: info, format: json }
`;

const config = (name: string, text: string | Uint8Array): HostileFile => ({
  name,
  damage: (folder) => writeFileSync(join(folder, CONFIG), text),
});
const users = (name: string, text: string | Uint8Array): HostileFile => ({
  name,
  damage: (folder) => {
    writeFileSync(join(folder, "users.txt"), text);
    writeFileSync(join(folder, CONFIG), GOOD.replace("allow_anonymous: true", "users_file: users.txt"));
  },
});
const acl = (name: string, text: string | Uint8Array): HostileFile => ({
  name,
  damage: (folder) => {
    writeFileSync(join(folder, "acl.txt"), text);
    writeFileSync(
      join(folder, CONFIG),
      GOOD.replace("allow_anonymous: true", "allow_anonymous: true, acl_file: acl.txt"),
    );
  },
});
const tls = (name: string, make: (folder: string) => void): HostileFile => ({
  name,
  damage: (folder) => {
    make(folder);
    const listener = "{ protocol: tls, port: 0, cert: cert.pem, key: key.pem }";
    writeFileSync(join(folder, CONFIG), GOOD.replace("{ port: 0 }]", `${listener}]`));
  },
});
const data = (name: string, damage: (path: string) => void): HostileFile => ({
  name,
  afterRun: true,
  damage: (folder) => damage(join(folder, "data/gateway.db")),
});

const LAUGHS = `a: &a [x, x, x, x, x, x, x, x, x]
${["b", "c", "d", "e", "f", "g", "h", "i"].map((letter, i) => `${letter}: &${letter} [${Array.from({ length: 9 }, () => `*${"abcdefgh"[i]}`).join(", ")}]`).join("\n")}
`;

export const HOSTILE_FILES: readonly HostileFile[] = [
  config("a configuration with a billion laughs", LAUGHS),
  config("a configuration with tabs", GOOD.replace("data_dir:", "\tdata_dir:")),
  config("a configuration with a key twice", `${GOOD}gateway: plant-8\n`),
  config("a configuration with an unknown key", `${GOOD}colour: red\n`),
  config("a configuration with the key __proto__", `${GOOD}__proto__: { gateway: x }\n`),
  config("a configuration of 500 KB", `${GOOD}${"# comment\n".repeat(50_000)}`),
  config("a binary configuration", Buffer.from([0, 1, 2, 255, 254, 7, 0])),
  config("an empty configuration", ""),
  config("two configurations in a file", `${GOOD}---\n${GOOD}`),
  config("a configuration with a tag that runs code", GOOD.replace("plant-7", "!!js/function 'return 1'")),
  config("a gateway named like a path", GOOD.replace("plant-7", "../../etc")),
  {
    name: "a folder instead of a configuration",
    damage: (folder) => {
      rmSync(join(folder, CONFIG));
      mkdirSync(join(folder, CONFIG));
    },
  },
  { name: "a file instead of the data folder", damage: (folder) => writeFileSync(join(folder, "data"), "x") },
  users("a binary users file", Buffer.from([0, 255, 1, 10, 3])),
  users("a users file with a line of 10 MB", "x".repeat(10_000_000)),
  users("a users file with a NUL", "ann:$7$101$\u0000$x\n"),
  users("a users file with a plain password", "ann:secret\n"),
  users(
    "a users file with a billion iterations",
    `ann:$7$1000000000$c2FsdA==$${Buffer.alloc(64).toString("base64")}\n`,
  ),
  users("a users file without a final line feed", `ann:$7$101$c2FsdA==$${Buffer.alloc(64).toString("base64")}`),
  acl("a binary ACL file", Buffer.from([0, 255, 1, 10, 3])),
  acl("an ACL file with a line of 10 MB", "x".repeat(10_000_000)),
  acl("an ACL file with a wildcard in the middle", "topic read a/#/b\n"),
  tls("garbage instead of a certificate", (folder) => {
    writeFileSync(join(folder, "cert.pem"), "garbage");
    writeFileSync(join(folder, "key.pem"), "garbage");
  }),
  tls("a key of another certificate", (folder) => {
    certificate(folder, "cert.pem", "other.pem");
    certificate(folder, "other-cert.pem", "key.pem");
  }),
  tls("a missing certificate", () => {}),
  data("text instead of a database", (path) => writeFileSync(path, "not a database\n".repeat(1000))),
  data("a truncated database", (path) => truncateSync(path, 5000)),
  data("an empty database", (path) => truncateSync(path, 0)),
  data("a damaged list of regions", (path) => writeFileSync(join(path, "../regions.json"), '[{"region":"../x"')),
  data("a list of regions of 10 MB", (path) => writeFileSync(join(path, "../regions.json"), "[".repeat(10_000_000))),
  data("garbage after the write-ahead log", (path) => appendFileSync(`${path}-wal`, "garbage".repeat(1000))),
];

function certificate(folder: string, cert: string, key: string): void {
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const files = ["-subj", "/CN=localhost", "-keyout", join(folder, key), "-out", join(folder, cert)];
  execFileSync("openssl", [...args, ...files], { stdio: "ignore" });
}

/** Starts a gateway in the changed folder. @returns `starts`, or its exit code and the beginning of its one line. */
export async function answerToFile({ damage, afterRun }: HostileFile): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-files-"));
  try {
    writeFileSync(join(folder, CONFIG), GOOD);
    if (afterRun === true && (await startIn(folder)) !== "starts") return "did not start before the damage";
    damage(folder);
    return await startIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startIn(folder: string): Promise<string> {
  const gateway = ManagedProcess.start({ name: "gateway", args: ["edge", "--config", join(folder, CONFIG)] });
  try {
    const started = await eventually(
      async () => (gateway.running ? gateway.output.some((line) => line.includes("accepts sensors on")) : "ended"),
      (answer) => answer !== false,
      { deadlineMs: 60_000, what: "the gateway starts or ends" },
    );
    if (started === true) return "starts";
    const { code } = await gateway.exit;
    if (gateway.output.some((line) => /^\s+at /.test(line))) return `exit ${code} with a stack trace`;
    const messages = gateway.output.filter((line) => line.startsWith("tidemark: "));
    if (messages.length !== 1) return `exit ${code} with ${messages.length} messages`;
    if (gateway.output.join("").length > 4000) return `exit ${code} with too much text`;
    const line = messages[0]!.slice("tidemark: ".length).replaceAll(`${folder}/`, "").replaceAll("|", "/");
    return `exit ${code}: ${line.slice(0, 70).trim().replaceAll(/\s+/g, " ")}`;
  } finally {
    await gateway.stop();
  }
}
