import { describe, expect, test } from "vitest";
import { Acl, AclMistake } from "../../../../../edge/core/mqtt/acl-file.ts";

/** Like the example in mosquitto.conf(5): a general part, two users, patterns. */
const FILE = `
# Clients without a name may read the time.
topic read plant/time

user anna
topic readwrite plant/#
topic deny plant/secret/#

user sensor 7
topic write plant/press/+

pattern write devices/%c/telemetry
pattern readwrite homes/%u/#
`;

describe("an ACL file in Mosquitto's format", () => {
  test.each<[string, "read" | "write", string, string | undefined, string, boolean]>([
    ["a general topic is for clients without a name", "read", "plant/time", undefined, "c", true],
    ["and only in its direction", "write", "plant/time", undefined, "c", false],
    ["and not for users", "read", "plant/time", "sensor 7", "c", false],
    ["a user's topic", "write", "plant/press/temp", "anna", "c", true],
    ["with # also its parent", "read", "plant", "anna", "c", true],
    ["a deny counts before a broader grant", "read", "plant/secret/x", "anna", "c", false],
    ["a name may have spaces", "write", "plant/press/temp", "sensor 7", "c", true],
    ["+ is one level", "write", "plant/press/a/b", "sensor 7", "c", false],
    ["what no line allows is forbidden", "read", "other", "anna", "c", false],
    ["a pattern with the client id applies to every client", "write", "devices/c1/telemetry", undefined, "c1", true],
    ["and for this client only", "write", "devices/c2/telemetry", "anna", "c1", false],
    ["a pattern with the user name", "read", "homes/anna/bath/temp", "anna", "c", true],
    ["needs a name", "read", "homes//bath", undefined, "c", false],
    ["a client id with a wildcard has no patterns", "write", "devices/x/telemetry", undefined, "+", false],
    ["nor a user name", "read", "homes/anna/x", "#", "c", false],
    ["a name that is a property of objects", "read", "plant/x", "__proto__", "c", false],
    ["an unknown user may do nothing", "write", "plant/press/temp", "bob", "c", false],
  ])("%s", (_, access, topic, user, client, expected) => {
    expect(new Acl(FILE).allows({ access, topic, user, client })).toBe(expected);
  });

  test("wildcards at the first level do not match $SYS topics", () => {
    const acl = new Acl("topic #\ntopic read $SYS/#");
    const ask = (topic: string): boolean => acl.allows({ access: "read", topic, user: undefined, client: "c" });
    expect([ask("a"), ask("$SYS/load"), ask("$other")]).toEqual([true, true, false]);
  });

  test("an empty file allows nothing", () => {
    expect(new Acl("").allows({ access: "read", topic: "a", user: undefined, client: "c" })).toBe(false);
  });

  test.each(["topics a", "topic", "user", "topic a/#/b", "topic a+/b", "pattern", "topic read"])(
    "%j is reported with its line",
    (line) => {
      if (line === "topic read") return expect(() => new Acl(`\n${line}`)).not.toThrow();
      try {
        void new Acl(`# one\n${line}`);
      } catch (error) {
        return expect(error).toMatchObject({ name: "AclMistake", line: 2 });
      }
      return expect.unreachable();
    },
  );

  test("the error says what a valid line looks like", () => {
    expect(new AclMistake(1).message).toContain("topic [read|write|readwrite|deny] TOPIC");
  });
});
