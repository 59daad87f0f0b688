import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { cloudConfigSchema } from "../../../cloud/config.ts";
import type { EdgeConfig } from "../../../edge/config.ts";
import { edgeConfigSchema } from "../../../edge/config.ts";
import { DEFAULT_LIMITS } from "../../../edge/core/mqtt/limits.ts";
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

test("a gateway waits for its clock without limit, unless the configuration says otherwise", () => {
  expect(load(BASE).clock).toEqual({
    rules: { notBeforeMs: Date.UTC(2026, 0, 1), maxWaitMs: Infinity, behindWaitMs: 600_000 },
    synchronizedFile: null,
  });
  const given =
    "clock: { not_before: 2027-06-01, max_wait: 1h, behind_wait: 0s, synchronized_file: /run/synchronized }";
  expect(load(`${BASE}${given}\n`).clock).toEqual({
    rules: { notBeforeMs: Date.UTC(2027, 5, 1), maxWaitMs: 3_600_000, behindWaitMs: 0 },
    synchronizedFile: "/run/synchronized",
  });
  expect(mistakesOf(`${BASE}clock: { not_before: yesterday }\n`)).toContain("expected a date such as 2026-01-01");
  expect(mistakesOf(`${BASE}clock: { synchronized_file: run/x }\n`)).toContain("expected an absolute path");
});

function mistakesOf(text: string): string {
  try {
    load(text);
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    return (error as Fault).line.replaceAll(`${folder}/edge.yaml:`, "edge.yaml:").replaceAll(folder, "");
  }
  throw new Error("it was accepted");
}

describe("the defaults", () => {
  test("complete a configuration of four lines", () => {
    const config = load(BASE);
    expect(config).toMatchObject({
      gateway: "plant-7",
      dataDir: join(folder, "data"),
      unrouted: "auto",
      seal: { sizeBytes: 65_536, afterMs: 1000 },
      buffer: { maxSizeBytes: 2 ** 31 },
      http: { host: "127.0.0.1", port: 9101 },
    });
    expect(config.mqtt.listeners).toMatchObject([{ protocol: "tcp", host: "127.0.0.1", port: 1883 }]);
    expect(config.windows.at(-1)).toMatchObject({
      match: { device: "*", metric: "*" },
      plan: { lengthsMs: [10_000, 60_000] },
    });
  });

  test("limit sessions and retained messages", () => {
    expect(load(BASE).mqtt).toMatchObject({
      sessions: {
        max: 10_000,
        expireAfterMs: 7 * 86_400_000,
        inFlight: 100,
        queueMessages: 1000,
        queueBytes: 4 * 2 ** 20,
        totalQueueBytes: 64 * 2 ** 20,
      },
      retained: { topics: 10_000, bytes: 16 * 2 ** 20 },
    });
    const { sessions, retained } = load(
      `${BASE.replace("true }", "true, sessions: { max: 0, expire_after: 1h }, retained: { max_topics: 0 } }")}`,
    ).mqtt;
    expect([sessions.max, sessions.expireAfterMs, retained.topics]).toEqual([0, 3_600_000, 0]);
    expect(mistakesOf(BASE.replace("true }", "true, sessions: { in_flight: 0 } }"))).toContain("in_flight");
  });

  test("make dead letters of topics that no route matches, once there are routes", () => {
    expect(load(`${BASE}routes: [{ topic: "a/#" }]\n`).unrouted).toBe("dead_letter");
    expect(load(`${BASE}routes: [{ topic: "a/#" }]\nunrouted: auto\n`).unrouted).toBe("auto");
  });

  test("accept a change of type or unit, unless a rule or schema.on_change says otherwise", () => {
    const policies = (text: string): unknown[] => load(BASE + text).windows.map(({ plan }) => plan.onSchemaChange);
    expect(policies("windows: [{}]\n")).toEqual(["accept", "accept"]);
    expect(policies("schema: { on_change: dead_letter }\nwindows: [{ on_schema_change: accept }, {}]\n")).toEqual([
      "accept",
      "dead_letter",
      "dead_letter",
    ]);
  });

  test.each(["edge", "cloud"])("are those of the example %s.yaml", (side) => {
    const path = fileURLToPath(new URL(`../../../deploy/examples/${side}.yaml`, import.meta.url));
    const config =
      side === "edge"
        ? loadConfig({ path, schema: edgeConfigSchema })
        : loadConfig({ path, schema: cloudConfigSchema });
    expect(config.log).toEqual({ level: "info", format: "auto" });
  });

  test("of the MQTT limits are those of the broker, and 0 means no limit where it is accepted", () => {
    expect(load(BASE).mqtt).toMatchObject({ limits: DEFAULT_LIMITS, sysIntervalMs: 10_000 });
    const example = fileURLToPath(new URL("../../../deploy/examples/edge.yaml", import.meta.url));
    expect(loadConfig({ path: example, schema: edgeConfigSchema }).mqtt.limits).toEqual(DEFAULT_LIMITS);
    const free = "limits: { messages_per_second: 0, bytes_per_second: 0B, keep_alive: 90s, in_flight: 20 }";
    const { limits } = load(BASE.replace("true }", `true, max_packet: 1KiB, ${free} }`)).mqtt;
    expect(limits).toEqual({
      ...DEFAULT_LIMITS,
      maxPacketBytes: 1024,
      messagesPerSecond: Infinity,
      bytesPerSecond: Infinity,
      keepAliveMaxS: 90,
      inFlight: 20,
    });
  });
});

test("a configuration has no variables: $HOME stays a text of five characters", () => {
  expect(load(BASE.replace("./data", "./$HOME")).dataDir).toBe(join(folder, "$HOME"));
});

describe("a mistake is reported with its place, what was found and what is accepted", () => {
  test.each<[string, string, string]>([
    [
      "a duration",
      `${BASE}seal:\n  after: 7 dayz\n`,
      `edge.yaml:6:10  seal.after: expected a duration such as 30s, 12h or 7d
  6 |   after: 7 dayz
    |          ^^^^^^`,
    ],
    [
      "a limit above what the broker can enforce",
      BASE.replace("{ allow_anonymous: true }", "{ allow_anonymous: true, limits: { topic_levels: 200 } }"),
      `edge.yaml:3:56  mqtt.limits.topic_levels: expected a whole number from 1 to 100
  3 | mqtt: { allow_anonymous: true, limits: { topic_levels: 200 } }
    |                                                        ^^^`,
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
      "an unknown key that resembles no known key",
      `${BASE}http: { colour: red }\n`,
      `edge.yaml:5:9  http.colour: unknown key; expected one of host, port, cert, key
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
      `edge.yaml:5:15  log.level: expected trace, debug, info, warn, error, fatal or silent, found "loud"
  5 | log: { level: loud }
    |               ^^^^`,
    ],
    [
      "a misspelt key that is required, once",
      BASE.replace("gateway", "gatway"),
      `edge.yaml:1:1  gatway: unknown key; did you mean gateway?
  1 | gatway: plant-7
    | ^^^^^^`,
    ],
    [
      "a misspelt word",
      `${BASE}log: { level: debgu }\n`,
      `edge.yaml:5:15  log.level: expected trace, debug, info, warn, error, fatal or silent, found "debgu"; did you mean debug?
  5 | log: { level: debgu }
    |               ^^^^^`,
    ],
    [
      "a misspelt key below a path of a payload",
      `${BASE}routes: [{ topic: a, fields: { t: { scle: 0.1 } } }]\n`,
      `edge.yaml:5:37  routes[0].fields.t.scle: unknown key; did you mean scale?
  5 | routes: [{ topic: a, fields: { t: { scle: 0.1 } } }]
    |                                     ^^^^`,
    ],
    [
      "a key that was removed",
      `${BASE}buffer: { policy: backpressure }\n`,
      `edge.yaml:5:11  buffer.policy: unknown key; expected one of max_size, dead_letters, keep_replicated
  5 | buffer: { policy: backpressure }
    |           ^^^^^^`,
    ],
    [
      "a certificate without its key",
      BASE.replace("http:", "https:").replace(" }]", ", cert: edge.yaml }]"),
      `edge.yaml:4:60  regions[0].cert: cert and key belong together; key is missing
  4 | regions: [{ name: eu, url: "https://127.0.0.1:7443", cert: edge.yaml }]
    |                                                            ^^^^^^^^^`,
    ],
    [
      "a list instead of a group",
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
      "a URL of another scheme",
      BASE.replace("http:", "ftp:"),
      `edge.yaml:4:28  regions[0].url: expected http://host:port, or https://host:port for TLS
  4 | regions: [{ name: eu, url: "ftp://127.0.0.1:7443" }]
    |                            ^^^^^^^^^^^^^^^^^^^^^^`,
    ],
    [
      "a broker to which no client may connect",
      BASE.replace("{ allow_anonymous: true }", "{ max_packet: 1MiB }"),
      `edge.yaml:3:7  mqtt: no client could connect: name a users_file, or set allow_anonymous: true
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
      "a missing file",
      BASE.replace("{ allow_anonymous: true }", "{ users_file: users.txt }"),
      `edge.yaml:3:21  mqtt.users_file: /users.txt cannot be read; check the path and who may read it
  3 | mqtt: { users_file: users.txt }
    |                     ^^^^^^^^^`,
    ],
    [
      "a template with a name that the topic does not have",
      `${BASE}routes: [{ topic: "a/{line}", device: "{lime}" }]\n`,
      `edge.yaml:5:39  routes[0].device: {lime} is not known here; expected {field}, {topic}, {device}, {line}
  5 | routes: [{ topic: "a/{line}", device: "{lime}" }]
    |                                       ^^^^^^^^`,
    ],
    [
      "a wrong topic pattern",
      `${BASE}routes: [{ topic: "a/#/b" }]\n`,
      `edge.yaml:5:19  routes[0].topic: '#' must be the last level
  5 | routes: [{ topic: "a/#/b" }]
    |                   ^^^^^^^`,
    ],
    [
      "two regions with the same name",
      `${BASE.replace("]", ', { name: eu, url: "http://b:1" }]')}`,
      `edge.yaml:4:63  regions[1].name: two regions are named eu
  4 | regions: [{ name: eu, url: "http://127.0.0.1:7443" }, { name: eu, url: "http://b:1" }]
    |                                                               ^^`,
    ],
    [
      "a wrong value in one of two forms",
      `${BASE}routes: [{ topic: a, timestamp: { field: ts, unit: m } }]\n`,
      `edge.yaml:5:52  routes[0].timestamp.unit: expected auto, s, ms or iso, found "m"
  5 | routes: [{ topic: a, timestamp: { field: ts, unit: m } }]
    |                                                    ^`,
    ],
    [
      "a value that has neither of two forms",
      `${BASE}routes: [{ topic: a, timestamp: soon }]\n`,
      `edge.yaml:5:33  routes[0].timestamp: expected arrival, or a group with field and unit
  5 | routes: [{ topic: a, timestamp: soon }]
    |                                 ^^^^`,
    ],
    [
      "a number beyond its limits",
      `${BASE}decode: { max_depth: 65 }\n`,
      `edge.yaml:5:22  decode.max_depth: expected a whole number from 1 to 64
  5 | decode: { max_depth: 65 }
    |                      ^^`,
    ],
    [
      "an unknown policy",
      `${BASE}schema: { on_change: refuse }\n`,
      `edge.yaml:5:22  schema.on_change: expected accept or dead_letter, found "refuse"
  5 | schema: { on_change: refuse }
    |                      ^^^^^^`,
    ],
    [
      "a number as a key",
      `${BASE}7: days\n`,
      `edge.yaml:5:1  7: unknown key; expected one of gateway, data_dir, mqtt, time_zone, unrouted, routes, decode, schema, windows, seal, buffer, regions, operators, failover, clock, http, log
  5 | 7: days
    | ^`,
    ],
    [
      "a wrong value behind an alias",
      `${BASE}http: &same { port: x }\nlog: *same\n`,
      `edge.yaml:5:21  http.port: expected a port, 0 to 65535, found "x"
  5 | http: &same { port: x }
    |                     ^
edge.yaml:6:6  log.port: unknown key; expected one of level, format
  6 | log: *same
    |      ^^^^^`,
    ],
    [
      "a folder instead of a file",
      BASE.replace("{ allow_anonymous: true }", "{ users_file: . }"),
      `edge.yaml:3:21  mqtt.users_file:  is a folder; expected the path of a file
  3 | mqtt: { users_file: . }
    |                     ^`,
    ],
    [
      "two listeners on one port",
      BASE.replace("{ allow_anonymous: true }", "{ allow_anonymous: true, listeners: [{ port: 1 }, { port: 1 }] }"),
      `edge.yaml:3:65  mqtt.listeners[1].port: two listeners have 127.0.0.1:1
  3 | mqtt: { allow_anonymous: true, listeners: [{ port: 1 }, { port: 1 }] }
    |                                                                 ^`,
    ],
    [
      "the URL of a region with a path",
      BASE.replace("7443", "7443/v1"),
      `edge.yaml:4:28  regions[0].url: expected http://host:port, or https://host:port for TLS
  4 | regions: [{ name: eu, url: "http://127.0.0.1:7443/v1" }]
    |                            ^^^^^^^^^^^^^^^^^^^^^^^^^^`,
    ],
    [
      "an authority for a connection without encryption",
      BASE.replace(" }]", ", ca: edge.yaml }]"),
      `edge.yaml:4:28  regions[0].url: ca, cert and key need an address with https://
  4 | regions: [{ name: eu, url: "http://127.0.0.1:7443", ca: edge.yaml }]
    |                            ^^^^^^^^^^^^^^^^^^^^^^^`,
    ],
    [
      "plain text instead of a configuration",
      "hello\n",
      `edge.yaml:1:1  the file: expected a group of keys, found "hello"
  1 | hello
    | ^^^^^`,
    ],
    [
      "a rule that would forward nothing",
      `${BASE}windows: [{ lengths: [] }]\n`,
      `edge.yaml:5:22  windows[0].lengths: no lengths and raw: false would forward nothing
  5 | windows: [{ lengths: [] }]
    |                      ^^`,
    ],
  ])("%s", (_, text, expected) => {
    expect(mistakesOf(text)).toBe(expected);
  });

  test("with marks under the text, also in a line with tabs", () => {
    expect(mistakesOf(`${BASE}http:\t{ port: x }\n`))
      .toBe(`edge.yaml:5:15  http.port: expected a port, 0 to 65535, found "x"
  5 | http:\t{ port: x }
    |      \t        ^`);
  });

  test("in the configuration of a region as well", () => {
    const path = join(folder, "cloud.yaml");
    writeFileSync(path, "region: eu\ndata_dir: ./eu\nmin_copies: 9\ningest: { client_ca: cloud.yaml, credits: 1 }\n");
    expect(() => loadConfig({ path, schema: cloudConfigSchema })).toThrow(
      `${path}:3:13  min_copies: expected a whole number from 1 to 8
  3 | min_copies: 9
    |             ^
${path}:4:22  ingest.client_ca: client_ca needs cert and key
  4 | ingest: { client_ca: cloud.yaml, credits: 1 }
    |                      ^^^^^^^^^^
${path}:4:34  ingest.credits: unknown key; did you mean credit?
  4 | ingest: { client_ca: cloud.yaml, credits: 1 }
    |                                  ^^^^^^^`,
    );
  });

  test("together with all others", () => {
    const mistakes = mistakesOf(`${BASE}http: { port: x }\nbuffer: { max_size: y }\n`);
    expect(mistakes.match(/^edge\.yaml:\d+:\d+/gm)).toEqual(["edge.yaml:5:15", "edge.yaml:6:21"]);
  });

  test("also where the file is not valid YAML, or an alias bomb", () => {
    expect(mistakesOf(`${BASE}gateway: again\n`)).toMatch(/^edge\.yaml:5:1 {2}.*unique/);
    expect(mistakesOf(`${BASE}http: {\n`)).toMatch(/^edge\.yaml:\d+:\d+ {2}/);
    expect(mistakesOf(`${BASE}time_zone: !zone UTC\n`)).toBe(`edge.yaml:5:12  unresolved tag: !zone
  5 | time_zone: !zone UTC
    |            ^^^^^`);
    expect(mistakesOf(`${BASE}---\ngateway: second\n`)).toBe(
      `edge.yaml:5:1  a second YAML document begins here; expected one configuration in a file
  5 | ---
    | ^^^`,
    );
    const bomb = ["a0: &a0 [x, x]", ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)];
    expect(mistakesOf(bomb.join("\n"))).toBe("edge.yaml: Excessive alias count indicates a resource exhaustion attack");
    expect(mistakesOf("")).toBe("edge.yaml: the configuration is empty (see deploy/examples)");
  });

  test("where the file is not UTF-8, as old editors write it", () => {
    const path = join(folder, "edge.yaml");
    writeFileSync(path, Buffer.from(`${BASE}routes: [{ topic: a, unit: °C }]\n`, "latin1"));
    expect(() => loadConfig({ path, schema: edgeConfigSchema })).toThrow(
      "edge.yaml:5:28  this is not UTF-8 text; save the file as UTF-8",
    );
    writeFileSync(path, `\uFEFF${BASE}routes: [{ topic: a, unit: °C }]\n`);
    expect(loadConfig({ path, schema: edgeConfigSchema }).routes[0]?.unit).toBe("°C");
  });

  test("for impossible peers and copies of a region", () => {
    const path = join(folder, "cloud.yaml");
    const mistakes = (text: string): string => {
      writeFileSync(path, `region: eu\ndata_dir: ./eu\n${text}\n`);
      try {
        loadConfig({ path, schema: cloudConfigSchema });
        return "";
      } catch (error) {
        return (error as Fault).line;
      }
    };
    const peers = (names: string): string =>
      `replication: { peers: [${names
        .split(" ")
        .map((name) => `{ name: ${name}, url: "http://h:1" }`)
        .join(", ")}] }`;
    expect(mistakes(`${peers("us ap")}\nmin_copies: 4`)).toContain(
      "min_copies: expected at most 3, the number of regions",
    );
    expect(mistakes(peers("us eu"))).toContain("peers[1].name: this is the region itself");
    expect(mistakes(peers("us us"))).toContain("two peers are named us");
    expect(mistakes(`${peers("us")}\nmin_copies: 2`)).toBe("");
  });

  test("for a mistake in the users file, and for a port that is used twice", () => {
    writeFileSync(join(folder, "users.txt"), "# plant\ncarl:secret\n");
    const text = BASE.replace(/mqtt:.*/, "mqtt: { users_file: users.txt, listeners: [{ port: 9101 }] }");
    expect(mistakesOf(text).replaceAll(folder, "")).toContain(
      "mqtt.users_file: line 2 of /users.txt: expected name:$7$iterations$salt$hash",
    );
    expect(
      mistakesOf(BASE.replace(/mqtt:.*/, "mqtt: { allow_anonymous: true, listeners: [{ port: 9101 }] }")),
    ).toContain("mqtt.listeners[0].port: http.port is 9101, too; expected another port");
  });

  test("and nothing else is printed, not even by the YAML library", () => {
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue();
    onTestFinished(() => warned.mockRestore());
    expect(mistakesOf(`${BASE}? [a, b]\n: 3\n`)).toContain("[ a, b ]: unknown key");
    expect(warned).not.toHaveBeenCalled();
  });

  test("where there is no file", () => {
    expect(() => loadConfig({ path: join(folder, "none.yaml"), schema: edgeConfigSchema })).toThrow("does not exist");
  });
});
