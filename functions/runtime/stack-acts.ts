import { agentsBy, proxiesOf } from "../basics/proxies.ts";
import type { DeskActs } from "../desk/ports.ts";

// A call that hangs is cut off before API Gateway gives up on the desk itself.
const timeouts = { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true };

export type StackActsOptions = { env: NodeJS.ProcessEnv; stackName: string; hasMessages: boolean };

/**
 * Stops, resumes, tells and reminds by the functions of a stack, which may. Without messages the stack has no function that
 * tells. Needs lambda:InvokeFunction on them.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function openStackActs({ env, stackName, hasMessages }: StackActsOptions): DeskActs {
  const invoke = async (name: string, event: object, isWaitedFor: boolean): Promise<void> => {
    const { InvokeCommand, LambdaClient } = await import("@aws-sdk/client-lambda"); // most requests invoke nothing
    const client = new LambdaClient({ maxAttempts: 1, requestHandler: { ...timeouts, ...agentsBy(proxiesOf(env)) } });
    const FunctionName = `${stackName}-${name}`;
    const InvocationType = isWaitedFor ? "RequestResponse" : "Event";
    const { FunctionError } = await client.send(
      new InvokeCommand({ FunctionName, InvocationType, Payload: Buffer.from(JSON.stringify(event)) }),
    );
    if (FunctionError) throw new Error(`Cannot ${name} as ${FunctionName} failed: its log, level ERROR, says why`);
  };
  return {
    async setStopped(source, isStopped, { by, reason, caller }) {
      // The function knows only who invoked it: whom the sign-in proved stands beside the name.
      const who = "subject" in caller ? `${by} (${caller.subject})` : by;
      await invoke("stop", { source, [isStopped ? "stop" : "resume"]: true, by: who, reason }, true);
    },
    async tell(source) {
      if (hasMessages) await invoke("send", { source }, false);
    },
    async remind(source, review, reviewer) {
      // Not waited for: a message to each of hundreds takes longer than a page.
      await invoke("send", { source, review, remind: reviewer ?? true }, false);
      return {};
    },
  };
}
