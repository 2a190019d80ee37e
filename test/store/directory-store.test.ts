import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ObjectStore } from "../../functions/review/ports.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { compileCache } from "../compile-cache.ts";
import { describeStore } from "../contracts/store-contract.ts";

describeStore("directory store", async () => {
  const folder = await mkdtemp(join(tmpdir(), "store-"));
  return { store: openDirectoryStore(join(folder, "not/yet/there")), cleanup: () => rm(folder, { recursive: true }) };
});

const bytes = (text: string) => Buffer.from(text);
const keysOf = async (store: ObjectStore): Promise<string[]> => {
  const keys: string[] = [];
  for await (const key of store.list("")) keys.push(key);
  return keys;
};

const namesIn = async (store: ObjectStore, folder: string): Promise<string[]> => {
  const names: string[] = [];
  for await (const name of store.listFolder(folder)) names.push(name);
  return names;
};

describe("openDirectoryStore()", () => {
  let root: string;
  let store: ObjectStore;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "store-"));
    store = openDirectoryStore(root);
  });
  afterEach(() => rm(root, { recursive: true }));

  it("says so where the root is a file, whatever is asked", async () => {
    await writeFile(join(root, "file"), "");
    const onFile = openDirectoryStore(join(root, "file"));
    const fault = `Cannot use ${join(root, "file")} as a store as it is a file`;
    await expect(onFile.get("a/b")).rejects.toThrow(fault);
    await expect(onFile.create("a/b", bytes("x"))).rejects.toThrow(fault);
    await expect(keysOf(onFile)).rejects.toThrow(fault);
    await expect(namesIn(onFile, "")).rejects.toThrow(fault);
  });

  it("makes files and folders that are their owner's alone, whatever the umask", async () => {
    const umask = process.umask(0);
    try {
      const deep = openDirectoryStore(join(root, "new/reviews"));
      await deep.create("reviews/people/a.json", bytes("x"));
      await deep.createFrom("reviews/people/b.json", Readable.from([bytes("x")]));
      const etag = await deep.replace("checkpoints/people/c.json", bytes("x"), null);
      await deep.replace("checkpoints/people/c.json", bytes("y"), etag);
    } finally {
      process.umask(umask);
    }
    const made = await readdir(join(root, "new"), { recursive: true, withFileTypes: true });
    const modes = await Promise.all(
      made.map(async (entry) => {
        const { mode } = await stat(join(entry.parentPath, entry.name));
        return `${entry.isDirectory() ? "folder" : "file"} ${(mode & 0o777).toString(8)}`;
      }),
    );
    // The lock holds nothing, and SQLite makes it.
    const isLock = ({ name }: { name: string }): boolean => name === "lock";
    expect(new Set(modes.filter((_, at) => !isLock(made[at]!)))).toEqual(new Set(["folder 700", "file 600"]));
    expect((await stat(join(root, "new"))).mode & 0o777).toBe(0o700);
  });

  it("does not take a root that cannot be read for an empty one", async () => {
    await symlink("loop", join(root, "loop"));
    const unreadable = openDirectoryStore(join(root, "loop"));
    await expect(unreadable.get("a/b")).rejects.toThrow("(ELOOP)");
    await expect(keysOf(unreadable)).rejects.toThrow("(ELOOP)");
    await expect(namesIn(unreadable, "")).rejects.toThrow("(ELOOP)");
  });

  it("does not take a folder for an object that was written before", async () => {
    await store.create("a/b", bytes("x"));
    await expect(store.create("a", bytes("x"))).rejects.toThrow("Cannot create a in");
    await expect(store.create("a/b/c", bytes("x"))).rejects.toThrow("Cannot create a/b/c in");
  });

  it("lists what is in a linked folder", async () => {
    await mkdir(join(root, "elsewhere"));
    await symlink(join(root, "elsewhere"), join(root, "linked"));
    await store.create("linked/a", bytes("x"));
    expect(await keysOf(store)).toEqual(["elsewhere/a", "linked/a"]);
  });

  it("names linked folders, and no folder without an object", async () => {
    await mkdir(join(root, "elsewhere/empty"), { recursive: true });
    await symlink(join(root, "elsewhere"), join(root, "linked"));
    await store.create("emptied/a", bytes("x"));
    await store.delete("emptied/a");
    expect(await namesIn(store, "")).toEqual([]);
    await store.create("linked/a", bytes("x"));
    expect(await namesIn(store, "")).toEqual(["elsewhere/", "linked/"]);
    expect(await namesIn(store, "linked/")).toEqual(["a"]);
  });

  it("leaves nothing but the object beside it", async () => {
    await store.create("a/b", bytes("x"));
    await store.create("a/b", bytes("y"));
    await store.replace("a/b", bytes("z"), (await store.get("a/b"))!.etag);
    expect(await readdir(join(root, "a"))).toEqual(["b"]);
    expect((await readdir(join(root, ".writing"))).filter((name) => name !== "lock")).toEqual([]);
  });

  it("is not troubled by what killed writers left, and removes it after a day", async () => {
    const leftovers = ["old.part", "new.part"].map((name) => join(root, ".writing", name));
    await mkdir(join(root, ".writing"));
    await Promise.all(leftovers.map((path) => writeFile(path, "half an obj")));
    await utimes(leftovers[0]!, new Date(0), new Date(0));
    await store.create("a", bytes("x"));
    expect(await keysOf(store)).toEqual(["a"]);
    expect(await readdir(join(root, ".writing"))).toEqual(["new.part"]);
  });
});

describe("replace(), by several processes", () => {
  let root: string;
  let store: ObjectStore;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "store-"));
    store = openDirectoryStore(root);
    await store.create("checkpoints/count", bytes(JSON.stringify({ count: 0 })));
  });
  afterEach(() => rm(root, { recursive: true }));

  const countIn = async (key: string): Promise<number> =>
    JSON.parse(Buffer.from((await store.get(key))!.body).toString()).count;

  it("loses no update", async () => {
    const workers = Array.from({ length: 3 }, () => startWorker(root, 25));
    const numbers = (await Promise.all(workers.map((worker) => numbersOf(worker)))).flat();
    expect(numbers.sort((one, other) => one - other)).toEqual(Array.from({ length: 75 }, (_, index) => index + 1));
    expect(await countIn("checkpoints/count")).toBe(75);
  });

  it("loses no update and blocks nobody where writers are killed at any moment", async () => {
    const numbers: number[] = [];
    for (let killed = 0; killed < 6; killed += 3) {
      const victims = Array.from({ length: 3 }, () => startWorker(root, Number.POSITIVE_INFINITY));
      const said = await Promise.all(
        victims.map((victim, index) => numbersOf(victim, { killAfter: 1 + killed + index })),
      );
      numbers.push(...said.flat());
      // What was acknowledged is there; of what was not, at most one write of each victim.
      expect(await countIn("checkpoints/count")).toBeGreaterThanOrEqual(Math.max(...numbers));
      expect(await countIn("checkpoints/count")).toBeLessThanOrEqual(numbers.length + killed + 3);
    }
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

describe("create(), by a process that is killed", () => {
  it("leaves each object whole or absent, even where it is killed as the name appears", async () => {
    const root = await mkdtemp(join(tmpdir(), "store-"));
    await mkdir(join(root, "made"));
    for (let round = 0; round < 2; round += 1) await killAsNameAppears(root);
    for (const name of await readdir(join(root, "made"))) {
      expect((await stat(join(root, "made", name))).size).toBe(largeBytes);
    }
    expect(await readdir(join(root, "made"))).not.toEqual([]);
    await rm(root, { recursive: true });
  });
});

const largeBytes = 8_000_000;

const killAsNameAppears = async (root: string): Promise<void> => {
  const folder = join(root, "made");
  const worker = spawnWorker("creating-worker.ts", [root, "made", String(largeBytes)]);
  const watcher = watch(folder, () => worker.kill("SIGKILL"));
  await once(worker, "exit");
  watcher.close();
};

const startWorker = (root: string, limit: number): ChildProcess =>
  spawnWorker("counting-worker.ts", [root, "checkpoints/count", String(limit)]);

const spawnWorker = (file: string, args: string[]): ChildProcess =>
  spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...compileCache },
  });

/** The numbers that a worker said it put there, until it ended or was killed. */
const numbersOf = async (worker: ChildProcess, until?: { killAfter: number }): Promise<number[]> => {
  const numbers: number[] = [];
  for await (const line of createInterface({ input: worker.stdout! })) {
    numbers.push(Number(line));
    if (numbers.length === until?.killAfter) worker.kill("SIGKILL");
  }
  return numbers;
};
