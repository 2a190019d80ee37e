import { codeOfError, exitCodes, worstOf } from "./exit-code.ts";
import { printJson, printLine } from "./print.ts";
import type { Session } from "./session.ts";

type Checked = { source: string; call: string; passed: boolean; missing: string | null };

/** Asks each source for the least it needs, with the read and the write credentials, and names what is missing. */
export const checkSources = async (session: Session): Promise<number> => {
  const checked: Checked[] = [];
  const codes: number[] = [];
  for (const sourceId of session.sources) {
    const { checks, code } = await checkSource(session, sourceId);
    checked.push(...checks);
    codes.push(code);
  }
  const exitCode = worstOf(codes);
  if (session.options.json) printJson({ command: "check", exitCode, checks: checked });
  else for (const line of checked) printLine(textOf(line));
  return exitCode;
};

const textOf = ({ source, call, passed, missing }: Checked): string =>
  `${passed ? "ok     " : "missing"} ${source}: ${call}${missing ? `: ${missing}` : ""}`;

const checkSource = async (session: Session, source: string): Promise<{ checks: Checked[]; code: number }> => {
  try {
    const opened = await session.stageOf(source, "check").openSource("write");
    try {
      const permissions = await opened.checkPermissions();
      const checks = permissions.map((permission) => ({ source, ...permission }));
      return { checks, code: checks.every(({ passed }) => passed) ? exitCodes.done : exitCodes.failed };
    } finally {
      await opened.close();
    }
  } catch (error) {
    const missing = (error as Error).message;
    return { checks: [{ source, call: "open", passed: false, missing }], code: codeOfError(error) };
  }
};
