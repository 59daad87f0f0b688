import { expect, it } from "vitest";
import { readText } from "./tree.ts";

const manifest = JSON.parse(readText("package.json")) as Record<string, Record<string, string>>;

it("`npm run check` runs every gate", () => {
  const scripts = manifest["scripts"] ?? {};
  for (const name of Object.keys(scripts).filter((script) => script.startsWith("check:"))) {
    expect(scripts["check"]).toContain(`npm run ${name}`);
  }
});

it("every version is exact", () => {
  const versions = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}),
  );
  expect(versions.length).toBeGreaterThan(0);
  expect(versions.filter(([, version]) => !/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

it("the lock file does not depend on the Node that runs npm", () => {
  const { packages } = JSON.parse(readText("package-lock.json")) as { packages: Record<string, object> };
  expect(
    Object.keys(packages).filter((path) => "engines" in (packages[path] ?? {})),
    "run `npm run lock`",
  ).toEqual([]);
});
