import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import type { IClientOptions } from "mqtt";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Intake, PublishedMessage } from "../../../../edge/journal/intake.ts";
import { MqttBroker } from "../../../../edge/mqtt/broker.ts";
import type { ListenerOptions } from "../../../../edge/mqtt/listeners.ts";
import { systemClock } from "../../../../proto/runtime/clock.ts";
import { SessionWorld } from "../../../support/session-world.ts";
import { hasTool } from "../../../support/tools.ts";

/** Takes everything and commits it in the next turn. */
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

let cert = "";
let key = "";
const openssl = hasTool("openssl");

beforeAll(() => {
  if (!openssl) return;
  const folder = mkdtempSync(join(tmpdir(), "tidemark-tls-"));
  cert = join(folder, "cert.pem");
  key = join(folder, "key.pem");
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert];
  execFileSync("openssl", [...request, ...subject], { stdio: "ignore" });
  return () => rmSync(folder, { recursive: true });
});

async function listening(change: Partial<ListenerOptions>): Promise<{ intake: PromptIntake; port: number }> {
  const intake = new PromptIntake();
  const ignore = (): void => {};
  const sessions = new SessionWorld();
  const broker = new MqttBroker(
    {
      intake,
      sessions: await sessions.open(),
      events: { connected: ignore, disconnected: ignore, refused: ignore, paused: ignore },
      clock: systemClock,
      authenticate: () => Promise.resolve(true),
    },
    {
      listeners: [{ protocol: "tcp", host: "127.0.0.1", port: 0, cert: null, key: null, clientCa: null, ...change }],
      limits: {
        maxPacketBytes: 1024 * 1024,
        maxConnections: 10,
        connectTimeoutMs: 5000,
        sessions: { expireAfterMs: 86_400_000, inFlight: 20 },
      },
    },
  );
  const [address] = await broker.listen();
  onTestFinished(async () => {
    await broker.close();
    await sessions[Symbol.asyncDispose]();
  });
  return { intake, port: address!.port };
}

async function publishedOver(url: string, options: IClientOptions = {}): Promise<void> {
  const client = await connectAsync(url, { connectTimeout: 5000, reconnectPeriod: 0, ...options });
  await client.publishAsync("a/b", "21.5", { qos: 1 });
  // In many pieces on the way, whatever the transport.
  await client.publishAsync("a/large", "x".repeat(300_000), { qos: 1 });
  await client.endAsync();
}

describe("MQTT.js is acknowledged over", () => {
  test("TCP", async () => {
    const { intake, port } = await listening({});
    await publishedOver(`mqtt://127.0.0.1:${port}`);
    expect(intake.taken.map(({ payload }) => payload.length)).toEqual([4, 300_000]);
  });

  test("WebSocket, where a packet comes in many small frames", async () => {
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

  test.skipIf(!openssl)("TLS with a certificate of the client, and only with one", async () => {
    const { intake, port } = await listening({ protocol: "tls", cert, key, clientCa: cert });
    const ca = readFileSync(cert);
    await expect(publishedOver(`mqtts://127.0.0.1:${port}`, { ca })).rejects.toThrow(/certificate|closed|reset/i);
    await publishedOver(`mqtts://127.0.0.1:${port}`, { ca, cert: ca, key: readFileSync(key) });
    expect(intake.taken).toHaveLength(2);
  });
});

test("a certificate that cannot be read is named", async () => {
  const missing = listening({ protocol: "tls", cert: "/nowhere/server.crt", key: "/nowhere/server.key" });
  await expect(missing).rejects.toThrow("mqtt tls: /nowhere/server.crt cannot be read");
});
