import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { underLock } from "../../functions/store/durable-file.ts";

let folder: string;
let lock: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lock-"));
  lock = join(folder, "lock");
});
afterEach(() => rm(folder, { recursive: true }));

/** Takes the lock, says so, and never lets go. */
const holder = `
  import { writeSync } from "node:fs";
  const { underLock } = await import(process.argv[1]);
  underLock(process.argv[2], () => {
    writeSync(1, "held");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

describe("underLock()", () => {
  it("gives what the act gives, and lets go also when it throws", () => {
    const failing = () => {
      throw new Error("in the act");
    };
    expect(() => underLock(lock, failing)).toThrow("in the act");
    expect(underLock(lock, () => "done")).toBe("done");
  });

  it("is refused while another process holds the lock, and free at once when that process is killed", async () => {
    const module = join(import.meta.dirname, "../../functions/store/durable-file.ts");
    const other = spawn(process.execPath, ["--input-type=module", "-e", holder, module, lock]);
    await once(other.stdout, "data");
    expect(() => underLock(lock, () => "both", 0)).toThrow(`Cannot lock ${lock}`);
    other.kill("SIGKILL");
    await once(other, "exit");
    expect(underLock(lock, () => "done", 0)).toBe("done");
  });

  it("says so where the lock cannot be made", () => {
    expect(() => underLock(join(folder, "absent", "lock"), () => "done")).toThrow("Cannot lock");
  });
});
