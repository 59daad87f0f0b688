import { levelsMatch } from "./topic-filter.ts";

/**
 * An access control list: who may publish and read which topics, in the format of Mosquitto's `acl_file`
 * (mosquitto.conf(5)):
 *
 *     topic [read|write|readwrite|deny] <topic>     before the first user: for clients without a name
 *     user <name>                                   the topics that follow belong to this user
 *     pattern [read|write|readwrite|deny] <topic>   for every client; %c is the client id, %u the user name
 *
 * Everything that no line allows is forbidden. A `deny` wins over every other line. Topics may have wildcards.
 */
export class Acl {
  readonly #anonymous: readonly Rule[];
  readonly #users: ReadonlyMap<string, readonly Rule[]>;
  readonly #patterns: readonly Rule[];

  /** Skips blank lines and comments. @throws AclMistake for an invalid line. */
  constructor(text: string) {
    const anonymous: Rule[] = [];
    const users = new Map<string, Rule[]>();
    const patterns: Rule[] = [];
    let current = anonymous;
    for (const [i, raw] of text.split(/\r?\n/).entries()) {
      const line = raw.trim();
      if (line === "" || line.startsWith("#")) continue;
      const [word, ...rest] = line.split(/\s+/);
      if (word === "user" && rest.length > 0) {
        const name = line.slice("user".length).trim();
        current = users.get(name) ?? [];
        users.set(name, current);
        continue;
      }
      const rule = word === "topic" || word === "pattern" ? ruleOf(line.slice(word.length).trim()) : undefined;
      if (rule === undefined) throw new AclMistake(i + 1);
      (word === "pattern" ? patterns : current).push(rule);
    }
    this.#anonymous = anonymous;
    this.#users = users;
    this.#patterns = patterns;
  }

  allows({ access, topic, user, client }: AclQuestion): boolean {
    const levels = topic.split("/");
    const own = user === undefined ? this.#anonymous : (this.#users.get(user) ?? NO_RULES);
    const rules = [
      ...own.filter((rule) => levelsMatch(rule.levels, levels)),
      ...this.#patternsFor({ user, client }, levels),
    ];
    if (rules.some((rule) => rule.access === "deny")) return false;
    return rules.some((rule) => rule.access === "readwrite" || rule.access === access);
  }

  /** A name with a wildcard would widen a pattern, so no pattern applies to such a client. */
  #patternsFor(
    { user, client }: { user: string | undefined; client: string },
    levels: readonly string[],
  ): readonly Rule[] {
    if (/[+#]/.test(client) || /[+#]/.test(user ?? "")) return NO_RULES;
    return this.#patterns.filter((rule) => {
      if (user === undefined && rule.levels.some((level) => level.includes("%u"))) return false;
      const filled = rule.levels.map((level) =>
        level.replaceAll("%c", () => client).replaceAll("%u", () => user ?? ""),
      );
      // A client id with slashes fills several levels.
      return levelsMatch(filled.join("/").split("/"), levels);
    });
  }
}

export type AclQuestion = {
  readonly access: "read" | "write";
  readonly topic: string;
  /** Undefined: the client gave no name. */
  readonly user: string | undefined;
  readonly client: string;
};

export class AclMistake extends Error {
  override readonly name = "AclMistake";
  /** From 1. */
  readonly line: number;

  constructor(line: number) {
    super(
      "expected `user NAME`, `topic [read|write|readwrite|deny] TOPIC` or `pattern [read|write|readwrite|deny] TOPIC`",
    );
    this.line = line;
  }
}

type Rule = { readonly access: "read" | "write" | "readwrite" | "deny"; readonly levels: readonly string[] };

function ruleOf(text: string): Rule | undefined {
  const found = /^(?:(read|write|readwrite|deny)\s+)?(\S.*)$/.exec(text);
  if (found === null) return undefined;
  const levels = found[2]!.split("/");
  // A wildcard is a whole level, and # is the last level [MQTT-4.7.1-2], [MQTT-4.7.1-3].
  const isBad = levels.some(
    (level, i) => (/[+#]/.test(level) && level.length > 1) || (level === "#" && i < levels.length - 1),
  );
  return isBad ? undefined : { access: accessOf(found[1]), levels };
}

function accessOf(word: string | undefined): Rule["access"] {
  return word === "read" || word === "write" || word === "deny" ? word : "readwrite";
}

const NO_RULES: readonly Rule[] = [];
