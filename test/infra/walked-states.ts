import { runInNewContext } from "node:vm";

type Fields = Record<string, unknown>;

/** The part of Amazon States Language that the review's state machine uses. https://states-language.net/spec.html */
export type State = {
  Type: "Task" | "Choice" | "Wait" | "Pass" | "Succeed" | "Fail";
  Next?: string;
  Choices?: { Variable: string; IsPresent?: true; StringEquals?: string; Next: string }[];
  Default?: string;
  Parameters?: Fields;
  TimestampPath?: string;
  Error?: string;
  CausePath?: string;
  Retry?: { ErrorEquals: string[] }[];
};

export type Definition = { StartAt: string; States: Record<string, State> };

/** What an execution did: which stage was invoked with which event, what was waited for, and how it ended. */
export type Walk = { invoked: [stage: string, event: Fields][]; waitedFor: unknown[]; end: string };

const intrinsics = {
  Format: (template: string, ...values: string[]) =>
    values.reduce((text, value) => text.replace("{}", value), template),
  ArrayGetItem: (list: unknown[], at: number) => list[at],
  StringSplit: (text: string, characters: string) => text.split(new RegExp(`[${characters}]`)),
};

/** Where a path leads nowhere, Step Functions fails the execution. */
const resolved = (expression: string, input: Fields): unknown => {
  const named = /^\$\.(\w+)$/.exec(expression)?.[1];
  if (named && !(named in input)) throw new Error(`States.Runtime: ${expression} is not in the input`);
  if (named) return input[named];
  return runInNewContext(expression, { States: intrinsics, $: input });
};

const filledIn = (template: Fields, input: Fields): Fields =>
  Object.fromEntries(
    Object.entries(template).map(([name, value]) =>
      name.endsWith(".$") ? [name.slice(0, -2), resolved(String(value), input)] : [name, value],
    ),
  );

const chosen = ({ Choices = [], Default }: State, input: Fields): string => {
  const match = Choices.find(({ Variable, IsPresent, StringEquals }) => {
    const name = Variable.slice("$.".length);
    return IsPresent ? name in input : input[name] === StringEquals;
  });
  return match?.Next ?? Default!;
};

/** Walks an execution whose stages give these answers, in order. `stageOf` says which stage a function is. */
export const walk = (
  { StartAt, States }: Definition,
  { input, answers, stageOf }: { input: Fields; answers: Fields[]; stageOf: (functionName: string) => string },
): Walk => {
  const walked: Walk = { invoked: [], waitedFor: [], end: "" };
  let [name, current] = [StartAt, input];
  for (;;) {
    const state = States[name]!;
    if (state.Type === "Succeed") return { ...walked, end: name };
    if (state.Type === "Fail") return { ...walked, end: `failed: ${state.Error}` };
    if (state.Type === "Wait") walked.waitedFor.push(resolved(state.TimestampPath!, current));
    if (state.Type === "Pass") current = filledIn(state.Parameters!, current);
    if (state.Type === "Task") {
      const { FunctionName, Payload } = state.Parameters as { FunctionName: string; Payload: Fields };
      walked.invoked.push([stageOf(FunctionName), filledIn(Payload, current)]);
      const answer = answers[walked.invoked.length - 1];
      if (!answer) throw new Error(`${name} was invoked, and no answer is left`);
      current = answer;
    }
    name = state.Type === "Choice" ? chosen(state, current) : state.Next!;
  }
};
