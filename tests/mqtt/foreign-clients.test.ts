import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connectAsync } from "mqtt";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../deploy/sandbox/free-port.ts";
import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { deployment, drained, eventually, readings, statusOf } from "../support/deployment.ts";
import { hasPythonModule, hasTool, PYTHON } from "../support/tools.ts";

/** Clients of other projects, against a gateway and a region: every message is there, complete and once. */

const run = promisify(execFile);
const LIMIT_MS = 60_000;
const WINDOWS = [{ lengths: ["1s"], raw: true, idle_timeout: "1s" }];
const mosquitto = ["mosquitto", "mosquitto_pub", "mosquitto_sub", "mosquitto_passwd"].every((tool) => hasTool(tool));
const openssl = hasTool("openssl");

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "tidemark-foreign-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

type Site = { site: LocalDeployment; tcp: string; tls: string; ws: string; cert: string };

/** A gateway with three listeners. The second and third have a certificate if openssl is installed. */
async function start(users?: string): Promise<Site> {
  const made = folder();
  const [cert, key] = [join(made, "cert.pem"), join(made, "key.pem")];
  const [tcp, tls, ws] = [await freePort(), await freePort(), await freePort()];
  if (openssl) {
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert];
    execFileSync("openssl", [...request, ...subject], { stdio: "ignore" });
  }
  const site = await deployment({
    edge: {
      windows: WINDOWS,
      mqtt: {
        listeners: [
          { protocol: "tcp", host: "127.0.0.1", port: tcp },
          { protocol: "ws", host: "127.0.0.1", port: ws },
          ...(openssl ? [{ protocol: "tls", host: "127.0.0.1", port: tls, cert, key }] : []),
        ],
        ...(users === undefined ? { allow_anonymous: true } : { users_file: users }),
      },
    },
  });
  await site.startRegion();
  await site.startGateway();
  return { site, tcp: String(tcp), tls: String(tls), ws: String(ws), cert };
}

/** The values of a series in the region, sorted. */
async function values(site: LocalDeployment, device: string, metric: string): Promise<number[]> {
  const rows = await readings(site, { device, metric });
  return rows.map(({ value }) => Number(value)).toSorted((a, b) => a - b);
}

/** The number for each reason. */
async function deadLetters(site: LocalDeployment): Promise<unknown> {
  return (await statusOf({ url: site.gatewayUrl })).readings.dead_letters;
}

describe.skipIf(!mosquitto)("mosquitto_pub", () => {
  test("publishes with 3.1.1 and 5, at every QoS, with a user, over TLS", async () => {
    const users = join(folder(), "users");
    await run("mosquitto_passwd", ["-b", "-c", users, "press", "secret"]);
    const { site, tcp, tls, cert } = await start(users);
    const publish = (version: string, qos: number, port: string, ...more: string[]): Promise<unknown> => {
      const target = ["-h", "127.0.0.1", "-p", port, "-V", version, "-q", String(qos)];
      const topic = ["-t", `${version}/q${qos}`, "-m", port];
      return run("mosquitto_pub", [...target, "-u", "press", "-P", "secret", ...topic, ...more]);
    };
    for (const version of ["mqttv311", "mqttv5"]) {
      for (const qos of [0, 1, 2]) {
        await publish(version, qos, tcp);
        if (openssl) await publish(version, qos, tls, "--cafile", cert);
      }
      const stranger = ["-h", "127.0.0.1", "-p", tcp, "-V", version, "-u", "press", "-P", "guess"];
      await expect(run("mosquitto_pub", [...stranger, "-t", "a/b", "-m", "1"])).rejects.toThrow(
        /not authori[sz]ed|bad user/i,
      );
    }
    await drained(site, LIMIT_MS);
    const expected = [tcp, ...(openssl ? [tls] : [])].map(Number).toSorted((a, b) => a - b);
    for (const version of ["mqttv311", "mqttv5"]) {
      for (const qos of [0, 1, 2])
        expect(await values(site, version, `q${qos}`), `${version} ${qos}`).toEqual(expected);
    }
    expect(await deadLetters(site)).toEqual({});
  });
});

describe.skipIf(!mosquitto)("mosquitto_sub", () => {
  test("gets retained messages, new messages, and messages from its absence, with 3.1.1 and 5", async () => {
    const { tcp } = await start();
    for (const version of ["mqttv311", "mqttv5"]) {
      const target = ["-h", "127.0.0.1", "-p", tcp, "-V", version];
      const say = (topic: string, payload: string, ...more: string[]): Promise<unknown> =>
        run("mosquitto_pub", [...target, "-q", "1", "-t", topic, "-m", payload, ...more]);

      await say(`${version}/lamp`, "1", "-r");
      const child = spawn("mosquitto_sub", [...target, "-t", `${version}/#`, "-q", "1", "-C", "2", "-F", "%r %t %p"]);
      onTestFinished(() => void child.kill());
      const lines = createInterface({ input: child.stdout });
      const [first] = (await once(lines, "line")) as [string];
      expect(first).toBe(`1 ${version}/lamp 1`);
      const second = once(lines, "line");
      await say(`${version}/lamp`, "0");
      expect(await second).toEqual([`0 ${version}/lamp 0`]);

      const subscriber = [...target, "-i", `lasting-${version}`, "-c", "-q", "1", "-t", `${version}/level`];
      if (version === "mqttv5") subscriber.push("-x", "60");
      await run("mosquitto_sub", [...subscriber, "-E"]);
      for (const payload of ["1", "2", "3"]) await say(`${version}/level`, payload);
      const { stdout } = await run("mosquitto_sub", [...subscriber, "-C", "3", "-W", "10"]);
      expect(stdout).toBe("1\n2\n3\n");
    }
  });
});

describe.skipIf(!mosquitto)("a Mosquitto bridge", () => {
  test("brings every message that its broker took exactly once, although the gateway is killed", async () => {
    const { site, tcp } = await start();
    const local = await freePort();
    const made = folder();
    const bridge = (name: string, version: string): string[] => [
      `connection ${name}`,
      `address 127.0.0.1:${tcp}`,
      `topic ${name}/# out 1`,
      `bridge_protocol_version ${version}`,
      "cleansession false",
      "try_private true",
      "notifications true",
      "restart_timeout 1",
    ];
    const file = join(made, "mosquitto.conf");
    const own = [`listener ${local} 127.0.0.1`, "allow_anonymous true", "user root", "max_queued_messages 0"];
    const lines = [...own, ...bridge("old", "mqttv311"), ...bridge("new", "mqttv50")];
    writeFileSync(file, `${lines.join("\n")}\n`);
    const broker = spawn("mosquitto", ["-c", file], { stdio: "ignore" });
    onTestFinished(() => void broker.kill("SIGKILL"));

    const watcher = await connectAsync(`mqtt://127.0.0.1:${tcp}`, { reconnectPeriod: 100, clientId: "watcher" });
    onTestFinished(() => void watcher.endAsync(true));
    const states = new Map<string, string>();
    watcher.on("message", (topic, payload) => states.set(topic, payload.toString()));
    await watcher.subscribeAsync("$SYS/broker/connection/#", { qos: 1 });
    const connected = (): Promise<unknown> =>
      eventually(
        async () => [...states].filter(([, state]) => state === "1").map(([topic]) => topic),
        (up) => up.some((topic) => topic.endsWith("old/state")) && up.some((topic) => topic.endsWith("new/state")),
        { deadlineMs: LIMIT_MS, what: "both bridges say that they are connected" },
      );
    await connected();

    const client = await connectAsync(`mqtt://127.0.0.1:${local}`);
    onTestFinished(() => void client.endAsync(true));
    const publish = async (from: number, to: number): Promise<void> => {
      const sent: Promise<unknown>[] = [];
      for (let value = from; value < to; value++) {
        for (const name of ["old", "new"])
          sent.push(client.publishAsync(`${name}/press/temp`, String(value), { qos: 1 }));
      }
      await Promise.all(sent);
    };
    await publish(0, 200);
    // At this moment some messages are in flight and some are acknowledged.
    const rest = publish(200, 400);
    await site.gateway!.kill();
    await rest;
    await publish(400, 600);
    states.clear();
    await site.startGateway();
    await connected();
    await publish(600, 700);

    const all = Array.from({ length: 700 }, (_, value) => value);
    for (const name of ["old", "new"]) {
      await eventually(
        () => values(site, `${name}/press`, "temp"),
        (there) => there.length >= all.length,
        { deadlineMs: LIMIT_MS, what: `all of ${name} is in the region` },
      );
    }
    await drained(site, LIMIT_MS);
    for (const name of ["old", "new"]) expect(await values(site, `${name}/press`, "temp")).toEqual(all);
    expect(await deadLetters(site)).toEqual({});
  });
});

test("MQTT.js publishes and receives with 3.1.1 and 5, over TCP, TLS and WebSocket", async () => {
  const { site, tcp, tls, ws, cert } = await start();
  const ways: [string, string][] = [
    ["tcp", `mqtt://127.0.0.1:${tcp}`],
    ["ws", `ws://127.0.0.1:${ws}`],
    ...(openssl ? [["tls", `mqtts://127.0.0.1:${tls}`] as [string, string]] : []),
  ];
  for (const [way, url] of ways) {
    for (const protocolVersion of [4, 5] as const) {
      const base = `${way}${protocolVersion}`;
      const ca = way === "tls" ? { ca: readFileSync(cert) } : {};
      const client = await connectAsync(url, { protocolVersion, ...ca });
      const heard: string[] = [];
      client.on("message", (topic, payload) => heard.push(`${topic} ${payload.toString()}`));
      await client.subscribeAsync(`${base}/#`, { qos: 2 });
      for (const qos of [0, 1, 2] as const) await client.publishAsync(`${base}/t`, String(qos), { qos });
      await eventually(
        async () => heard.toSorted(),
        (lines) => lines.length >= 3,
        { deadlineMs: LIMIT_MS, what: "the client hears itself" },
      );
      expect(heard.toSorted()).toEqual([`${base}/t 0`, `${base}/t 1`, `${base}/t 2`]);
      await client.endAsync();
    }
  }
  await drained(site, LIMIT_MS);
  for (const [way] of ways) {
    for (const version of [4, 5]) expect(await values(site, `${way}${version}`, "t")).toEqual([0, 1, 2]);
  }
});

test.skipIf(!hasPythonModule("paho.mqtt.client", "python3-paho-mqtt"))(
  "Python's Paho publishes, reconnects, dies and leaves a will, and receives all of it, with 3.1.1 and 5",
  async () => {
    const { site, tcp } = await start();
    const script = fileURLToPath(new URL("../support/paho_client.py", import.meta.url));
    await Promise.all(
      [4, 5].map(async (version) => {
        const { stdout } = await run(PYTHON, [script, tcp, String(version)], { timeout: 60_000 });
        const base = `paho${version}`;
        expect(JSON.parse(stdout)).toEqual([
          [`${base}/lost`, 1],
          ...[0, 1, 2].flatMap((qos) => [1, 2, 3, 4].map((value) => [`${base}/q${qos}`, value])),
        ]);
      }),
    );
    await drained(site, LIMIT_MS);
    for (const base of ["paho4", "paho5"]) {
      for (const qos of [0, 1, 2]) expect(await values(site, base, `q${qos}`)).toEqual([1, 2, 3, 4]);
      expect(await values(site, base, "lost")).toEqual([1]);
    }
  },
);
