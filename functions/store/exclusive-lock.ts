import { DatabaseSync } from "node:sqlite";
import { errorCode, StoreError } from "./store-error.ts";

// Whoever holds the lock needs a millisecond; longer means it was suspended in the middle.
const defaultPatienceMs = 20_000;

/**
 * What `act` gives, run while no other process, thread or store holds the lock of this file. `act` is synchronous, so that
 * the lock cannot be held over a wait. Throws a `StoreError` if the lock is not to be had within `patienceMs`.
 *
 * The lock is SQLite's on an empty database: the kernel drops it with the process that held it, however that ended, so
 * there is no stale lock to judge and no takeover to race for, as there would be with a lock file.
 * https://sqlite.org/lockingv3.html
 */
export function underLock<T>(lockPath: string, act: () => T, patienceMs = defaultPatienceMs): T {
  const database = takeLock(lockPath, patienceMs);
  try {
    return act();
  } finally {
    // Closing rolls the empty transaction back.
    database.close();
  }
}

function takeLock(lockPath: string, patienceMs: number): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(lockPath, { timeout: patienceMs });
    database.exec("BEGIN IMMEDIATE");
    return database;
  } catch (error) {
    database?.close();
    throw new StoreError(`Cannot lock ${lockPath} (${errorCode(error)}). ${nextStep}`, { cause: error });
  }
}

const nextStep =
  "Another process holds it and was suspended, or the file system has no locks: end that process, or put the store on a local disk.";
