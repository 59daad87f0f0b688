import { readFileSync } from "node:fs";

/** The version of this software, which gateways and regions send to each other and show to people. */
export const SOFTWARE: string = readVersion();

function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
