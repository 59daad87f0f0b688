import { z } from "zod";
import type { MemberState } from "../../core/member.ts";
import type { OperatorRank } from "../../core/operator-command.ts";
import { answerSchema } from "./answer-schema.ts";

/**
 * The body of `POST /v1/commands`, as a client writes it. Times are ISO 8601 or milliseconds as text; `window` is a
 * length such as `10s`. The region checks it.
 */
export type CommandBody = { readonly reason: string; readonly actor: string } & CommandContent;

/** The command itself, without its actor and reason. */
export type CommandContent =
  | (SeriesWindows & { readonly command: OperatorRank; readonly windows: readonly CommandWindow[] })
  | (SeriesWindows & { readonly command: "clear"; readonly rank: OperatorRank; readonly starts: readonly string[] })
  | { readonly command: "erase_device"; readonly device: string }
  | {
      readonly command: "set_member";
      readonly region: string;
      readonly state: MemberState;
      readonly url?: string | undefined;
      readonly gateway_url?: string | undefined;
      /** A region may be given up although batches are left with too few copies. */
      readonly accept_loss?: boolean | undefined;
    }
  /** Only the one with this stream is accepted of all gateways with this name; null: every one is. */
  | { readonly command: "keep_gateway"; readonly gateway: string; readonly stream: string | null };

type SeriesWindows = { readonly device: string; readonly metric: string; readonly window: string };

/**
 * Exactly one of `value` and `summary`. A summary has `count`, `sum`, `min`, `max`, and may have `stddev`, `first`,
 * `last`; people write it, so a client does not check its content.
 */
export type CommandWindow = {
  readonly start: string;
  readonly value?: number | string | boolean | undefined;
  readonly summary?: Readonly<Record<string, unknown>> | undefined;
};

/** The answer: the commands are on the disk of `region`, in one batch, named by stream and seq. */
export type CommandsAnswer = {
  readonly sentence: string;
  readonly commands: number;
  readonly batch: string;
  readonly region: string;
  readonly durable: boolean;
  readonly replicated: boolean;
};

export const commandsSchema: z.ZodType<CommandsAnswer> = answerSchema<CommandsAnswer>()(
  z.object({
    sentence: z.string(),
    commands: z.number(),
    batch: z.string(),
    region: z.string(),
    durable: z.boolean(),
    replicated: z.boolean(),
  }),
);
