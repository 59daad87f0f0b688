/**
 * Writes the configuration references, edge/CONFIGURATION.md and cloud/CONFIGURATION.md, from the zod schemas. With
 * `--check` it writes nothing and fails when a page is not what the schemas say, or when a key has no description.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cloudConfigSchema } from "../cloud/config.ts";
import { edgeConfigSchema } from "../edge/config.ts";
import { referenceKeys, referencePage } from "./reference.ts";

const PAGES = [
  {
    file: "edge/CONFIGURATION.md",
    title: "Configuration of a gateway",
    example: "deploy/examples/edge.yaml",
    schema: edgeConfigSchema(""),
  },
  {
    file: "cloud/CONFIGURATION.md",
    title: "Configuration of a region",
    example: "deploy/examples/cloud.yaml",
    schema: cloudConfigSchema(""),
  },
] as const;

process.chdir(join(import.meta.dirname, ".."));
const check = process.argv.includes("--check");

for (const { file, schema, ...page } of PAGES) {
  const undescribed = referenceKeys(schema).filter(({ description }) => description === "");
  if (undescribed.length > 0) {
    fail(
      `${file}: no description for ${undescribed.map(({ path }) => path).join(", ")} (add .describe() to the schema)`,
    );
  }
  const text = referencePage(schema, page);
  if (!check) writeFileSync(file, text);
  else if (read(file) !== text) fail(`${file} is out of date with the schema (run \`npm run docs\`)`);
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // A missing page is as stale as a wrong one.
    return undefined;
  }
}
