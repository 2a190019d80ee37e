import { codeOfError, exitCodes, worstOf } from "./exit-code.ts";
import { printJson, printLine } from "./print.ts";
import type { Session } from "./session.ts";

type Checked = { source: string; access: string; call: string; passed: boolean; missing: string | null };

/** Asks each source for the least it needs, with the read and the write credentials, and names what is missing. */
export const checkSources = async (session: Session): Promise<number> => {
  const checked: Checked[] = [];
  const codes: number[] = [];
  for (const sourceId of session.sources) {
    for (const access of ["read", "write"] as const) {
      const { checks, code } = await checkAccess(session, sourceId, access);
      checked.push(...checks);
      codes.push(code);
    }
  }
  const exitCode = worstOf(codes);
  if (session.options.json) printJson({ command: "check", exitCode, checks: checked });
  else for (const line of checked) printLine(textOf(line));
  return exitCode;
};

const textOf = ({ source, access, call, passed, missing }: Checked): string =>
  `${passed ? "ok     " : "missing"} ${source} ${access}: ${call}${missing ? `: ${missing}` : ""}`;

const checkAccess = async (
  session: Session,
  source: string,
  access: "read" | "write",
): Promise<{ checks: Checked[]; code: number }> => {
  try {
    const opened = await session.stageOf(source, "check").openSource(access);
    try {
      const permissions = await opened.checkPermissions();
      const checks = permissions.map((permission) => ({ source, access, ...permission }));
      return { checks, code: checks.every(({ passed }) => passed) ? exitCodes.done : exitCodes.failed };
    } finally {
      await opened.close();
    }
  } catch (error) {
    const missing = (error as Error).message;
    return { checks: [{ source, access, call: "open", passed: false, missing }], code: codeOfError(error) };
  }
};
