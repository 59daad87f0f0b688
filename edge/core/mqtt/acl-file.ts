import { levelsMatch } from "./topic-filter.ts";

/**
 * Who may publish and read what, as Mosquitto's `acl_file` says it (mosquitto.conf(5)):
 *
 *     topic [read|write|readwrite|deny] <topic>     before any user: for clients without a name
 *     user <name>                                   the topics that follow are this user's
 *     pattern [read|write|readwrite|deny] <topic>   for everybody; %c is the client id, %u the user name
 *
 * What no line allows is forbidden. A deny counts before everything else. Topics may have wildcards.
 */
export class Acl {
  readonly #anonymous: readonly Rule[];
  readonly #users: ReadonlyMap<string, readonly Rule[]>;
  readonly #patterns: readonly Rule[];

  /** @throws AclMistake for a line that is none; blank lines and comments are skipped. */
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

  /** A name with a wildcard in it would make a pattern mean more than it says: such a client has none. */
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
      // A client id may hold slashes, and then it is as many levels.
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
  // Wildcards are levels of their own, and # is the last one [MQTT-4.7.1-2], [MQTT-4.7.1-3].
  const isBad = levels.some(
    (level, i) => (/[+#]/.test(level) && level.length > 1) || (level === "#" && i < levels.length - 1),
  );
  return isBad ? undefined : { access: accessOf(found[1]), levels };
}

function accessOf(word: string | undefined): Rule["access"] {
  return word === "read" || word === "write" || word === "deny" ? word : "readwrite";
}

const NO_RULES: readonly Rule[] = [];
