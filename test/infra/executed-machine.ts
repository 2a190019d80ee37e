import type { Template } from "aws-cdk-lib/assertions";
import { StateMachine } from "aws-local-stepfunctions";
import { textOf } from "./iam-evaluator.ts";
import { resourcesOf } from "./synthesised.ts";

type Fields = Record<string, unknown>;

type Retrier = {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  MaxAttempts?: number;
  JitterStrategy?: string;
};

/** The part of Amazon States Language that tests look at. https://states-language.net/spec.html */
export type State = {
  Type: string;
  Retry?: Retrier[];
  Catch?: { ErrorEquals: string[]; Next: string }[];
  Seconds?: number;
  SecondsPath?: string;
  TimestampPath?: string;
  TimeoutSeconds?: number;
  MaxConcurrency?: number;
  Parameters?: { FunctionName?: string };
  ItemProcessor?: Definition & { ProcessorConfig: { Mode: string } };
};
export type Definition = { StartAt: string; States: Record<string, State>; TimeoutSeconds?: number };

/** The state machine as it is deployed, with references as `<id>`. */
export const definitionIn = (template: Template, machine: "review" | "watch" = "review"): Definition => {
  const [, { Properties }] = resourcesOf(template, "AWS::StepFunctions::StateMachine").find(([id]) =>
    id.startsWith(machine),
  )!;
  return JSON.parse(textOf(Properties.DefinitionString)) as Definition;
};

/** Every state, those of each source's review included. */
export const statesOf = ({ States }: Definition): Record<string, State> =>
  Object.assign(
    {},
    States,
    ...Object.values(States).map(({ ItemProcessor }) => (ItemProcessor ? statesOf(ItemProcessor) : {})),
  );

const stageOf = (functionName: string): string => /^<([a-z]+)/.exec(functionName)![1]!;

/** How long a wait is: so many seconds, or until an instant (ISO 8601). */
type Waited = { seconds: number } | { until: string };

/**
 * What an execution did: stages invoked in order, what was told, which states it waited in for how long with which stage's
 * answer, which states it tried again after how many seconds at most; and how it ended.
 */
export type Executed = {
  invoked: [stage: string, event: Fields][];
  told: string[];
  waits: ({ state: string; answer: Fields } & Waited)[];
  retries: { state: string; seconds: number }[];
  result: Fields | null;
  error: string | null;
  cause: string | null;
};

/** `invoke` stands for Lambda, `call` for the actions of other services, by state. `onWait` is told of each wait: time passes there. */
export type Execution = {
  input: Fields;
  invoke: (stage: string, event: Fields) => Promise<unknown>;
  call?: (state: string, parameters: Fields) => Promise<Fields>;
  onWait?: (waited: Waited) => Promise<void> | void;
  /** The machine's clock, epoch milliseconds; left out: the real one. */
  now?: () => number;
};

/** Executes a synthesised definition, its tasks bound to `invoke`, without waiting and without validating it. */
export const execute = async (
  definition: Definition,
  { input, invoke, call = async () => ({}), onWait = () => {}, now = Date.now }: Execution,
): Promise<Executed> => {
  const invoked: Executed["invoked"] = [];
  const told: string[] = [];
  const waits: Executed["waits"] = [];
  const task = (state: string) => async (parameters: Fields) => {
    const { FunctionName, Payload, Message } = parameters as {
      FunctionName?: string;
      Payload: Fields;
      Message?: string;
    };
    if (Message !== undefined) told.push(String(Message));
    if (!FunctionName) return Message === undefined ? await call(state, parameters) : {};
    invoked.push([stageOf(FunctionName), Payload]);
    return { Payload: await invoke(stageOf(FunctionName), Payload).catch(rethrowAsLambda) };
  };
  const waiting = (state: string, wait: State) => async (given: Fields) => {
    const waited = waitedBy(wait, given);
    waits.push({ state, answer: (given.stage as { answer?: Fields } | undefined)?.answer ?? {}, ...waited });
    await onWait(waited);
    return {};
  };
  const states = statesOf(definition);
  const tasks = Object.entries(states).filter(([, { Type }]) => Type === "Task");
  const waitings = Object.entries(states).filter(([, { Type }]) => Type === "Wait");
  const machine = new StateMachine(withoutWaits(definition) as never, { validationOptions: { noValidate: true } });
  const instant = (): string => new Date(now()).toISOString();
  const context = {
    // Asked for whenever a state looks at it. The start of the execution is the real clock's.
    State: {
      get EnteredTime() {
        return instant();
      },
    },
  };
  const { result, eventLogs } = machine.run(input as never, {
    context: context as never,
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries([
        ...tasks.map(([name]) => [name, task(name) as never]),
        ...waitings.map(([name, state]) => [name, waiting(name, state) as never]),
      ]),
      retryIntervalOverrides: Object.fromEntries(tasks.map(([name]) => [name, 0])),
    },
  });
  const retries = retriesIn(eventLogs);
  const ended = await result.then(
    (value) => ({ result: value as Fields, error: null, cause: null }),
    ({ cause }: { cause: Error }) => ({ result: null, error: cause.name, cause: cause.message }),
  );
  return { invoked, told, waits, retries: await retries, ...ended };
};

/**
 * Throws where a definition is not valid in Amazon States Language. Apart from `execute`, as each time compiles the schema of the
 * language anew, which takes longer than an execution.
 */
export const validate = (definition: Definition): void => {
  // The validator writes defaults into what it is given.
  new StateMachine(structuredClone(definition) as never, { validationOptions: { checkArn: false } });
};

/** An error of a function as Step Functions shows it: its name, and a cause of JSON. Errors of AWS itself have a plain cause. */
const rethrowAsLambda = (error: Error): never => {
  const { name, message } = error;
  const isOfAws = /^(Lambda|States)\./.test(name);
  const cause = isOfAws ? message : JSON.stringify({ errorType: name, errorMessage: message, trace: [] });
  throw Object.assign(new Error(cause), { name });
};

/**
 * The definition with a task for each wait, so that a test's clock passes where the machine waits, and without timeouts, which
 * would be timers of the real clock.
 */
const withoutWaits = ({ States, TimeoutSeconds: _whole, ...rest }: Definition): Definition => ({
  ...rest,
  States: Object.fromEntries(
    Object.entries(States).map(([name, { TimeoutSeconds: _task, ...state }]) => {
      const { Next, End, ItemProcessor } = state as State & { Next?: string; End?: boolean };
      if (ItemProcessor) {
        return [name, { ...state, ItemProcessor: { ...ItemProcessor, ...withoutWaits(ItemProcessor) } }];
      }
      if (state.Type !== "Wait") return [name, state];
      return [name, { Type: "Task", Resource: "wait", ResultPath: null, ...(End ? { End } : { Next }) } as never];
    }),
  ),
});

const waitedBy = ({ Seconds, SecondsPath, TimestampPath }: State, given: Fields): Waited => {
  const at = (path: string): unknown =>
    path
      .split(".")
      .slice(1)
      .reduce<unknown>((value, key) => (value as Fields | undefined)?.[key], given);
  if (TimestampPath) return { until: String(at(TimestampPath)) };
  return { seconds: SecondsPath ? Number(at(SecondsPath)) : Seconds! };
};

type StateEvent = {
  type: string;
  state?: { type: string; name: string; input: unknown };
  retry?: { retrier: Retrier; attempt: number };
};

const secondsBefore = ({ retrier, attempt }: { retrier: Retrier; attempt: number }): number => {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retrier;
  return Math.min(IntervalSeconds * BackoffRate ** (attempt - 1), MaxDelaySeconds);
};

const retriesIn = async (events: AsyncIterable<unknown>): Promise<Executed["retries"]> => {
  const retries: Executed["retries"] = [];
  for await (const event of events) {
    const { state, retry } = event as StateEvent;
    if (state && retry) retries.push({ state: state.name, seconds: secondsBefore(retry) });
  }
  return retries;
};
