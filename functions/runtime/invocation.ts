import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

/** Who is at work. `isGone` is true only where it is certain that another invocation has ended. */
export type Invocation = {
  id: string;
  host: string;
  pid: number;
  isGone(other: { host: string; pid: number }): boolean;
};

/** Who is at work: this process on this machine. */
export function thisInvocation(id: string = randomUUID()): Invocation {
  return {
    id,
    host: hostname(),
    pid: process.pid,
    isGone: (other) => other.host === hostname() && other.pid !== process.pid && !isAlive(other.pid),
  };
}

/** Who is at work: an invocation of a Lambda. Their machines may all have one name, so that nobody's end is ever certain. */
export function lambdaInvocation(id: string): Invocation {
  return { ...thisInvocation(id), isGone: () => false };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not permitted to signal it: it is there, under another user.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
