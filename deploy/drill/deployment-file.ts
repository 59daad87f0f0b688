import { z } from "zod";
import { name, readableFile } from "../../proto/runtime/options/fields.ts";
import type { DeployedPart } from "./injections/injection.ts";

/**
 * A running deployment as its operator describes it: where its parts answer, and which shell commands stop, start and cut
 * them off. An injection whose command is missing is not possible. In a command `{seconds}` is the planned duration of the
 * injection, so that the other machine can end it by itself.
 */
export function deploymentSchema(folder: string): z.ZodType<DeploymentFile> {
  const file = readableFile(folder);
  const part = {
    name: name(),
    url: z.string(HTTP).regex(/^https?:\/\/[^/?#@]+\/?$/, HTTP),
    kill: command().optional(),
    start: command().optional(),
    freeze: command().optional(),
    thaw: command().optional(),
    isolate: command().optional(),
    rejoin: command().optional(),
  };
  const paired = (given: Record<string, unknown>, context: z.RefinementCtx): void => {
    for (const [begin, end] of PAIRS) {
      if ((given[begin] === undefined) === (given[end] === undefined)) continue;
      const path = [given[begin] === undefined ? end : begin];
      context.addIssue({ code: "custom", message: `${begin} and ${end} belong together`, path });
    }
  };
  return z
    .strictObject({
      target: name().describe("its name; a person must type it before a drill in production"),
      production: z.boolean("expected true or false").default(true),
      operator_token_file: file.optional().describe("for drills that send operators' commands, such as an evacuation"),
      regions: z.array(z.strictObject(part).superRefine(paired)).min(2, "expected at least two regions"),
      gateways: z
        .array(
          z
            .strictObject({
              ...part,
              mqtt: z
                .strictObject({
                  url: z.string(MQTT).regex(/^(mqtts?|wss?):\/\/[^/?#@]+\/?$/, MQTT),
                  username: z.string().optional(),
                  password_file: file.optional(),
                  ca: file.optional(),
                })
                .transform(({ password_file, ...mqtt }) => ({ ...mqtt, passwordFile: password_file })),
            })
            .superRefine(paired),
        )
        .min(1, "expected at least one gateway"),
      links: z
        .array(z.strictObject({ from: name(), to: name(), cut: command(), heal: command() }))
        .default([])
        .describe("the links between parts, and the commands that cut and heal them"),
    })
    .superRefine(({ regions, gateways, links }, context) => {
      const names = [...regions, ...gateways].map((one) => one.name);
      for (const [i, { from, to }] of links.entries()) {
        const unknown = [from, to].find((one) => !names.includes(one));
        if (unknown === undefined) continue;
        const message = `there is no ${unknown}; expected one of ${names.join(", ")}`;
        context.addIssue({ code: "custom", message, path: ["links", i, unknown === from ? "from" : "to"] });
      }
      const twice = names.find((one, i) => names.indexOf(one) !== i);
      if (twice !== undefined) context.addIssue({ code: "custom", message: `two parts are named ${twice}` });
    })
    .transform(({ operator_token_file, ...rest }) => ({ ...rest, operatorTokenFile: operator_token_file }));
}

function command(): z.ZodType<string, string> {
  return z.string("expected a shell command").min(1, "expected a shell command");
}

const HTTP = "expected an address such as http://127.0.0.1:8080";
const MQTT = "expected an address such as mqtt://127.0.0.1:1883";
const PAIRS = [
  ["kill", "start"],
  ["freeze", "thaw"],
  ["isolate", "rejoin"],
] as const;

export type DeploymentFile = {
  readonly target: string;
  readonly production: boolean;
  readonly operatorTokenFile?: string | undefined;
  /** The first gateway's home first. */
  readonly regions: readonly DeployedPart[];
  readonly gateways: readonly (DeployedPart & {
    readonly mqtt: {
      readonly url: string;
      readonly username?: string | undefined;
      readonly passwordFile?: string | undefined;
      readonly ca?: string | undefined;
    };
  })[];
  readonly links: readonly {
    readonly from: string;
    readonly to: string;
    readonly cut: string;
    readonly heal: string;
  }[];
};
