import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { Fault } from "../../../../proto/core/fault.ts";
import { FileReloads, type ReloadNote } from "../../../../edge/mqtt/file-reloads.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-reload-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

function watching(...files: string[]): {
  reloads: FileReloads;
  notes: ReloadNote[];
  refuse: (message?: string) => void;
} {
  const notes: ReloadNote[] = [];
  let refusal: string | undefined;
  const reload = (): void => {
    if (refusal !== undefined) throw new Fault({ code: "config", message: refusal });
  };
  const reloads = new FileReloads([{ name: "users", files, reload }], (note) => notes.push(note));
  return { reloads, notes, refuse: (message) => (refusal = message) };
}

test("a file that does not change is not read again", async () => {
  const path = join(folder, "users");
  writeFileSync(path, "one");
  const { reloads, notes } = watching(path);
  for (let check = 0; check < 5; check++) await reloads.check();
  expect(notes).toEqual([]);
});

test("a change is read once, when two checks find the same state", async () => {
  const path = join(folder, "users");
  writeFileSync(path, "one");
  const { reloads, notes } = watching(path);
  await reloads.check();
  writeFileSync(path, "half of tw");
  await reloads.check();
  writeFileSync(path, "two, in full");
  await reloads.check();
  expect(notes).toEqual([]);
  for (let check = 0; check < 3; check++) await reloads.check();
  expect(notes).toEqual([{ name: "users", files: [path] }]);
});

test("a file that an editor replaces by one of the same length is read again", async () => {
  const path = join(folder, "users");
  writeFileSync(path, "one");
  const { reloads, notes } = watching(path);
  await reloads.check();
  writeFileSync(`${path}.new`, "two");
  renameSync(`${path}.new`, path);
  await reloads.check();
  await reloads.check();
  expect(notes).toHaveLength(1);
});

test("a secret of Kubernetes, where a link changes to another folder, is read again", async () => {
  for (const version of ["1", "2"]) {
    mkdirSync(join(folder, `..${version}`));
    writeFileSync(join(folder, `..${version}`, "tls.crt"), version);
  }
  symlinkSync("..1", join(folder, "..data"));
  symlinkSync(join("..data", "tls.crt"), join(folder, "tls.crt"));
  const { reloads, notes } = watching(join(folder, "tls.crt"));
  await reloads.check();
  symlinkSync("..2", join(folder, "..data_tmp"));
  renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
  await reloads.check();
  await reloads.check();
  expect(notes).toHaveLength(1);
});

test("a file that cannot be used is reported once, and a later version is tried again", async () => {
  const path = join(folder, "users");
  writeFileSync(path, "one");
  const { reloads, notes, refuse } = watching(path);
  await reloads.check();
  refuse("line 1 is invalid");
  writeFileSync(path, "bad one");
  for (let check = 0; check < 4; check++) await reloads.check();
  expect(notes).toMatchObject([{ fault: { message: "line 1 is invalid" } }]);
  refuse(undefined);
  writeFileSync(path, "good again");
  for (let check = 0; check < 4; check++) await reloads.check();
  expect(notes).toHaveLength(2);
  expect(notes[1]?.fault).toBeUndefined();
});

test("a file that is missing for a moment is not a change; if it stays away, it is reported once", async () => {
  const path = join(folder, "users");
  writeFileSync(path, "one");
  const { reloads, notes, refuse } = watching(path);
  await reloads.check();
  renameSync(path, `${path}.away`);
  await reloads.check();
  renameSync(`${path}.away`, path);
  await reloads.check();
  await reloads.check();
  expect(notes).toEqual([]);
  refuse("cannot be read");
  rmSync(path);
  for (let check = 0; check < 4; check++) await reloads.check();
  expect(notes).toMatchObject([{ fault: { message: "cannot be read" } }]);
});

test("SIGHUP reads all files again, changed or not", () => {
  const { reloads, notes } = watching(join(folder, "users"));
  reloads.now();
  expect(notes).toHaveLength(1);
});
