import type { Timer } from "./call.ts";

/** At most `calls` calls in any span of `perMs` milliseconds. */
export type RateWindow = { calls: number; perMs: number };

/** Keeps the calls of one API within every rolling window, for all callers that share the throttle, first come first served. */
export type Throttle = {
  /** Resolves when the call may be sent. The function in the result must be called once the call is answered or has failed. */
  enter(signal?: AbortSignal): Promise<() => void>;
  /** Admits no call for `ms` milliseconds, as the provider asked when it refused a call. From then on round trips are not counted on. */
  pause(ms: number): void;
  /** Milliseconds for which no call is admitted, as the provider asked. */
  pausedMs(): number;
  /** Milliseconds until a call that enters now might be sent. */
  delay(): number;
  /** Epoch milliseconds of the calls whose slots are taken, so that another process can go on from them. */
  save(): number[];
  /** Takes a slot for each call that was made elsewhere. Instants that are loaded twice take their slots once. */
  load(instants: readonly number[]): void;
  /** Takes all slots of the largest window at this instant: after a crash nobody knows which calls were made. */
  fill(instant: number): void;
  setWindows(windows: readonly RateWindow[]): void;
  /** Milliseconds of the longest window. */
  windowMs(): number;
};

/** Added to every window: clocks have whole milliseconds, and the provider may count a window's first instant in or out. */
const marginMs = 2;

type Waiter = { admit: (leave: () => void) => void };

type ThrottleState = {
  timer: Timer;
  windows: readonly RateWindow[];
  /** Calls that were sent and not answered yet. */
  inFlight: number;
  /** Epoch milliseconds of the answers whose slots may still be taken, ascending. */
  answeredAt: number[];
  pausedUntil: number;
  hasAnswered: boolean;
  roundTrips: RoundTrips;
  /** False after the first refusal: a slot is then freed without regard to round trips. */
  countsOnRoundTrips: boolean;
  /** Calls that wait to be sent, in the order in which they entered. */
  waiters: Waiter[];
  isAdmitting: boolean;
  /** Ends the wait for an answer, if `admitWaiters` is in one. */
  wake: (() => void) | null;
};

/**
 * Creates a throttle for `windows`.
 *
 * When is a slot free again? The provider counts a call at an unknown instant between sending and answer: at the latest one
 * way back before the answer arrives. It counts the call that takes the slot over at the earliest one way there after that
 * call is sent. Both ways together take at least the shortest round trip. So a slot is free `perMs` after the answer, less
 * the shortest round trip: a call of the shortest round trip takes the slot for exactly `perMs`. While round trips are not
 * known, or once the provider has refused a call, a slot is taken until `perMs` after the answer. That is right for any latency.
 */
export function createThrottle(windows: readonly RateWindow[], timer: Timer): Throttle {
  const state: ThrottleState = {
    timer,
    windows,
    inFlight: 0,
    answeredAt: [],
    pausedUntil: 0,
    hasAnswered: false,
    roundTrips: createRoundTrips(),
    countsOnRoundTrips: true,
    waiters: [],
    isAdmitting: false,
    wake: null,
  };
  return {
    enter: (signal) => enterQueue(state, signal),
    pause: (ms) => pauseCalls(state, ms),
    pausedMs: () => Math.max(0, state.pausedUntil - timer.now()),
    delay: () => delayMs(state),
    save: () => instantsTaken(state),
    load: (instants) => loadInstants(state, instants),
    fill: (instant) => loadInstants(state, new Array<number>(mostCalls(state)).fill(instant)),
    setWindows: (changed) => {
      state.windows = changed;
    },
    windowMs: () => longestMs(state),
  };
}

function longestMs({ windows }: ThrottleState): number {
  return Math.max(0, ...windows.map(({ perMs }) => perMs));
}

function mostCalls({ windows }: ThrottleState): number {
  return Math.max(...windows.map(({ calls }) => calls));
}

/** Milliseconds to wait with `ahead` calls before this one; Infinity if only an answer can free a slot. */
function waitMs(state: ThrottleState, ahead: number): number {
  const { windows, inFlight, pausedUntil, timer } = state;
  const now = timer.now();
  let wait = Math.max(0, pausedUntil - now);
  for (const { calls, perMs } of windows) {
    wait = Math.max(wait, windowWaitMs(state, { free: calls - inFlight - ahead, perMs, now }));
  }
  return wait;
}

/** The wait for one window. `free` slots of the window are taken by no call in flight and by no call ahead. */
function windowWaitMs(
  state: ThrottleState,
  { free, perMs, now }: { free: number; perMs: number; now: number },
): number {
  if (free <= 0) return Number.POSITIVE_INFINITY;
  const { answeredAt, countsOnRoundTrips, roundTrips } = state;
  const oldest = answeredAt[answeredAt.length - free];
  if (oldest === undefined) return 0;
  const leastMs = countsOnRoundTrips ? Math.min(perMs, roundTrips.leastMs) : 0;
  // Never longer than the window: the clock may have been set back.
  return Math.min(perMs + marginMs, Math.max(0, oldest + perMs + marginMs - leastMs - now));
}

/** Waits in the queue until the call may be sent. An abort leaves the queue. */
function enterQueue(state: ThrottleState, signal?: AbortSignal): Promise<() => void> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  const { waiters } = state;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      const index = waiters.indexOf(waiter);
      if (index >= 0) waiters.splice(index, 1);
      reject(signal?.reason);
    };
    const waiter: Waiter = {
      admit: (leave) => {
        signal?.removeEventListener("abort", onAbort);
        resolve(leave);
      },
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    waiters.push(waiter);
    admitWaiters(state).catch(reject);
  });
}

/** Admits waiters one after another until the queue is empty. Runs at most once at a time. */
async function admitWaiters(state: ThrottleState): Promise<void> {
  if (state.isAdmitting) return;
  state.isAdmitting = true;
  try {
    for (let next = state.waiters[0]; next; next = state.waiters[0]) {
      const wait = waitMs(state, 0);
      if (wait === 0) {
        state.waiters.shift();
        admitCall(state, next);
      } else if (wait === Number.POSITIVE_INFINITY) {
        await new Promise<void>((resolve) => {
          state.wake = resolve;
        });
      } else {
        await state.timer.sleep(Math.ceil(wait));
      }
    }
  } finally {
    state.isAdmitting = false;
  }
}

/** Lets one call be sent. The call has its slot from now on. */
function admitCall(state: ThrottleState, { admit }: Waiter): void {
  forgetOldAnswers(state);
  state.inFlight += 1;
  const enteredAt = state.timer.now();
  // Calls before the first answer set up their connections, and so take longer than later calls.
  const isTypical = state.hasAnswered;
  let hasLeft = false;
  admit(() => {
    if (hasLeft) return;
    hasLeft = true;
    if (isTypical) addRoundTrip(state.roundTrips, state.timer.now() - enteredAt);
    endCall(state);
  });
}

/** A call is answered or has failed. Its slot stays taken for the length of the window. */
function endCall(state: ThrottleState): void {
  state.inFlight -= 1;
  state.hasAnswered = true;
  state.answeredAt.push(Math.max(state.timer.now(), state.answeredAt.at(-1) ?? 0));
  state.wake?.();
}

function forgetOldAnswers(state: ThrottleState): void {
  const horizon = state.timer.now() - longestMs(state) - marginMs;
  const firstKept = state.answeredAt.findIndex((instant) => instant > horizon);
  state.answeredAt = firstKept < 0 ? [] : state.answeredAt.slice(firstKept);
}

function pauseCalls(state: ThrottleState, ms: number): void {
  state.pausedUntil = Math.max(state.pausedUntil, state.timer.now() + ms);
  state.countsOnRoundTrips = false;
}

function delayMs(state: ThrottleState): number {
  const wait = waitMs(state, state.waiters.length);
  return wait === Number.POSITIVE_INFINITY ? longestMs(state) : wait;
}

/** A call in flight is in the result as well: the provider may have counted it. */
function instantsTaken(state: ThrottleState): number[] {
  forgetOldAnswers(state);
  return [...state.answeredAt, ...new Array<number>(state.inFlight).fill(state.timer.now())];
}

function loadInstants(state: ThrottleState, instants: readonly number[]): void {
  state.answeredAt = uniteInstants(state.answeredAt, instants);
}

/** The instants of both lists, ascending. An instant in both lists is in the result as often as in the list that has it more often. */
function uniteInstants(known: readonly number[], others: readonly number[]): number[] {
  const left = [...known].sort((a, b) => a - b);
  const right = [...others].sort((a, b) => a - b);
  const united: number[] = [];
  for (let l = 0, r = 0; l < left.length || r < right.length; ) {
    const a = left[l] ?? Number.POSITIVE_INFINITY;
    const b = right[r] ?? Number.POSITIVE_INFINITY;
    united.push(Math.min(a, b));
    if (a <= b) l += 1;
    if (b <= a) r += 1;
  }
  return united;
}

/** The latest round trips of one API, in milliseconds from sending to answer. */
type RoundTrips = {
  /** The shortest round trip that the next call can be counted on to take; 0 while too few are known. */
  leastMs: number;
  /** A ring buffer; `next` is the index that is written next. */
  latest: number[];
  next: number;
  /** How many round trips were added since `leastMs` was computed. */
  added: number;
};

/** Few enough to notice a latency that rose for good, and many enough not to believe one that rose for a moment. */
const mostRoundTrips = 1_000;
const fewestRoundTrips = 30;
/** `leastMs` is computed anew after this many round trips, and at once after a round trip that is shorter than it. */
const recomputedAfter = 20;

function createRoundTrips(): RoundTrips {
  return { leastMs: 0, latest: [], next: 0, added: 0 };
}

function addRoundTrip(trips: RoundTrips, ms: number): void {
  trips.latest[trips.next] = ms;
  trips.next = (trips.next + 1) % mostRoundTrips;
  trips.added += 1;
  if (trips.added < recomputedAfter && trips.latest.length !== fewestRoundTrips && ms >= trips.leastMs) return;
  trips.added = 0;
  trips.leastMs = leastRoundTripMs(trips);
}

/**
 * The next round trip may be shorter than the shortest known one, by about as much as the known ones differ. So the result
 * lies below the shortest by the distance between the shortest and the first quartile.
 */
function leastRoundTripMs({ latest }: RoundTrips): number {
  if (latest.length < fewestRoundTrips) return 0;
  const sorted = Float64Array.from(latest).sort();
  const shortest = sorted[0]!;
  const firstQuartile = sorted[Math.floor(sorted.length / 4)]!;
  return Math.max(0, shortest - (firstQuartile - shortest));
}
