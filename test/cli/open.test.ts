import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserCommand, type Desktop, openInBrowser } from "../../functions/cli/show/browser.ts";
import { type CliRun, jsonOf, runCli } from "./cli-process.ts";
import { configText, makeFolder, shippedText } from "./reviewed-company.ts";

let place: ReturnType<typeof makeFolder>;
let sealed: string;
let waiting: string;
beforeAll(async () => {
  place = makeFolder({ source: { id: "people" } });
  sealed = jsonOf(await runCli(place, "review", "--json")).sources[0].review;
  writeFileSync(join(place.folder, "asking.yaml"), configText({ decideWithinDays: 7 }));
  waiting = jsonOf(await runCli(place, "review", "--config", "asking.yaml", "--json")).sources[0].review;
});
afterAll(() => place.remove());

/** The page that the printed address opens. */
const pageAt = ({ code, stdout, stderr }: CliRun): string => {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return readFileSync(fileURLToPath(stdout.trim()), "utf8");
};

describe("open", () => {
  it("prints the address of the newest report where nobody is at a terminal, and opens nothing", async () => {
    const run = await runCli(place, "open");
    expect(pageAt(run)).toContain(waiting);
    const { address, ...said } = jsonOf(await runCli(place, "open", "--json"));
    expect(said).toEqual({ command: "open", exitCode: 0, source: "people", review: waiting, opened: false });
    expect(address).toBe(run.stdout.trim());
  });

  it("shows the report of the review that is named, as it was sealed", async () => {
    const run = await runCli(place, "open", "--review", sealed);
    expect(run.stdout).toContain(`/reviews/people/${sealed}/report.html`);
    expect(pageAt(run)).toContain(sealed);
  });

  it("says what to do where there is no report yet, and where there is no desk", async () => {
    const empty = makeFolder();
    const none = await runCli(empty, "open");
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toBe("There is no report of people yet: begin with npx access-review review\n");
    const desk = await runCli(empty, "open", "--desk");
    expect(desk).toMatchObject({ code: 2, stderr: expect.stringContaining("access-review.yaml has no desk: write") });
    empty.remove();
  });

  it("gives the desk's address, and over several sources the page over all of them", async () => {
    const shipped = makeFolder(shippedText);
    expect((await runCli(shipped, "open", "--desk")).stdout).toBe("http://127.0.0.1:8443\n");
    await runCli(shipped, "review", "--mode", "report");
    const run = await runCli(shipped, "open");
    expect(run.stdout).toMatch(/summary\.html\n$/);
    for (const source of ["people-hq", "functional-roles", "cloud"]) expect(pageAt(run)).toContain(source);
    shipped.remove();
  });
});

describe("report --link", () => {
  it("prints an address instead of a path, with --open as well where nobody is at a terminal", async () => {
    for (const option of ["--link", "--open"]) {
      expect(pageAt(await runCli(place, "report", "--review", waiting, option))).toContain(waiting);
    }
  });

  it("is of the whole report: --reviewer and --html are refused beside it", async () => {
    const run = await runCli(place, "report", "--review", sealed, "--link", "--html", "page.html");
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("leave --reviewer and --html out") });
  });
});

describe("browserCommand()", () => {
  const at = (desktop: Partial<Desktop>): string | undefined =>
    browserCommand("file:///r", { platform: "linux", env: { DISPLAY: ":0" }, isTerminal: true, ...desktop })?.[0];

  it("names what opens an address on each system", () => {
    expect(at({})).toBe("xdg-open");
    expect(at({ env: { WAYLAND_DISPLAY: "wayland-0" } })).toBe("xdg-open");
    expect(at({ env: { WSL_DISTRO_NAME: "Debian" } })).toBe("wslview");
    expect(at({ platform: "darwin", env: {} })).toBe("open");
    expect(at({ platform: "win32", env: {} })).toBe("rundll32");
  });

  it.each<[string, Partial<Desktop>]>([
    ["without a terminal", { isTerminal: false }],
    ["in CI", { env: { DISPLAY: ":0", CI: "true" } }],
    ["over SSH", { env: { DISPLAY: ":10", SSH_CONNECTION: "10.0.0.1 22" } }],
    ["without a display", { env: {} }],
  ])("opens nothing %s", (_, desktop) => {
    expect(at(desktop)).toBeUndefined();
  });
});

describe("openInBrowser()", () => {
  it("says that nothing was opened where the system has no such command", async () => {
    const { PATH } = process.env;
    process.env.PATH = "/nowhere";
    const opened = await openInBrowser("file:///r", { platform: "linux", env: { DISPLAY: ":0" }, isTerminal: true });
    process.env.PATH = PATH;
    expect(opened).toBe(false);
  });
});
