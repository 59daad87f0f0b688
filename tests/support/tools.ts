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
