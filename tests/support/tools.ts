import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a program is installed. If not, prints a line, because a test is skipped. */
export function hasTool(name: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  for (const folder of folders) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      // Not in this folder.
    }
  }
  console.warn(`skipped: ${name} is not installed (apt-get install ${name})`);
  return false;
}

/** The Python whose modules come from the packages of the system. */
export const PYTHON = "/usr/bin/python3";

/** Whether that Python has a module. If not, prints a line, because a test is skipped. @param from its Debian package */
export function hasPythonModule(name: string, from: string): boolean {
  try {
    execFileSync(PYTHON, ["-c", `import ${name}`], { stdio: "ignore" });
    return true;
  } catch {
    console.warn(`skipped: ${PYTHON} has no module ${name} (apt-get install ${from})`);
    return false;
  }
}
