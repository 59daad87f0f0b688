import { readFileSync } from "node:fs";

/** The version of this software, as both sides tell it to each other and to people. */
export const SOFTWARE: string = readVersion();

function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
