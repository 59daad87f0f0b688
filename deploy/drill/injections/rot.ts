import { z } from "zod";
import { wholeNumber } from "../../../proto/runtime/options/fields.ts";
import { partsWithRole, role } from "./roles.ts";
import type { Injection } from "./injection.ts";
import { sandboxOnly } from "./injection.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { injectionKind, measured } from "./injection-kind.ts";

/** A disk returns other bytes than were written: bits of a file are flipped while its part does not run. */
export const rot: InjectionKind = injectionKind({
  schema: z.strictObject({
    part: role(),
    file: z
      .enum(["database", "log"], "expected database or log")
      .describe("log: the write-ahead log of the database, after a kill"),
    bits: wholeNumber(1, 1000).default(1),
    measured: measured(),
  }),
  plan: ({ part, file, bits }, parts) => ({
    injections: partsWithRole(part, parts).map((name) => rotOf(name, { file, bits })),
  }),
});

function rotOf(part: string, { file, bits }: { file: "database" | "log"; bits: number }): Injection {
  const [how, what] = file === "log" ? ["killed", "write-ahead log"] : ["stopped", "database"];
  return {
    kind: "rot",
    place: { kind: "part", part },
    durationMs: 0,
    sentence: () =>
      `${part} is ${how}, ${bits === 1 ? "one bit" : `${bits} bits`} of its ${what} flipped, and it starts again`,
    sandbox: { begin: (sandbox) => sandbox.restartAfterRot(part, { file, bits }) },
    reported: ({ gateways, regions }) => {
      const [by, sample] = gateways.has(part)
        ? [`gateway ${part}`, gateways.get(part)]
        : [`region ${part}`, regions.get(part)];
      return sample === undefined ? undefined : { by, text: sample.damage };
    },
    deployment: sandboxOnly("rot"),
  };
}
