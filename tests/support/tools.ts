import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a program is installed. Says so when it is not, because a test will be skipped. */
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

/** The system's Python: the one whose modules come from the system's packages. */
export const PYTHON = "/usr/bin/python3";

/** Whether the system's Python has a module. Says so when it has not. @param from the package of Debian that has it */
export function hasPythonModule(name: string, from: string): boolean {
  try {
    execFileSync(PYTHON, ["-c", `import ${name}`], { stdio: "ignore" });
    return true;
  } catch {
    console.warn(`skipped: ${PYTHON} has no module ${name} (apt-get install ${from})`);
    return false;
  }
}
