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
  TimestampPath?: string;
  Parameters?: { FunctionName?: string };
  ItemProcessor?: Definition & { ProcessorConfig: { Mode: string } };
};
export type Definition = { StartAt: string; States: Record<string, State> };

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

/**
 * What an execution did: stages invoked in order, what was told, which states it waited in with which stage's answer, which
 * states it tried again after how many seconds at most; and how it ended.
 */
export type Executed = {
  invoked: [stage: string, event: Fields][];
  told: string[];
  waits: { state: string; answer: Fields }[];
  retries: { state: string; seconds: number }[];
  result: Fields | null;
  error: string | null;
  cause: string | null;
};

/** `invoke` stands for Lambda. */
export type Execution = {
  input: Fields;
  invoke: (stage: string, event: Fields) => Promise<unknown>;
};

/** Executes a synthesised definition, its tasks bound to `invoke`, without waiting. */
export const execute = async (definition: Definition, { input, invoke }: Execution): Promise<Executed> => {
  const invoked: Executed["invoked"] = [];
  const told: string[] = [];
  const states = statesOf(definition);
  const names = (type: string) => Object.keys(states).filter((name) => states[name]!.Type === type);
  const task = async (parameters: Fields) => {
    const { FunctionName, Payload, Message } = parameters as {
      FunctionName?: string;
      Payload: Fields;
      Message?: string;
    };
    if (!FunctionName) {
      told.push(String(Message));
      return {};
    }
    invoked.push([stageOf(FunctionName), Payload]);
    return { Payload: await invoke(stageOf(FunctionName), Payload) };
  };
  const machine = new StateMachine(definition as never, { validationOptions: { checkArn: false } });
  const { result, eventLogs } = machine.run(input as never, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(names("Task").map((name) => [name, task as never])),
      waitTimeOverrides: Object.fromEntries(names("Wait").map((name) => [name, 0])),
      retryIntervalOverrides: Object.fromEntries(names("Task").map((name) => [name, 0])),
    },
  });
  const waiting = waitsIn(eventLogs);
  const ended = await result.then(
    (value) => ({ result: value as Fields, error: null, cause: null }),
    ({ cause }: { cause: Error }) => ({ result: null, error: cause.name, cause: cause.message }),
  );
  return { invoked, told, ...(await waiting), ...ended };
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

const waitsIn = async (events: AsyncIterable<unknown>): Promise<Pick<Executed, "waits" | "retries">> => {
  const waits: Executed["waits"] = [];
  const retries: Executed["retries"] = [];
  for await (const event of events) {
    const { type, state, retry } = event as StateEvent;
    if (state && retry) retries.push({ state: state.name, seconds: secondsBefore(retry) });
    if (type !== "StateEntered" || state?.type !== "Wait") continue;
    const { stage } = state.input as { stage?: { answer: Fields } };
    waits.push({ state: state.name, answer: stage?.answer ?? {} });
  }
  return { waits, retries };
};
