import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { launchBrowser } from "../report/open-browser.ts";

// A newcomer's clock: the README's commands in a clone of the last commit, then the desk in Chromium, until a grant is decided
// on. `npm ci` is a registry's time, and left out: the clone borrows the packages of this checkout.

const root = new URL("../..", import.meta.url).pathname;

/** What was done: how long it took, and how many acts it is: commands that are typed, clicks, an address that is opened. */
type Step = { what: string; ms: number; acts: number };

/** A command in the clone, as a shell of a newcomer runs it. */
function run(folder: string, command: string, ...args: string[]): ChildProcess {
  const env = { PATH: process.env.PATH ?? "", HOME: folder };
  return spawn(command, args, { cwd: folder, env, detached: true, stdio: ["ignore", "pipe", "inherit"] });
}

/** What a command prints, once it has printed this. */
async function printed(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout!.setEncoding("utf8")) {
    text += chunk;
    const [, found] = pattern.exec(text) ?? [];
    if (found !== undefined) return found;
  }
  throw new Error(`Cannot go on as ${child.spawnargs.join(" ")} ended without ${pattern}`);
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return String(port);
}

/** The sign-in as the first person, the review, one revoke, the receipt: each a click. */
async function decide(address: string): Promise<number> {
  const chromium = await launchBrowser();
  try {
    const page = await chromium.newPage({ viewport: { width: 1280, height: 800 }, bypassCSP: true });
    let acts = 1;
    await page.goto(address);
    const click = async (selector: string): Promise<void> => {
      acts += 1;
      await page.locator(selector).first().click();
    };
    await click("button[name=person]");
    await click(".task a.button");
    await page.locator("html.ready").waitFor({ state: "attached" });
    await click(".ask .choices .revoke");
    await click("#submit-bar button.save");
    await page.locator(".receipt").first().waitFor();
    return acts;
  } finally {
    await chromium.close();
  }
}

async function followReadme(folder: string): Promise<Step[]> {
  const steps: Step[] = [];
  const timed = async (what: string, work: () => Promise<number>): Promise<void> => {
    const begun = performance.now();
    const acts = await work();
    steps.push({ what, ms: performance.now() - begun, acts });
  };
  await timed("git clone", async () => {
    execFileSync("git", ["clone", "--quiet", root, folder]);
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    return 1;
  });
  await timed("npm run review", async () => {
    const review = run(folder, "npm", "run", "review");
    review.stdout!.resume();
    await once(review, "exit");
    return 1;
  });
  const port = await freePort();
  const serving = run(folder, "npx", "access-review", "serve", "--port", port);
  try {
    let address = "";
    await timed("npx access-review serve, until it says its address", async () => {
      address = await printed(serving, /(http:\/\/127\.0\.0\.1:\d+)/);
      return 1;
    });
    await timed("in Chromium: open it, sign in, open the review, revoke one, submit, see the receipt", () =>
      decide(address),
    );
  } finally {
    process.kill(-serving.pid!, "SIGTERM");
  }
  return steps;
}

/** How long a newcomer takes from a clone to a decided grant, and by how many acts, as a table; and how busy the machine was. */
export async function newcomerTable(): Promise<string> {
  const folder = join(mkdtempSync(join(tmpdir(), "access-review-newcomer-")), "access-review");
  const load = loadavg()[0]!.toFixed(1);
  try {
    const steps = await followReadme(folder);
    const table = new Table({ head: ["step", "took (s)", "acts"], style: { head: [], border: [] } });
    const row = ({ what, ms, acts }: Step): string[] => [what, (ms / 1_000).toFixed(1), String(acts)];
    const sum = (part: (step: Step) => number): number => steps.reduce((total, step) => total + part(step), 0);
    table.push(
      ...steps.map(row),
      row({ what: "together, without npm ci", ms: sum(({ ms }) => ms), acts: sum(({ acts }) => acts) }),
    );
    return `load ${load} before, ${loadavg()[0]!.toFixed(1)} after\n${table.toString()}`;
  } finally {
    rmSync(join(folder, ".."), { recursive: true, force: true });
  }
}
