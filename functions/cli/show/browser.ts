import { spawn } from "node:child_process";

/** What the system is, and whether a person is at a terminal: who opens an address, if anybody. */
export type Desktop = { platform: NodeJS.Platform; env: NodeJS.ProcessEnv; isTerminal: boolean };

/**
 * The command that opens an address in this system's browser; null where nobody would see it: without a terminal, in CI, over
 * SSH, and on a Linux without a display.
 */
export function browserCommand(address: string, { platform, env, isTerminal }: Desktop): [string, ...string[]] | null {
  if (!isTerminal || env.CI || env.SSH_CONNECTION) return null;
  if (platform === "darwin") return ["open", address];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler", address];
  if (env.WSL_DISTRO_NAME) return ["wslview", address];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ["xdg-open", address] : null;
}

/** Opens an address in the browser, in a process of its own that outlives this one. False where it did not begin. */
export async function openInBrowser(address: string, desktop: Desktop): Promise<boolean> {
  const command = browserCommand(address, desktop);
  if (command === null) return false;
  const [file, ...args] = command;
  const child = spawn(file, args, { detached: true, stdio: "ignore" });
  const hasBegun = await new Promise<boolean>((resolve) => {
    child.once("spawn", () => resolve(true));
    child.once("error", () => resolve(false));
  });
  child.unref();
  return hasBegun;
}
