import { z } from "zod";
import type { GrpcTarget } from "../proto/runtime/grpc-target.ts";
import {
  duration,
  folderPath,
  host,
  name,
  port,
  readableFile,
  regionUrl,
  size,
  wholeNumber,
} from "../proto/runtime/options/fields.ts";
import type { HttpAddress, LogFields, OperatorAccess } from "../proto/runtime/options/shared-groups.ts";
import { http, log, operators } from "../proto/runtime/options/shared-groups.ts";
import { certAndKey, clientTls, serverTls, tlsOrNull } from "../proto/runtime/options/tls-files.ts";
import type { RegionServerOptions } from "./grpc/region-server.ts";

/**
 * The configuration of a region. This file is the only place where its keys, defaults and limits are declared.
 * `npm run docs` writes CONFIGURATION.md from it.
 *
 * @param folder the folder of the file; relative paths in the file start there.
 */
export function cloudConfigSchema(folder: string): z.ZodType<CloudConfig> {
  return z
    .strictObject({
      region: name().describe("The name of this region. Gateways and other regions know it by this name."),
      data_dir: folderPath(folder).describe("The folder of the database. No two regions may share one."),
      min_copies: wholeNumber(1, COPIES_MAX)
        .optional()
        .describe(
          "How many regions must hold a batch before gateways may delete it. The default is 2 with peers and 1 without.",
        ),
      replication: replication(folder),
      ingest: ingest(folder),
      operators: operators(folder).describe(
        "The operators, who may clear data, erase devices and change the list of regions.",
      ),
      http: http(folder, 8080),
      store: z
        .strictObject({
          kind: z.enum(["sqlite"]).default("sqlite").describe("The kind of database."),
          max_size: size({ min: "1MiB" })
            .optional()
            .describe("The quota of the database. When it is used up, the region ends. By default there is no limit."),
        })
        .prefault({})
        .transform(({ kind, max_size }) => ({ kind, maxSizeBytes: max_size }))
        .describe("The database."),
      batches: z
        .strictObject({
          keep: duration({ min: "1h" })
            .prefault("72h")
            .describe(
              "How long the bytes of a batch are kept at least, measured in the time that the region runs. After that they are kept until every region holds the batch. Records stay for ever.",
            ),
        })
        .prefault({})
        .transform(({ keep }) => ({ keepMs: keep }))
        .describe("The bytes of received batches, which this region sends to other regions."),
      log: log(),
    })
    .describe("The configuration of a region.")
    .superRefine(({ region, min_copies, replication: { peers } }, context) => {
      const self = peers.findIndex((peer) => peer.name === region);
      if (self >= 0) {
        const message = "this is the region itself; name only other regions here";
        context.addIssue({ code: "custom", message, path: ["replication", "peers", self, "name"] });
      }
      // A number above COPIES_MAX already has a message.
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

function replication(folder: string): z.ZodType<ReplicationConfig> {
  return z
    .strictObject({
      peers: z
        .array(peer(), "expected a list of regions")
        .max(31, "expected at most 31 peers")
        .superRefine((all, context) => {
          for (const [i, { name: one }] of all.entries()) {
            if (all.findIndex((other) => other.name === one) === i) continue;
            context.addIssue({ code: "custom", message: `two peers are named ${one}`, path: [i, "name"] });
          }
        })
        .prefault([])
        .describe("The other regions. Each must name this one, too, or add it with `tidemark regions add`."),
      token_file: readableFile(folder).optional().describe("A file with a secret that all regions share."),
      digests: z
        .strictObject({
          every: duration({ min: "1s" }).prefault("10m").describe("The pause between two walks over all rows."),
          settled: duration().prefault("1d").describe("How long after its end a day is compared."),
        })
        .prefault({})
        .transform(({ every, settled }) => ({ everyMs: every, settledMs: settled }))
        .describe("The comparison of all rows with those of the other regions, by day."),
      ...clientTls(folder),
    })
    .prefault({})
    .superRefine(certAndKey)
    .transform(({ token_file, ...rest }) => ({ ...rest, tokenFile: token_file }))
    .describe("The replication with other regions.");
}

function peer(): z.ZodType<PeerConfig> {
  return z
    .strictObject({
      name: name().describe("The name of the region, as in its own configuration."),
      url: regionUrl().describe("The address of its `ingest`. `https://` is TLS."),
      gateway_url: regionUrl().optional().describe("The address at which gateways reach it. By default `url`."),
    })
    .transform(({ gateway_url, ...rest }) => ({ ...rest, gatewayUrl: gateway_url ?? rest.url }));
}

function ingest(folder: string): z.ZodType<IngestConfig> {
  return z
    .strictObject({
      host: host().default("127.0.0.1").describe("The address to listen on. `0.0.0.0` is every interface."),
      port: port().default(7443).describe("The port to listen on. `0`: the system chooses one."),
      credit: size({ min: "256KiB", max: "1GiB" })
        .prefault("8MiB")
        .describe("How many bytes one gateway may send before the first of them are acknowledged."),
      tokens_file: readableFile(folder)
        .optional()
        .describe("The gateways and their tokens, one `gateway:token` a line. Without it every gateway may connect."),
      ...serverTls(folder),
      gateway_url: regionUrl()
        .optional()
        .describe(
          "The address at which gateways reach this region. Every gateway learns it, so that it can fail over to this region.",
        ),
    })
    .prefault({})
    .superRefine(certAndKey)
    .superRefine(({ cert, client_ca }, context) => {
      if (client_ca === undefined || cert !== undefined) return;
      context.addIssue({ code: "custom", message: "client_ca needs cert and key", path: ["client_ca"] });
    })
    .transform(({ host: address, port: number, credit, tokens_file, gateway_url, ...tls }) => ({
      host: address,
      port: number,
      creditBytes: credit,
      tokensFile: tokens_file,
      tls: tlsOrNull(tls),
      gatewayUrl: gateway_url,
    }))
    .describe("The gRPC server for gateways and other regions.");
}

const COPIES_MAX = 8;

export type CloudConfig = {
  readonly region: string;
  readonly dataDir: string;
  /** Null: two, or one if there is only one region. */
  readonly minCopies: number | null;
  readonly replication: ReplicationConfig;
  readonly ingest: IngestConfig;
  readonly operators: OperatorAccess;
  readonly http: HttpAddress;
  readonly store: { readonly kind: "sqlite"; readonly maxSizeBytes?: number | undefined };
  readonly batches: { readonly keepMs: number };
  readonly log: LogFields;
};

type ReplicationConfig = Omit<GrpcTarget, "region" | "url"> & {
  readonly peers: readonly PeerConfig[];
  readonly digests: { readonly everyMs: number; readonly settledMs: number };
};

type PeerConfig = { readonly name: string; readonly url: string; readonly gatewayUrl: string };

type IngestConfig = RegionServerOptions & {
  readonly creditBytes: number;
  readonly gatewayUrl: string | undefined;
  readonly tokensFile: string | undefined;
};
