import { z } from "zod";
import type { LogFields } from "../proto/runtime/options/fields.ts";
import {
  duration,
  folderPath,
  host,
  isRegionUrl,
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
      min_copies: wholeNumber(1, COPIES_MAX)
        .optional()
        .describe("regions that must hold a batch before gateways may trim it; by default 2 where there are peers"),
      replication: replication(folder),
      ingest: z
        .strictObject({
          host: host().default("127.0.0.1"),
          port: port().default(7443),
          credit: size({ min: "256KiB", max: "1GiB" }).prefault("8MiB").describe("unacknowledged bytes of one gateway"),
          tokens_file: file.optional().describe("lines gateway:token; without it, every gateway is let in"),
          cert: file.optional(),
          key: file.optional(),
          client_ca: file.optional().describe("gateways must show a certificate that this authority signed"),
          gateway_url: z
            .string(ADDRESS)
            .refine(isRegionUrl, ADDRESS)
            .optional()
            .describe("where gateways reach this region; told to all of them, so that they can fail over to it"),
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
        .transform(({ tokens_file, client_ca, credit, gateway_url, ...rest }) => ({
          ...rest,
          gatewayUrl: gateway_url,
          creditBytes: credit,
          tokensFile: tokens_file,
          clientCa: client_ca,
        })),
      operators: z
        .strictObject({
          token_file: file.optional().describe("the secret that lets an operator command; without it nobody may"),
        })
        .prefault({})
        .transform(({ token_file }) => ({ tokenFile: token_file })),
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
    .superRefine(({ region, min_copies, replication: { peers } }, context) => {
      const self = peers.findIndex((peer) => peer.name === region);
      if (self >= 0) {
        const message = "this is the region itself; peers are the other ones";
        context.addIssue({ code: "custom", message, path: ["replication", "peers", self, "name"] });
      }
      // Beyond the largest number of all it is told already.
      if (min_copies === undefined || min_copies <= peers.length + 1 || min_copies > COPIES_MAX) return;
      const message = `expected at most ${peers.length + 1}, the number of regions: this one and its peers`;
      context.addIssue({ code: "custom", message, path: ["min_copies"] });
    })
    .transform(({ data_dir, min_copies, ...rest }) => ({
      ...rest,
      dataDir: data_dir,
      minCopies: min_copies ?? null,
    }));
}

function replication(folder: string) {
  const file = readableFile(folder);
  return z
    .strictObject({
      peers: z
        .array(
          z
            .strictObject({
              name: name(),
              url: z.string(ADDRESS).refine(isRegionUrl, ADDRESS).describe("its gRPC address, as in its ingest"),
              gateway_url: z.string(ADDRESS).refine(isRegionUrl, ADDRESS).optional(),
            })
            .transform(({ gateway_url, ...peer }) => ({ ...peer, gatewayUrl: gateway_url ?? peer.url })),
          "expected a list of regions",
        )
        .max(31, "expected at most 31 peers")
        .superRefine((all, context) => {
          for (const [i, peer] of all.entries()) {
            if (all.findIndex((other) => other.name === peer.name) === i) continue;
            context.addIssue({ code: "custom", message: `two peers are named ${peer.name}`, path: [i, "name"] });
          }
        })
        .default([])
        .describe("the other regions; each must name this one, too"),
      token_file: file.optional().describe("a secret that all regions share"),
      digests: z
        .strictObject({
          every: duration({ min: "1s" }).prefault("10m").describe("pause between two walks over all rows"),
          settled: duration().prefault("1d").describe("how long after its end a day is compared"),
        })
        .prefault({})
        .transform(({ every, settled }) => ({ everyMs: every, settledMs: settled })),
      ca: file.optional(),
      cert: file.optional(),
      key: file.optional(),
    })
    .prefault({})
    .transform(({ token_file, ...rest }) => ({ ...rest, tokenFile: token_file }));
}

const COPIES_MAX = 8;
const ADDRESS = "expected http://host:port, or https://host:port for TLS";

export type CloudConfig = {
  readonly region: string;
  readonly dataDir: string;
  /** Null: two, where there are two regions. */
  readonly minCopies: number | null;
  readonly replication: {
    readonly peers: readonly { readonly name: string; readonly url: string; readonly gatewayUrl: string }[];
    readonly tokenFile?: string | undefined;
    readonly digests: { readonly everyMs: number; readonly settledMs: number };
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
  };
  readonly ingest: {
    readonly host: string;
    readonly port: number;
    readonly creditBytes: number;
    readonly gatewayUrl?: string | undefined;
    readonly tokensFile?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
    readonly clientCa?: string | undefined;
  };
  readonly operators: { readonly tokenFile?: string | undefined };
  readonly http: { readonly host: string; readonly port: number };
  readonly store: { readonly kind: "sqlite"; readonly maxSizeBytes?: number | undefined };
  readonly batches: { readonly keepMs: number };
  readonly log: LogFields;
};
