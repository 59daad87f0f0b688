import { claimOf } from "./families/registry.ts";

/** Why a message was decoded as it was, in a few words, for people who wonder. */
export function explanationOf(topic: string, { decoder, route }: { decoder: string; route: string }): string {
  const levels = topic.split("/").filter((level) => level !== "");
  const claim = claimOf(levels);
  if (claim !== undefined && claim.family.name === decoder) return "the topic is one of its topics";
  switch (decoder) {
    case "json":
      return "the payload begins as JSON does";
    case "value":
      return "the payload is one value";
    case "text":
      return `the route ${route} says so`;
    case "sparkplug_b":
      return "the topic begins with spBv1.0/";
    case "csv":
      return "the payload is a table with a head";
    case "cbor":
    case "msgpack":
      return "the whole payload decodes as it";
    case "line_protocol":
      return "the payload has its grammar";
    default:
      return "the payload is one of its payloads";
  }
}
