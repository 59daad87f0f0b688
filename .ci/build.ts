/**
 * Makes `dist/`, the package to publish: JavaScript and declarations, and the files that the sources read at run time
 * (SQL, contracts, drills, examples, pages). The tree is the same as that of the sources, so that a path relative to a
 * module is right in both.
 */
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDERS = ["proto", "edge", "cloud", "deploy"];
const DOCUMENTS = ["README.md", "ARCHITECTURE.md", "LICENSE"];

process.chdir(join(import.meta.dirname, ".."));
rmSync("dist", { recursive: true, force: true });
execFileSync("tsc", ["--project", ".ci/tsconfig.build.json"], { stdio: "inherit" });

for (const folder of FOLDERS) cpSync(folder, join("dist", folder), { recursive: true, filter: isNotCompiled });
for (const document of DOCUMENTS) cpSync(document, join("dist", document));

// Only what a running process needs: no development dependencies and no Node. The person who installs it has Node.
const { name, version, description, license, bin, type, dependencies } = JSON.parse(
  readFileSync("package.json", "utf8"),
) as Record<string, unknown>;
const manifest = { name, version, description, license, bin, type, engines: { node: ">=26" }, dependencies };
writeFileSync("dist/package.json", `${JSON.stringify(manifest, null, 2)}\n`);

function isNotCompiled(path: string): boolean {
  return statSync(path).isDirectory() || path.endsWith(".d.ts") || !path.endsWith(".ts");
}
