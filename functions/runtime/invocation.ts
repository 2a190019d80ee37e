import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

/** Who is at work: this process on this machine. */
export const thisInvocation = (id: string = randomUUID()) => ({
  id,
  host: hostname(),
  pid: process.pid,
  isGone: (other: { host: string; pid: number }): boolean =>
    other.host === hostname() && other.pid !== process.pid && !isAlive(other.pid),
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not permitted to signal it: it is there, under another user.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
};
