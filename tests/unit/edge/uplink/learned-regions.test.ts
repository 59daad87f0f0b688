import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { regionId } from "../../../../proto/core/ids.ts";
import { LearnedRegions } from "../../../../edge/uplink/learned-regions.ts";

let path: string;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-learned-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  path = join(folder, "regions.json");
});

function loaded(options: { tlsOnly: boolean }): LearnedRegions {
  const regions = new LearnedRegions(path, options);
  regions.load();
  return regions;
}

const US = regionId("us");
const EU = { name: "eu", url: "http://eu:7443" };

test("learned regions are known after a restart, and written only when they change", () => {
  const regions = loaded({ tlsOnly: false });
  expect(regions.all).toEqual([]);
  expect(regions.learn(US, [EU])).toBe(true);
  expect(regions.learn(US, [EU])).toBe(false);
  expect(loaded({ tlsOnly: false }).all).toEqual([{ region: "eu", url: EU.url }]);
  expect(regions.learn(US, [])).toBe(true);
  expect(loaded({ tlsOnly: false }).all).toEqual([]);
});

test("a region whose list lacks the region itself is kept", () => {
  const regions = loaded({ tlsOnly: false });
  regions.learn(US, [EU, { name: "us", url: "http://us:7443" }]);
  expect(regions.learn(regionId("eu"), [{ name: "us", url: "http://us:7443" }])).toBe(true);
  expect(regions.all.map(({ region }) => region)).toEqual(["us", "eu"]);
  expect(regions.learn(US, [EU])).toBe(true);
  expect(regions.all).toHaveLength(2);
});

test("invalid entries are left out, and the list has a limit", () => {
  const regions = loaded({ tlsOnly: false });
  const many = Array.from({ length: 100 }, (_, i) => ({ name: `r${i}`, url: EU.url }));
  regions.learn(US, [{ name: "../eu", url: EU.url }, { name: "us", url: "file:///etc/passwd" }, EU, ...many]);
  expect(regions.all).toHaveLength(32);
  expect(regions.all[0]!.region).toBe("eu");
});

test("an address without TLS is refused when home uses TLS, because the token would be sent there", () => {
  const encrypted = { name: "ap", url: "https://ap:7443" };
  const plain = { name: "eu", url: "http://eu:7443" };
  loaded({ tlsOnly: false }).learn(US, [plain, encrypted]);
  const regions = loaded({ tlsOnly: true });
  expect(regions.all.map(({ region }) => region)).toEqual(["ap"]);
  regions.learn(US, [plain]);
  expect(regions.all).toEqual([]);
});

test.each(["", "{", '{"eu":1}', '[{"region":"","url":"http://eu:1"}]', '[{"region":"eu","url":"x"}]'])(
  "a file that contains %j counts as an empty list",
  (text) => {
    writeFileSync(path, text);
    const regions = loaded({ tlsOnly: false });
    expect(regions.all).toEqual([]);
    regions.learn(US, [EU]);
    expect(JSON.parse(readFileSync(path, "utf8"))).toHaveLength(1);
  },
);
