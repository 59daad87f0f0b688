import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { cloudConfigSchema } from "../../../cloud/config.ts";
import type { EdgeConfig } from "../../../edge/config.ts";
import { edgeConfigSchema } from "../../../edge/config.ts";
import { Fault } from "../../../proto/core/fault.ts";
import { loadConfig } from "../../../proto/runtime/options/load-config.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

const BASE = `gateway: plant-7
data_dir: ./data
mqtt: { allow_anonymous: true }
regions: [{ name: eu, url: "http://127.0.0.1:7443" }]
`;

function load(text: string): EdgeConfig {
  const path = join(folder, "edge.yaml");
  writeFileSync(path, text);
  return loadConfig({ path, schema: edgeConfigSchema });
}

function mistakesOf(text: string): string {
  try {
    load(text);
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    return (error as Fault).line.replaceAll(folder, "");
  }
  throw new Error("it was accepted");
}

describe("the defaults", () => {
  test("make a gateway of four lines", () => {
    const config = load(BASE);
    expect(config).toMatchObject({
      gateway: "plant-7",
      dataDir: join(folder, "data"),
      unrouted: "auto",
      seal: { sizeBytes: 65_536, afterMs: 1000 },
      buffer: { maxSizeBytes: 2 ** 31, policy: "backpressure" },
      http: { host: "127.0.0.1", port: 9101 },
    });
    expect(config.mqtt.listeners).toMatchObject([{ protocol: "tcp", host: "127.0.0.1", port: 1883 }]);
    expect(config.windows.at(-1)).toMatchObject({
      match: { device: "*", metric: "*" },
      plan: { lengthsMs: [10_000, 60_000] },
    });
  });

  test("dead-letter what no route matches, once there are routes", () => {
    expect(load(`${BASE}routes: [{ topic: "a/#" }]\n`).unrouted).toBe("dead_letter");
    expect(load(`${BASE}routes: [{ topic: "a/#" }]\nunrouted: auto\n`).unrouted).toBe("auto");
  });

  test.each(["edge", "cloud"])("are those of the example %s.yaml", (side) => {
    const path = fileURLToPath(new URL(`../../../deploy/examples/${side}.yaml`, import.meta.url));
    const config =
      side === "edge"
        ? loadConfig({ path, schema: edgeConfigSchema })
        : loadConfig({ path, schema: cloudConfigSchema });
    expect(config.log).toEqual({ level: "info", format: "auto" });
  });

  test("expand nothing: a $HOME is five characters", () => {
    expect(load(BASE.replace("./data", "./$HOME")).dataDir).toBe(join(folder, "$HOME"));
  });
});

describe("a mistake is told with its place, what was found and what is accepted", () => {
  test.each<[string, string, string]>([
    [
      "a duration",
      `${BASE}seal:\n  after: 7 dayz\n`,
      `edge.yaml:6:10  seal.after: expected a duration such as 30s, 12h or 7d
  6 |   after: 7 dayz
    |          ^^^^^^`,
    ],
    [
      "a size",
      `${BASE}buffer: { max_size: 2GB }\n`,
      `edge.yaml:5:21  buffer.max_size: expected a size such as 512KiB, 64MiB or 2GiB
  5 | buffer: { max_size: 2GB }
    |                     ^^^`,
    ],
    [
      "too small a size",
      `${BASE}buffer: { max_size: 1MiB }\n`,
      `edge.yaml:5:21  buffer.max_size: expected at least 64MiB
  5 | buffer: { max_size: 1MiB }
    |                     ^^^^`,
    ],
    [
      "a misspelt key",
      `${BASE}buffer: { max_sise: 2GiB }\n`,
      `edge.yaml:5:11  buffer.max_sise: unknown key; did you mean max_size?
  5 | buffer: { max_sise: 2GiB }
    |           ^^^^^^^^`,
    ],
    [
      "a key of nowhere",
      `${BASE}http: { colour: red }\n`,
      `edge.yaml:5:9  http.colour: unknown key; expected one of host, port
  5 | http: { colour: red }
    |         ^^^^^^`,
    ],
    [
      "a wrong type",
      `${BASE}http: { port: "many" }\n`,
      `edge.yaml:5:15  http.port: expected a port, 0 to 65535, found "many"
  5 | http: { port: "many" }
    |               ^^^^^^`,
    ],
    [
      "a choice",
      `${BASE}log: { level: loud }\n`,
      `edge.yaml:5:15  log.level: expected trace or debug or info or warn or error or fatal or silent, found "loud"
  5 | log: { level: loud }
    |               ^^^^`,
    ],
    [
      "a list where a group belongs",
      BASE.replace("{ allow_anonymous: true }", "[1]"),
      `edge.yaml:3:7  mqtt: expected a group of keys, found a list
  3 | mqtt: [1]
    |       ^^^`,
    ],
    [
      "a missing key",
      BASE.replace('url: "http://127.0.0.1:7443"', ""),
      `edge.yaml:4:11  regions[0].url: missing; expected http://host:port, or https://host:port for TLS
  4 | regions: [{ name: eu,  }]
    |           ^^^^^^^^^^^^^^`,
    ],
    [
      "an address that is none",
      BASE.replace("http:", "ftp:"),
      `edge.yaml:4:28  regions[0].url: expected http://host:port, or https://host:port for TLS
  4 | regions: [{ name: eu, url: "ftp://127.0.0.1:7443" }]
    |                            ^^^^^^^^^^^^^^^^^^^^^^`,
    ],
    [
      "nobody who may connect",
      BASE.replace("{ allow_anonymous: true }", "{ max_packet: 1MiB }"),
      `edge.yaml:3:7  mqtt: nobody could connect: name a users_file, or set allow_anonymous: true
  3 | mqtt: { max_packet: 1MiB }
    |       ^^^^^^^^^^^^^^^^^^^^`,
    ],
    [
      "TLS without a certificate",
      BASE.replace(
        "{ allow_anonymous: true }",
        "{ allow_anonymous: true, listeners: [{ protocol: tls, port: 8883 }] }",
      ),
      `edge.yaml:3:44  mqtt.listeners[0]: a listener of protocol tls needs cert and key
  3 | mqtt: { allow_anonymous: true, listeners: [{ protocol: tls, port: 8883 }] }
    |                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^`,
    ],
    [
      "a file that is not there",
      BASE.replace("{ allow_anonymous: true }", "{ users_file: users.txt }"),
      `edge.yaml:3:21  mqtt.users_file: /users.txt cannot be read; check the path and who may read it
  3 | mqtt: { users_file: users.txt }
    |                     ^^^^^^^^^`,
    ],
    [
      "a template that names what the topic does not have",
      `${BASE}routes: [{ topic: "a/{line}", device: "{lime}" }]\n`,
      `edge.yaml:5:39  routes[0].device: {lime} is not known here; expected {field}, {topic}, {line}
  5 | routes: [{ topic: "a/{line}", device: "{lime}" }]
    |                                       ^^^^^^^^`,
    ],
    [
      "a topic pattern",
      `${BASE}routes: [{ topic: "a/#/b" }]\n`,
      `edge.yaml:5:19  routes[0].topic: '#' must be the last level
  5 | routes: [{ topic: "a/#/b" }]
    |                   ^^^^^^^`,
    ],
    [
      "two regions of one name",
      `${BASE.replace("]", ', { name: eu, url: "http://b:1" }]')}`,
      `edge.yaml:4:63  regions[1].name: two regions are named eu
  4 | regions: [{ name: eu, url: "http://127.0.0.1:7443" }, { name: eu, url: "http://b:1" }]
    |                                                               ^^`,
    ],
    [
      "windows that would forward nothing",
      `${BASE}windows: [{ lengths: [] }]\n`,
      `edge.yaml:5:22  windows[0].lengths: no lengths and raw: false would forward nothing
  5 | windows: [{ lengths: [] }]
    |                      ^^`,
    ],
  ])("%s", (_, text, expected) => {
    expect(mistakesOf(text)).toBe(expected);
  });

  test("all of them at once", () => {
    const told = mistakesOf(`${BASE}http: { port: x }\nbuffer: { max_size: y }\n`);
    expect(told.match(/^edge\.yaml:\d+:\d+/gm)).toEqual(["edge.yaml:5:15", "edge.yaml:6:21"]);
  });

  test("also where it is no YAML", () => {
    expect(mistakesOf(`${BASE}gateway: again\n`)).toMatch(/^edge\.yaml:5:1 {2}.*unique/);
    expect(mistakesOf(`${BASE}http: {\n`)).toMatch(/^edge\.yaml:\d+:\d+ {2}/);
    expect(
      mistakesOf(
        "a: &a [x]\nb: &b [*a,*a]\n" + Array.from({ length: 9 }, (_, i) => `c${i}: &c${i} [*b,*b,*b]`).join("\n"),
      ),
    ).toMatch(/./);
    expect(mistakesOf("")).toBe("/edge.yaml: the configuration is empty (see deploy/examples)");
  });

  test("and where there is no file", () => {
    expect(() => loadConfig({ path: join(folder, "none.yaml"), schema: edgeConfigSchema })).toThrow("does not exist");
  });
});
