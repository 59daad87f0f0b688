import { z } from "zod";
import type { LogFields } from "../proto/runtime/options/fields.ts";
import {
  duration,
  folderPath,
  host,
  logFields,
  name,
  port,
  readableFile,
  size,
  wholeNumber,
} from "../proto/runtime/options/fields.ts";

/** The configuration of a region: the only place where its keys, defaults and limits are said. */
export function cloudConfigSchema(folder: string): z.ZodType<CloudConfig> {
  const file = readableFile(folder);
  return z
    .strictObject({
      region: name().describe("name of the region; gateways know it by this name"),
      data_dir: folderPath(folder).describe("folder of the database; one region has it alone"),
      min_copies: wholeNumber(1, 8).default(1).describe("regions that must hold a batch before gateways may trim it"),
      ingest: z
        .strictObject({
          host: host().default("127.0.0.1"),
          port: port().default(7443),
          credit: size({ min: "256KiB", max: "1GiB" }).prefault("8MiB").describe("unacknowledged bytes of one gateway"),
          tokens_file: file.optional().describe("lines gateway:token; without it, every gateway is let in"),
          cert: file.optional(),
          key: file.optional(),
          client_ca: file.optional().describe("gateways must show a certificate that this authority signed"),
        })
        .prefault({})
        .superRefine((ingest, context) => {
          if ((ingest.cert === undefined) !== (ingest.key === undefined)) {
            context.addIssue({
              code: "custom",
              message: "cert and key belong together",
              path: [ingest.cert === undefined ? "key" : "cert"],
            });
          }
          if (ingest.client_ca !== undefined && ingest.cert === undefined) {
            context.addIssue({ code: "custom", message: "client_ca needs cert and key", path: ["client_ca"] });
          }
        })
        .transform(({ tokens_file, client_ca, credit, ...rest }) => ({
          ...rest,
          creditBytes: credit,
          tokensFile: tokens_file,
          clientCa: client_ca,
        })),
      http: z.strictObject({ host: host().default("127.0.0.1"), port: port().default(8080) }).prefault({}),
      store: z
        .strictObject({
          kind: z.enum(["sqlite"]).default("sqlite"),
          max_size: size({ min: "1MiB" }).optional().describe("soft quota of the database"),
        })
        .prefault({})
        .transform(({ kind, max_size }) => ({ kind, maxSizeBytes: max_size })),
      batches: z
        .strictObject({ keep: duration({ min: "1h" }).prefault("72h").describe("how long batch bytes are kept") })
        .prefault({})
        .transform(({ keep }) => ({ keepMs: keep })),
      log: logFields,
    })
    .transform(({ data_dir, min_copies, ...rest }) => ({ ...rest, dataDir: data_dir, minCopies: min_copies }));
}

export type CloudConfig = {
  readonly region: string;
  readonly dataDir: string;
  readonly minCopies: number;
  readonly ingest: {
    readonly host: string;
    readonly port: number;
    readonly creditBytes: number;
    readonly tokensFile?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
    readonly clientCa?: string | undefined;
  };
  readonly http: { readonly host: string; readonly port: number };
  readonly store: { readonly kind: "sqlite"; readonly maxSizeBytes?: number | undefined };
  readonly batches: { readonly keepMs: number };
  readonly log: LogFields;
};
