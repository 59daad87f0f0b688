/** Whether a filter matches a topic. No text from outside becomes a regular expression. */
export function topicMatches(filter: string, topic: string): boolean {
  return levelsMatch(filter.split("/"), topic.split("/"));
}

/** The same, with filter and topic split at their slashes. */
export function levelsMatch(filter: readonly string[], topic: readonly string[]): boolean {
  // [MQTT-4.7.2-1] A wildcard at the first level does not match topics that begin with `$`.
  if (topic[0]?.startsWith("$") === true && (filter[0] === "#" || filter[0] === "+")) return false;
  for (const [i, level] of filter.entries()) {
    if (level === "#") return true;
    if (topic[i] === undefined || (level !== "+" && level !== topic[i])) return false;
  }
  return filter.length === topic.length;
}
