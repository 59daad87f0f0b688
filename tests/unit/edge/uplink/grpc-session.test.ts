import { ServerCredentials } from "@grpc/grpc-js";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GrpcEndpoint } from "../../../../edge/uplink/grpc-session.ts";
import type { GrpcTarget } from "../../../../proto/runtime/grpc-target.ts";
import type { SessionEvent } from "../../../../edge/core/uplink/session.ts";
import { Fault } from "../../../../proto/core/fault.ts";
import type { GatewayId, RegionId } from "../../../../proto/core/ids.ts";
import { TestRegion } from "../../../support/test-region.ts";
import { testStream } from "../../../support/sealed.ts";

const SELF = { gateway: "plant-7" as GatewayId, software: "test", life: testStream(1) };
const EU = "eu" as RegionId;

/** The first event of a session, which is then closed. */
function firstEvent(target: Omit<GrpcTarget, "region">): Promise<SessionEvent> {
  return new Promise((resolve) => {
    const session = new GrpcEndpoint({ region: EU, ...target }, SELF).open({ streams: [] }, (event) => {
      session.close();
      resolve(event);
    });
  });
}

function faultOf(target: Omit<GrpcTarget, "region">): string {
  try {
    new GrpcEndpoint({ region: EU, ...target }, SELF).verify();
  } catch (error) {
    if (error instanceof Fault) return error.line;
  }
  return "no fault";
}

test("an invalid address is a fault that shows a valid one", () => {
  expect(faultOf({ url: "127.0.0.1:7443" })).toBe(
    'region eu: "127.0.0.1:7443" is not an address of a region (write http://host:port, or https://host:port for TLS)',
  );
});

test("a missing token file is a fault that names the file", () => {
  expect(faultOf({ url: "http://127.0.0.1:1", tokenFile: "/nowhere/token" })).toContain("/nowhere/token");
});

test.each([{ url: "http://a b" }, { url: "http://127.0.0.1:1", tokenFile: "/nowhere/token" }])(
  "a learned target that cannot be used ends its attempt with the reason, and not the process: %j",
  async (target) => {
    expect(await firstEvent(target)).toMatchObject({ kind: "closed", reason: faultOf(target) });
  },
);

let hasOpenssl = true;
try {
  execFileSync("openssl", ["version"], { stdio: "ignore" });
} catch {
  hasOpenssl = false;
}

describe.skipIf(!hasOpenssl)("over TLS (needs openssl)", () => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-tls-"));
  const file = (name: string): string => join(folder, name);
  const region = new TestRegion();

  beforeAll(async () => {
    certificate("region", "IP:127.0.0.1,DNS:localhost");
    certificate("gateway", "DNS:plant-7");
    certificate("elsewhere", "DNS:elsewhere.test");
    const pair = { private_key: readFileSync(file("region.key")), cert_chain: readFileSync(file("region.crt")) };
    await region.start(ServerCredentials.createSsl(readFileSync(file("gateway.crt")), [pair], true));
  });
  afterAll(() => {
    region.stop();
    rmSync(folder, { recursive: true });
  });

  test.for(["127.0.0.1", "localhost"])("%s is reached with a self-signed certificate that `ca` names", async (host) => {
    const url = `https://${host}:${region.port}`;
    const own = { cert: file("gateway.crt"), key: file("gateway.key") };
    expect(await firstEvent({ url, ca: file("region.crt"), ...own })).toMatchObject({
      kind: "hello_ack",
      region: "eu",
    });
  });

  test("a region whose certificate no known authority signed gets no Hello", async () => {
    const url = `https://127.0.0.1:${region.port}`;
    const reason = `${url}: self-signed certificate (name the authority that signed it as \`ca\`)`;
    expect(await firstEvent({ url })).toEqual({ kind: "closed", reason });
  });

  test("a certificate for another name is not accepted", async () => {
    const other = new TestRegion();
    const pair = { private_key: readFileSync(file("elsewhere.key")), cert_chain: readFileSync(file("elsewhere.crt")) };
    await other.start(ServerCredentials.createSsl(null, [pair]));
    const event = await firstEvent({ url: `https://127.0.0.1:${other.port}`, ca: file("elsewhere.crt") });
    other.stop();
    expect(event).toMatchObject({ kind: "closed", reason: expect.stringContaining("does not match certificate") });
  });

  test("a key that does not belong to its certificate is a fault", () => {
    const mixed = { cert: file("gateway.crt"), key: file("region.key") };
    expect(faultOf({ url: "https://127.0.0.1:1", ...mixed })).toContain("cert and key belong together");
  });

  function certificate(name: string, names: string): void {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file(`${name}.key`)];
    const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${names}`, "-days", "2"];
    execFileSync("openssl", ["req", "-x509", ...key, "-out", file(`${name}.crt`), ...subject], { stdio: "ignore" });
  }
});
