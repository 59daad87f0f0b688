import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as tlsConnect } from "node:tls";
import { connect, connectAsync } from "mqtt";
import type { IClientOptions } from "mqtt";
import type { IConnectPacket } from "mqtt-packet";
import { createWebSocketStream, WebSocket } from "ws";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Intake, PublishedMessage } from "../../../../edge/storage/intake.ts";
import { MqttBroker } from "../../../../edge/mqtt/broker.ts";
import type { Listener, ListenerOptions } from "../../../../edge/mqtt/listeners.ts";
import { systemClock } from "../../../../proto/runtime/clock.ts";
import { RawClient } from "../../../support/mqtt-world.ts";
import { SessionWorld } from "../../../support/session-world.ts";
import { hasTool } from "../../../support/tools.ts";

/** Accepts every message and commits it in the next turn of the event loop. */
class PromptIntake implements Intake {
  readonly taken: PublishedMessage[] = [];

  offer(message: PublishedMessage, committed: () => void): void {
    this.taken.push({ ...message, payload: Uint8Array.from(message.payload) });
    setImmediate(committed);
  }

  congested(): boolean {
    return false;
  }

  onCongestion(): void {}
}

let folder = "";
let cert = "";
let key = "";
const openssl = hasTool("openssl");

beforeAll(() => {
  if (!openssl) return;
  folder = mkdtempSync(join(tmpdir(), "tidemark-tls-"));
  ({ cert, key } = certificate("first"));
  certificate("second");
  return () => rmSync(folder, { recursive: true });
});

/** A self-signed certificate, so that it is its own authority. */
function certificate(name: string): { cert: string; key: string } {
  const [certPath, keyPath] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const ecdsa = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const request = ["req", "-x509", ...ecdsa, "-nodes", "-days", "2", "-keyout", keyPath, "-out", certPath];
  execFileSync("openssl", [...request, ...subject], { stdio: "ignore" });
  return { cert: certPath, key: keyPath };
}

async function listening(
  change: Partial<ListenerOptions>,
): Promise<{ intake: PromptIntake; port: number; listener: Listener; admitted: string[] }> {
  const intake = new PromptIntake();
  const ignore = (): void => {};
  const admitted: string[] = [];
  const sessions = new SessionWorld();
  const broker = new MqttBroker(
    {
      intake,
      sessions: await sessions.open(),
      events: {
        connected: ({ client }) => admitted.push(client),
        disconnected: ignore,
        refused: ignore,
        paused: ignore,
      },
      clock: systemClock,
      authenticate: () => Promise.resolve(true),
    },
    {
      listeners: [{ protocol: "tcp", host: "127.0.0.1", port: 0, ...change }],
      limits: {
        maxPacketBytes: 1024 * 1024,
        maxConnections: 10,
        connectTimeoutMs: 5000,
      },
      sessions: { expireAfterMs: 86_400_000, inFlight: 20 },
    },
  );
  const [address] = await broker.listen();
  onTestFinished(async () => {
    await broker.close();
    await sessions[Symbol.asyncDispose]();
  });
  return { intake, port: address!.port, listener: broker.listeners[0]!, admitted };
}

async function publishedOver(url: string, options: IClientOptions = {}): Promise<void> {
  const client = await connectAsync(url, { connectTimeout: 5000, reconnectPeriod: 0, ...options });
  await client.publishAsync("a/b", "21.5", { qos: 1 });
  // Large enough to come in many pieces over every transport.
  await client.publishAsync("a/large", "x".repeat(300_000), { qos: 1 });
  await client.endAsync();
}

describe("MQTT.js gets its PUBACK over", () => {
  test("TCP", async () => {
    const { intake, port } = await listening({});
    await publishedOver(`mqtt://127.0.0.1:${port}`);
    expect(intake.taken.map(({ payload }) => payload.length)).toEqual([4, 300_000]);
  });

  test("WebSocket, also when a packet comes in many small frames", async () => {
    const { intake, port } = await listening({ protocol: "ws" });
    await publishedOver(`ws://127.0.0.1:${port}`);
    expect(intake.taken.map(({ payload }) => payload.length)).toEqual([4, 300_000]);
  });

  test.skipIf(!openssl).each([
    ["tls", "mqtts"],
    ["wss", "wss"],
  ] as const)("%s", async (protocol, scheme) => {
    const { intake, port } = await listening({ protocol, cert, key });
    await publishedOver(`${scheme}://127.0.0.1:${port}`, { ca: readFileSync(cert) });
    expect(intake.taken.map(({ payload }) => payload.length)).toEqual([4, 300_000]);
  });

  test.skipIf(!openssl)("TLS with a client certificate, and not without one", async () => {
    const { intake, port } = await listening({ protocol: "tls", cert, key, client_ca: cert });
    const ca = readFileSync(cert);
    await expect(publishedOver(`mqtts://127.0.0.1:${port}`, { ca })).rejects.toThrow(/certificate|closed|reset/i);
    await publishedOver(`mqtts://127.0.0.1:${port}`, { ca, cert: ca, key: readFileSync(key) });
    expect(intake.taken).toHaveLength(2);
  });
});

describe.skipIf(!openssl)("when certificates are read again", () => {
  /** The files of the server. The test changes them. */
  function files(): { cert: string; key: string; client_ca: string } {
    const paths = {
      cert: join(folder, "now.crt"),
      key: join(folder, "now.key"),
      client_ca: join(folder, "clients.crt"),
    };
    install("first", paths);
    return paths;
  }

  function install(name: string, paths: { cert: string; key: string; client_ca: string }): void {
    copyFileSync(join(folder, `${name}.crt`), paths.cert);
    copyFileSync(join(folder, `${name}.key`), paths.key);
    copyFileSync(join(folder, `${name}.crt`), paths.client_ca);
  }

  function clientOf(name: string): IClientOptions {
    const [own, ownKey] = [readFileSync(join(folder, `${name}.crt`)), readFileSync(join(folder, `${name}.key`))];
    return { ca: own, cert: own, key: ownKey, reconnectPeriod: 0, connectTimeout: 5000 };
  }

  test.each([
    ["tls", "mqtts"],
    ["wss", "wss"],
  ] as const)(
    "%s: new connections use the new ones, and a sensor that is connected stays",
    async (protocol, scheme) => {
      const paths = files();
      const { port, intake, listener, admitted } = await listening({ protocol, ...paths });
      const url = `${scheme}://127.0.0.1:${port}`;
      const sensor = await connectAsync(url, { ...clientOf("first"), clientId: "first" });
      onTestFinished(() => sensor.endAsync());
      install("second", paths);
      listener.reloadTls();
      await sensor.publishAsync("a/b", "21.5", { qos: 1 });
      const newcomer = await connectAsync(url, { ...clientOf("second"), clientId: "second" });
      await newcomer.publishAsync("a/b", "22.5", { qos: 1 });
      await newcomer.endAsync();
      expect(intake.taken).toHaveLength(2);
      // The old certificate of the server and the old authority of the clients are not valid any more.
      await expect(connectAsync(url, clientOf("first"))).rejects.toThrow("self-signed certificate");
      const { ca } = clientOf("second");
      const refused = connect(url, { ...clientOf("first"), ca: ca! });
      refused.on("error", () => {});
      await new Promise<void>((resolve) => refused.once("close", () => resolve()));
      expect(admitted).toEqual(["first", "second"]);
      await refused.endAsync(true);
    },
  );

  test("a key of another certificate is refused, and the old files stay in use", async () => {
    const paths = files();
    const { port, listener } = await listening({ protocol: "tls", ...paths });
    copyFileSync(join(folder, "second.key"), paths.key);
    expect(() => listener.reloadTls()).toThrow(/now\.crt.*cannot be used: .*key/i);
    writeFileSync(paths.cert, "no certificate");
    expect(() => listener.reloadTls()).toThrow(/now\.crt.*cannot be used/);
    rmSync(paths.cert);
    expect(() => listener.reloadTls()).toThrow(/now\.crt cannot be read/);
    const client = await connectAsync(`mqtts://127.0.0.1:${port}`, clientOf("first"));
    await client.endAsync();
  });
});

test.skipIf(!openssl).each([
  ["tls", "mqtts"],
  ["wss", "wss"],
  ["ws", "ws"],
] as const)("over %s, too, a client of MQTT 5 hears why it is closed", async (protocol, scheme) => {
  const { port } = await listening({ protocol, ...(protocol === "ws" ? {} : { cert, key }) });
  const ca = readFileSync(cert);
  const stream =
    scheme === "mqtts"
      ? tlsConnect({ host: "127.0.0.1", port, ca })
      : createWebSocketStream(new WebSocket(`${scheme}://127.0.0.1:${port}`, ["mqtt"], { ca: [ca] }));
  const client = new RawClient(stream, 5);
  const hello = { cmd: "connect", clientId: "a", protocolId: "MQTT", protocolVersion: 5, clean: true, keepalive: 0 };
  client.send(hello as IConnectPacket);
  await client.deliver();
  // The head of a packet of 256 MiB, and its first bytes.
  client.bytes(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]));
  for (let piece = 0; piece < 16; piece++) client.bytes(Buffer.alloc(65_536));
  await client.closed;
  expect(client.received.at(-1)).toMatchObject({ cmd: "disconnect", reasonCode: 0x95 });
});

test("a certificate that cannot be read is named in the error", async () => {
  const missing = listening({ protocol: "tls", cert: "/nowhere/server.crt", key: "/nowhere/server.key" });
  await expect(missing).rejects.toThrow("mqtt tls: /nowhere/server.crt cannot be read");
});
