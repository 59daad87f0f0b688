import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { decodeReceiverFrame, encodeSenderFrame, PEER_LINK_PATH } from "../../proto/wire/peer-messages.ts";
import type { SenderFrame, ReceiverFrame } from "../../proto/wire/peer-messages.ts";
import { deployment, records, regionStatusOf } from "../support/deployment.ts";
import { sealed, sealedByTheFuture, testStream, windowOf } from "../support/sealed.ts";

/** A real region `eu`. The test plays its peer `us`. */

const STREAM = testStream(1);

async function region(): Promise<LocalDeployment> {
  const site = await deployment({
    cloud: { replication: { peers: [{ name: "us", url: "http://127.0.0.1:1" }] }, min_copies: 1 },
  });
  await site.startRegion();
  return site;
}

function hello(change: Partial<Extract<SenderFrame, { kind: "hello" }>> = {}): Buffer {
  const id = (fill: number): Uint8Array => new Uint8Array(16).fill(fill);
  const frame = { protocol: 1, region: "us", storeId: id(3), bootId: id(4), software: "test", token: "", ...change };
  return encodeSenderFrame({ kind: "hello", ...frame });
}

/** Sends raw frames on a new link. Waits until `isLast` accepts an answer, or the link ends. @returns all answers. */
async function answers(
  site: LocalDeployment,
  frames: readonly Buffer[],
  isLast: (frame: ReceiverFrame) => boolean = () => false,
): Promise<readonly ReceiverFrame[]> {
  const client = new Client(`127.0.0.1:${site.regions[0]!.ports.ingest}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  const call = client.makeBidiStreamRequest(
    PEER_LINK_PATH,
    (bytes: Buffer) => bytes,
    decodeReceiverFrame,
    new Metadata(),
  );
  const received: ReceiverFrame[] = [];
  await new Promise<void>((resolve) => {
    call.on("data", (frame: ReceiverFrame) => {
      received.push(frame);
      if (isLast(frame)) resolve();
    });
    call.on("end", () => resolve());
    call.on("error", () => resolve());
    for (const frame of frames) call.write(frame);
  });
  call.cancel();
  return received;
}

test.each<[string, Buffer[], string]>([
  ["a broken frame", [Buffer.from([0xff, 0xff, 0xff])], "cannot be read"],
  ["a peer of another version", [hello({ protocol: 99 })], "update the older of the two"],
  ["an unknown region", [hello({ region: "mars" })], "mars is no peer of eu: add it there with tidemark regions add"],
  ["an invalid name", [hello({ region: "../../etc" })], "not a region name"],
  ["a second Hello", [hello(), hello()], "a second Hello"],
  // PeerHeld with one stream whose id has three bytes.
  ["an invalid stream id", [hello(), Buffer.from([0x12, 7, 0x0a, 5, 0x0a, 3, 1, 2, 3])], "a stream id has 16 bytes"],
])("%s is answered with the reason, and the region keeps running", async (_, frames, reason) => {
  const site = await region();
  const received = await answers(site, frames);
  expect(received.at(-1)).toMatchObject({ kind: "refusal", message: expect.stringContaining(reason) as string });
  expect(site.region!.running).toBe(true);
  expect((await fetch(`${site.regionUrl}/readyz`)).status).toBe(200);
});

test("[P5] a broken batch of a peer is refused by name, a batch of a later version is held, the others are stored", async () => {
  const site = await region();
  const good = sealed(STREAM, 1, { windows: [windowOf([21.5])] });
  const broken = { ...sealed(STREAM, 2, {}), sha256: good.sha256 };
  const future = sealedByTheFuture(STREAM, 3);
  const frames = [good, broken, future].map((batch) => encodeSenderFrame({ kind: "batch", batch }));
  const received = await answers(
    site,
    [hello(), ...frames],
    (frame) => frame.kind === "holds" && frame.streams.some(({ have }) => have.islands.some(({ last }) => last === 3)),
  );
  expect(received).toContainEqual(
    expect.objectContaining({ kind: "refusal", code: "bad_batch", batch: { streamId: STREAM, seq: 2 } }),
  );
  const status = await regionStatusOf({ url: site.regionUrl });
  expect(status).toMatchObject({ unapplied_batches: 1, records: 1 });
  expect(status.sentence).toContain("1 batch of a newer format held unread");
  const { device, metric } = windowOf([21.5]);
  expect(await records(site, { device, metric, window: "10s" })).toHaveLength(1);
});
