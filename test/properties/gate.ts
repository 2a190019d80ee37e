import type { Clock } from "../../functions/review/ports.ts";

/** One call of a port: `name` says what of what (`create intent.json`, `revoke`). */
export type Call = { port: "store" | "source"; name: string; isWrite: boolean };

/**
 * What can happen to a call. Refused: an error, nothing done. Timed out: an error, before or after it was carried out.
 * Killed: the invocation ends there, before or after it was carried out. Frozen: nothing happens until another invocation
 * has taken over, then the call is carried out. Slow: it is carried out after half a minute, as behind a rate limit. Stopped: an
 * operator says `stop` just before. Forgotten: the page token is no longer known.
 */
export type FaultKind =
  | "refused"
  | "timed out before"
  | "timed out after"
  | "killed before"
  | "killed after"
  | "frozen"
  | "slow"
  | "stopped"
  | "forgotten";

/** What the faults of a life decide call by call; `lastWrite` is what the same invocation wrote last. */
export type Faults = { next(call: Call, lastWrite: string | null): FaultKind | null };

export class InjectedFault extends Error {
  override readonly name = "InjectedFault";
}

/** Where every port call of one invocation passes. */
export type Gate = {
  /** Carries a call out, or does to it what its fault says. A call of an invocation that was killed never ends. */
  pass<T>(call: Call, perform: () => T): Promise<T>;
  /** As `pass`, for calls whose lost answer is a value and no error. */
  passAs<T>(call: Call, perform: () => T, lost: () => T): Promise<T>;
};

/** What a gate needs of its invocation. */
export type GateOptions = {
  faults: Faults;
  clock: Clock;
  isDead(): boolean;
  kill(): void;
  /** Resolves once whoever froze is thawed. */
  freeze(): Promise<void>;
  sayStop(): void;
  forget(): Error;
  /** Lets others go first, where invocations are interleaved. */
  turn: (() => Promise<void>) | null;
  /** Told of every write that was carried out, with the one before it. */
  onWrite(call: Call, lastWrite: string | null): void;
};

const never = <T>(): Promise<T> => new Promise(() => {});

const slowMs = 30_000;

export const openGate = (options?: GateOptions): Gate => {
  if (!options) return openGateWithoutFaults();
  const { faults, clock, isDead, kill, turn, onWrite } = options;
  let lastWrite: string | null = null;

  const passAs = async <T>(call: Call, perform: () => T, lost: (() => T) | null): Promise<T> => {
    if (turn) await turn();
    if (isDead()) return never();
    const fault = faults.next(call, lastWrite);
    if (fault === "killed before") {
      kill();
      return never();
    }
    if (fault === "refused") throw new InjectedFault(`${call.name} was refused`);
    if (fault === "forgotten") throw options.forget();
    if (fault === "timed out before") return lost ? lost() : loseAnswer(call);
    if (fault === "stopped") options.sayStop();
    if (fault === "slow") await clock.sleep(slowMs);
    if (fault === "frozen") await options.freeze();
    const result = perform();
    if (call.isWrite) {
      onWrite(call, lastWrite);
      lastWrite = call.name;
    }
    if (fault === "killed after") {
      kill();
      return never();
    }
    if (fault === "timed out after") return lost ? lost() : loseAnswer(call);
    return result;
  };
  return { pass: (call, perform) => passAs(call, perform, null), passAs };
};

const loseAnswer = (call: Call): never => {
  throw new InjectedFault(`${call.name} got no answer`);
};

const openGateWithoutFaults = (): Gate => ({
  pass: async (_, perform) => perform(),
  passAs: async (_, perform) => perform(),
});
