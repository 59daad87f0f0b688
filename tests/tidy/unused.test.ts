import { CLEAN, commandGate } from "./command-gate.ts";

commandGate({
  name: "unused",
  plants: [
    {
      rule: "a file that is not imported",
      files: { "edge/core/attic.ts": `export const x = 1;\n` },
      says: "edge/core/attic.ts",
    },
    {
      rule: "an export that is not used",
      files: { "proto/core/tide.ts": `${CLEAN["proto/core/tide.ts"]}export const forgotten = 1;\n` },
      says: /forgotten +proto\/core\/tide\.ts/,
    },
    {
      rule: "a package that is not declared",
      files: { "edge/main.ts": `import "zod";\n${CLEAN["edge/main.ts"]}` },
      says: /zod +edge\/main\.ts/,
    },
  ],
});
