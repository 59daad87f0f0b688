import { z } from "zod";
import type { GrpcTarget } from "../../proto/runtime/grpc-target.ts";
import { duration, name, readableFile, regionUrl } from "../../proto/runtime/options/fields.ts";
import { certAndKey, clientTls } from "../../proto/runtime/options/tls-files.ts";

export type RegionConfig = Omit<GrpcTarget, "region"> & { readonly name: string };

/** `regions`: where batches go. */
export function regions(folder: string): z.ZodType<readonly RegionConfig[]> {
  return z
    .array(region(folder), "expected a list of regions")
    .min(1, "expected at least one region")
    .superRefine((all, context) => {
      for (const [i, { name: one }] of all.entries()) {
        if (all.findIndex((other) => other.name === one) === i) continue;
        context.addIssue({ code: "custom", message: `two regions are named ${one}`, path: [i, "name"] });
      }
    })
    .describe(
      "The regions in the order of preference. The first is the home region. When it is lost, the next one takes over. A region that this list does not name is learned from the others and comes last, with the token and the certificates of the home region.",
    );
}

function region(folder: string): z.ZodType<RegionConfig> {
  return z
    .strictObject({
      name: name().describe("The name of the region, as in its own configuration."),
      url: regionUrl().describe("The address of its `ingest`. `https://` is TLS."),
      token_file: readableFile(folder)
        .optional()
        .describe("A file with the token of this gateway, as in `ingest.tokens_file` of the region."),
      ...clientTls(folder),
    })
    .superRefine(certAndKey)
    .superRefine(({ url, ca, cert, key }, context) => {
      // A person who names certificates expects an encrypted connection.
      if (!url.startsWith("http:") || (ca ?? cert ?? key) === undefined) return;
      context.addIssue({ code: "custom", message: "ca, cert and key need an address with https://", path: ["url"] });
    })
    .transform(({ token_file, ...rest }) => ({ ...rest, tokenFile: token_file }));
}

export type FailoverConfig = { readonly returnMs: number };

/** `failover`: the return to a more preferred region. */
export function failoverPolicy(): z.ZodType<FailoverConfig> {
  return z
    .strictObject({
      return_after: duration({ min: "1s", max: "1d" })
        .prefault("5m")
        .describe("How long the session with a more preferred region must be live before batches go to it again."),
    })
    .prefault({})
    .transform(({ return_after }) => ({ returnMs: return_after }))
    .describe("The return to a more preferred region.");
}
