import type { Template } from "aws-cdk-lib/assertions";
import { StateMachine } from "aws-local-stepfunctions";
import { textOf } from "./iam-evaluator.ts";
import { resourcesOf } from "./synthesised.ts";

type Fields = Record<string, unknown>;

/** The part of Amazon States Language that tests look at. https://states-language.net/spec.html */
export type State = {
  Type: string;
  Retry?: { ErrorEquals: string[]; JitterStrategy?: string; BackoffRate?: number }[];
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

/** What an execution did: stages invoked in order, what was told, which states it waited in with which stage's answer; and how it ended. */
export type Executed = {
  invoked: [stage: string, event: Fields][];
  told: string[];
  waits: { state: string; answer: Fields }[];
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
  const waits = waitsIn(eventLogs);
  const ended = await result.then(
    (value) => ({ result: value as Fields, error: null, cause: null }),
    ({ cause }: { cause: Error }) => ({ result: null, error: cause.name, cause: cause.message }),
  );
  return { invoked, told, waits: await waits, ...ended };
};

const waitsIn = async (events: AsyncIterable<unknown>): Promise<Executed["waits"]> => {
  const waits: Executed["waits"] = [];
  for await (const event of events) {
    const { type, state } = event as { type: string; state?: { type: string; name: string; input: unknown } };
    if (type !== "StateEntered" || state?.type !== "Wait") continue;
    const { stage } = state.input as { stage?: { answer: Fields } };
    waits.push({ state: state.name, answer: stage?.answer ?? {} });
  }
  return waits;
};
