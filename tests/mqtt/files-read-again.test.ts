import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { parse, stringify } from "yaml";
import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { runCommand } from "../support/command-line.ts";
import { deployment, eventually, metricsOf } from "../support/deployment.ts";
import { hasTool } from "../support/tools.ts";

const openssl = hasTool("openssl");
let folder = "";
let site: LocalDeployment;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-files-"));
  return () => rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  await passwd("users.new", "ann", "secret");
  await passwd("users.new", "bob", "geheim");
  renameSync(file("users.new"), file("users.txt"));
  writeFileSync(
    file("acl.txt"),
    "user ann\ntopic write plant/ann/#\nuser bob\ntopic readwrite plant/#\ntopic read $SYS/#\n",
  );
  if (openssl) for (const name of ["first", "second"]) certificate(name);
  site = await deployment();
});

const file = (name: string): string => join(folder, name);

async function passwd(into: string, user: string, password: string): Promise<void> {
  const ended = await runCommand(["passwd", file(into), user], { cwd: folder, input: `${password}\n` });
  expect(ended.code).toBe(0);
}

function certificate(name: string): void {
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", [...request, "-keyout", file(`${name}.key`), "-out", file(`${name}.crt`), ...subject], {
    stdio: "ignore",
  });
}

/** Starts the gateway with these files. @returns the port of TLS. */
async function started(): Promise<number> {
  copyFileSync(file("first.crt"), file("now.crt"));
  copyFileSync(file("first.key"), file("now.key"));
  copyFileSync(file("first.crt"), file("clients.crt"));
  const [gateway] = site.gateways;
  const config = parse(readFileSync(gateway!.file, "utf8")) as { mqtt: { listeners: object[] } };
  const tls = { protocol: "tls", port: 0, cert: file("now.crt"), key: file("now.key"), client_ca: file("clients.crt") };
  config.mqtt = {
    ...config.mqtt,
    allow_anonymous: false,
    listeners: [...config.mqtt.listeners, tls],
    users_file: file("users.txt"),
    acl_file: file("acl.txt"),
    sys_interval: "100ms",
  } as typeof config.mqtt;
  writeFileSync(gateway!.file, stringify(config));
  await site.startRegion();
  const process = await site.startGateway();
  const port = /tls:\/\/127\.0\.0\.1:(\d+)/.exec(process.output.join("\n"))?.[1];
  return Number(port);
}

async function enter(options: IClientOptions, url: string = site.mqttUrl): Promise<MqttClient> {
  const client = await connectAsync(url, { reconnectPeriod: 0, protocolVersion: 5, ...options });
  onTestFinished(() => client.endAsync(true));
  return client;
}

async function counted(metric: string): Promise<number> {
  const text = await metricsOf(site.gatewayUrl);
  const line = text.split("\n").find((one) => one.startsWith(metric));
  return line === undefined ? 0 : Number(line.split(" ").at(-1));
}

async function reloads(fileName: string, outcome: string, count: number): Promise<void> {
  const metric = `tidemark_edge_mqtt_reloads_total{file="${fileName}",outcome="${outcome}"}`;
  const options = { deadlineMs: 60_000, what: metric };
  await eventually(
    () => counted(metric),
    (now) => now >= count,
    options,
  );
}

describe.skipIf(!openssl)("users, ACL and certificates are read again, and sensors stay connected", () => {
  test("when the files change, when they have mistakes, and on SIGHUP", async () => {
    const tlsPort = await started();
    const certified = (name: string): IClientOptions => ({
      ca: readFileSync(file(`${name}.crt`)),
      cert: readFileSync(file(`${name}.crt`)),
      key: readFileSync(file(`${name}.key`)),
      username: "ann",
      password: "secret",
    });
    const ann = await enter({ username: "ann", password: "secret" });
    const bob = await enter({ username: "bob", password: "geheim" });
    const overTls = await enter({ ...certified("first"), clientId: "tls" }, `mqtts://127.0.0.1:${tlsPort}`);
    const sensors = [ann, overTls];
    const publishAll = async (): Promise<void> => {
      for (const sensor of sensors) await sensor.publishAsync("plant/ann/t", "21.5", { qos: 1 });
    };
    const closed = new Promise<number | undefined>((resolve) => {
      bob.once("disconnect", ({ reasonCode }) => resolve(reasonCode));
    });
    await publishAll();
    // MQTT.js throws an error for a PUBACK that refuses.
    await expect(ann.publishAsync("plant/bob/t", "1", { qos: 1 })).rejects.toMatchObject({ code: 0x87 });

    // An invalid ACL file changes nothing and is reported once.
    writeFileSync(file("acl.txt"), "users ann\n");
    await reloads("acl", "kept", 1);
    await publishAll();
    writeFileSync(file("acl.txt"), "user ann\ntopic write plant/#\n");
    await reloads("acl", "read", 1);
    await ann.publishAsync("plant/bob/t", "1", { qos: 1 });
    expect(await counted('tidemark_edge_mqtt_reloads_total{file="acl",outcome="kept"}')).toBe(1);

    // The users file is replaced: carl is new, ann has a new password, bob is removed.
    await passwd("users.new", "ann", "changed");
    await passwd("users.new", "carl", "c");
    renameSync(file("users.new"), file("users.txt"));
    await reloads("users", "read", 1);
    expect(await closed).toBe(0x87);
    await enter({ username: "carl", password: "c" });
    await enter({ username: "ann", password: "changed" });
    await expect(enter({ username: "ann", password: "secret" })).rejects.toMatchObject({ code: 0x86 });
    await expect(enter({ username: "bob", password: "geheim" })).rejects.toMatchObject({ code: 0x86 });
    await publishAll();

    // The certificate is written before its key. Until both are there, the old ones stay in use.
    copyFileSync(file("second.crt"), file("now.crt"));
    copyFileSync(file("second.crt"), file("clients.crt"));
    await reloads("tls", "kept", 1);
    copyFileSync(file("second.key"), file("now.key"));
    await reloads("tls", "read", 1);
    const url = `mqtts://127.0.0.1:${tlsPort}`;
    await enter({ ...certified("second"), password: "changed" }, url);
    await expect(enter(certified("first"), url)).rejects.toThrow("self-signed certificate");
    await publishAll();
    expect(sensors.map(({ connected }) => connected)).toEqual([true, true]);

    process.kill(site.gateway!.pid!, "SIGHUP");
    await reloads("users", "read", 2);
    await reloads("acl", "read", 2);
    await reloads("tls", "read", 2);
    await publishAll();
  });

  test.skipIf(!hasTool("mosquitto_sub"))("mosquitto_sub reads the counters, if its user may", async () => {
    await started();
    const url = new URL(site.mqttUrl);
    const read = (user: string, password: string, version: string): Promise<string> => {
      const options = ["-h", url.hostname, "-p", url.port, "-u", user, "-P", password, "-V", version];
      const child = spawn("mosquitto_sub", [...options, "-t", "$SYS/broker/clients/#", "-v", "-W", "3", "-C", "8"]);
      const output: string[] = [];
      child.stdout.on("data", (chunk: Buffer) => output.push(chunk.toString()));
      return new Promise((resolve) => child.once("close", () => resolve(output.join(""))));
    };
    const [of311, of5, forbidden] = await Promise.all([
      read("bob", "geheim", "mqttv311"),
      read("bob", "geheim", "mqttv5"),
      read("ann", "secret", "mqttv5"),
    ]);
    for (const output of [of311, of5]) {
      expect(output).toMatch(/^\$SYS\/broker\/clients\/connected [1-3]$/m);
      expect(output).toMatch(/^\$SYS\/broker\/clients\/total [1-3]$/m);
    }
    expect(forbidden).toBe("");
  });
});
