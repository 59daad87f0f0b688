import { familyByTopic } from "./families/registry.ts";

/** Why the decoder was chosen for a message, in a few words, for `tidemark decode`. */
export function explanationOf(topic: string, { decoder, route }: { decoder: string; route: string }): string {
  const levels = topic.split("/").filter((level) => level !== "");
  const match = familyByTopic(levels);
  if (match !== undefined && match.family.name === decoder) return "the topic has the shape of this family";
  switch (decoder) {
    case "json":
      return "the payload begins like JSON";
    case "value":
      return "the payload is a single value";
    case "text":
      return `the route ${route} names this decoder`;
    case "sparkplug_b":
      return "the topic begins with spBv1.0/";
    case "csv":
      return "the payload is a table with a header";
    case "cbor":
    case "msgpack":
      return "the whole payload is valid in this format";
    case "line_protocol":
      return "the payload follows the grammar of this format";
    default:
      return "the payload has the shape of this family";
  }
}
