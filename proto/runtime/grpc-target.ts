import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import { Client, credentials } from "@grpc/grpc-js";
import type { ChannelCredentials, ChannelOptions } from "@grpc/grpc-js";
import { Fault } from "../core/fault.ts";
import type { RegionId } from "../core/ids.ts";

/**
 * Connects to a region by gRPC, with an address, certificates and a token. Each connection has its own channel, which
 * ends with it. A shared channel would not recover: when the other side accepts the connection but never speaks HTTP/2,
 * the channel stays CONNECTING for ever, with keepalive or without.
 *
 * Certificates, key and token are read for every connection, so that new ones are used without a restart.
 */
export class GrpcChannel {
  readonly #target: GrpcTarget;

  constructor(target: GrpcTarget) {
    this.#target = target;
  }

  get url(): string {
    return this.#target.url;
  }

  /**
   * Finds mistakes in the configuration at the start.
   * @throws Fault if the address is not valid, or if a file that the target names cannot be used.
   */
  verify(): void {
    secretsOf(this.#target, addressOf(this.#target));
  }

  /** @throws Fault as {@link verify} does. */
  connect(): { readonly client: Client; readonly token: string } {
    const address = addressOf(this.#target);
    const { token, channel } = secretsOf(this.#target, address);
    return { client: new Client(address.authority, channel, channelOptions(address)), token };
  }
}

export type GrpcTarget = {
  readonly region: RegionId;
  /** `http://host:port`, or `https://host:port` for TLS. */
  readonly url: string;
  readonly tokenFile?: string | undefined;
  /** A file with the authorities that may sign the region's certificate; without it, the public ones may. */
  readonly ca?: string | undefined;
  /** Files with our own certificate and key, if the region asks for them. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
};

/** The largest frame in both directions: far above any batch or set, and far below what would fill the memory. */
export const FRAME_MAX_BYTES: number = 16 * 1024 * 1024;

/** Why the connection ended, without the times and notes that grpc-js adds. So a repeated reason is always the same text. */
export function lossOf(url: string, details: string): string {
  const cause = details
    .replace(/^No connection established\. Last error: (?:[A-Za-z]*Error(?: \[\w+\])?: )?/u, "")
    .replace(/ ?Resolution note: .*$/u, "")
    .replace(/; if the root CA .*$/u, " (name the authority that signed it as `ca`)")
    .replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)/gu, "")
    .replace(/\.$/u, "");
  return `${url}: ${cause}`;
}

type Address = { readonly secure: boolean; readonly host: string; readonly authority: string };

function addressOf({ region, url }: GrpcTarget): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) {
    throw new Fault({
      code: "config",
      message: `region ${region}: ${JSON.stringify(url)} is not an address of a region`,
      hint: "write http://host:port, or https://host:port for TLS",
    });
  }
  const secure = parsed.protocol === "https:";
  const port = parsed.port === "" ? (secure ? "443" : "80") : parsed.port;
  const host = parsed.hostname.replace(/^\[|\]$/gu, "");
  return { secure, host, authority: `${parsed.hostname}:${port}` };
}

function channelOptions(address: Address): ChannelOptions {
  return {
    // Notices a peer that is gone even while nothing is sent.
    "grpc.keepalive_time_ms": 10_000,
    "grpc.keepalive_timeout_ms": 5_000,
    "grpc.initial_reconnect_backoff_ms": 500,
    "grpc.max_reconnect_backoff_ms": 5_000,
    // A retry inside the library would send a Hello twice.
    "grpc.enable_retries": 0,
    // Otherwise channels share connections, and a new channel would inherit a dead one.
    "grpc.use_local_subchannel_pool": 1,
    "grpc.max_send_message_length": FRAME_MAX_BYTES,
    "grpc.max_receive_message_length": FRAME_MAX_BYTES,
    // Node refuses an IP address as the server name of TLS. The certificate is still checked against it, see below.
    ...(address.secure && isIP(address.host) !== 0 ? { "grpc.ssl_target_name_override": "region.invalid" } : {}),
  };
}

function secretsOf(target: GrpcTarget, address: Address): { token: string; channel: ChannelCredentials } {
  const read = (path: string | undefined): Buffer | null => {
    if (path === undefined) return null;
    try {
      return readFileSync(path);
    } catch (cause) {
      const message = `region ${target.region}: cannot read ${path}: ${messageOf(cause)}`;
      throw new Fault({ code: "file", message, hint: "check the path and who may read it", cause });
    }
  };
  const token = read(target.tokenFile)?.toString("utf8").trim() ?? "";
  if (!address.secure) return { token, channel: credentials.createInsecure() };

  const [ca, key, cert] = [read(target.ca), read(target.key), read(target.cert)];
  try {
    const channel = credentials.createSsl(ca, key, cert, {
      checkServerIdentity: (_name, certificate) => checkServerIdentity(address.host, certificate),
    });
    return { token, channel };
  } catch (cause) {
    const message = `region ${target.region}: the certificate files cannot be used: ${messageOf(cause)}`;
    throw new Fault({ code: "file", message, hint: "ca, cert and key are PEM; cert and key belong together", cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
