import { expect, test } from "vitest";
import type { GatewayCondition } from "../../../../edge/core/status-sentence.ts";
import { formatCount, durationText, statusSentence } from "../../../../edge/core/status-sentence.ts";

const healthy: GatewayCondition = {
  devices: 43,
  devicesSending: 43,
  silentMs: 200,
  waitingReadings: 12,
  behindMs: 400,
  region: "eu",
  insteadOf: null,
  connected: true,
  offlineMs: null,
  refusal: null,
  fillRatio: 0.1,
  full: false,
  drainPerSecond: null,
  roomMs: null,
};

test.each<[Partial<GatewayCondition>, string]>([
  [{}, "Receiving from 43 devices; everything sealed is durable in eu, 0.4 s behind."],
  [
    { devices: 89, devicesSending: 24 },
    "Receiving from 24 of 89 devices; everything sealed is durable in eu, 0.4 s behind.",
  ],
  [
    { devices: 89, devicesSending: 0, silentMs: 80_000, behindMs: null },
    "No device has sent for 1 min 20 s; 89 devices are known; everything sealed is durable in eu.",
  ],
  [
    { devices: 1, devicesSending: 0, silentMs: null, behindMs: null },
    "No device has sent since the start; 1 device is known; everything sealed is durable in eu.",
  ],
  [
    { region: "us", insteadOf: "eu" },
    "Receiving from 43 devices; everything sealed is durable in us (eu is out of reach), 0.4 s behind.",
  ],
  [{ devices: 0, behindMs: null }, "Waiting for the first reading; connected to eu."],
  [
    { connected: false, offlineMs: 11_520_000, waitingReadings: 1_900_000, roomMs: 9 * 86_400_000 },
    "No connection to eu for 3 h 12 min: 1,900,000 readings safe on disk, room for 9 days more.",
  ],
  [
    { connected: false, offlineMs: 2000, waitingReadings: 1 },
    "No connection to eu for 2.0 s: 1 reading safe on disk, 90 % of the quota free.",
  ],
  [
    { behindMs: 60_000, waitingReadings: 1_200_000, drainPerSecond: 20_000 },
    "Receiving from 43 devices; catching up with eu: 1,200,000 readings safe on disk, will drain in about 1 min 0 s.",
  ],
  [
    { heldMessages: 1234, connected: false },
    "Waiting for the time: this machine's clock was not set, 1,234 messages are held on disk until it is.",
  ],
  [
    { heldMessages: 1, full: true },
    "Disk quota used up while waiting for the time: acknowledgements are withheld, sensors keep what they have; 1 message is held on disk.",
  ],
  [
    { rival: "10.0.0.9:4242, to eu" },
    "Receiving from 43 devices; everything sealed is durable in eu, 0.4 s behind; ANOTHER GATEWAY with this name connects from 10.0.0.9:4242, to eu.",
  ],
  [
    { refusal: "token not accepted", rival: "10.0.0.9:4242, to eu" },
    "Refused by eu: token not accepted; 12 readings safe on disk.",
  ],
  [
    { lostReadings: 682 },
    "Receiving from 43 devices; everything sealed is durable in eu, 0.4 s behind. The disk lost 682 readings: check it.",
  ],
  [{ refusal: "token not accepted" }, "Refused by eu: token not accepted; 12 readings safe on disk."],
  [
    { full: true, fillRatio: 0.96 },
    "Disk quota used up: acknowledgements are withheld, sensors keep what they have; 12 readings safe on disk.",
  ],
])("%j gives its sentence", (change, sentence) => {
  expect(statusSentence({ ...healthy, ...change })).toBe(sentence);
});

test("counts and durations are written as people write them", () => {
  expect([0, 999, 1000, 1_284_331, 12_800_000].map(formatCount)).toEqual(["0", "999", "1,000", "1,284,331", "12.8 M"]);
  expect([400, 12_000, 192_000, 11_520_000, 9 * 86_400_000].map(durationText)).toEqual([
    "0.4 s",
    "12 s",
    "3 min 12 s",
    "3 h 12 min",
    "9 days",
  ]);
});
