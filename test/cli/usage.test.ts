import { existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { columnsOf } from "../../functions/cli/print.ts";
import { runCommand } from "../../functions/cli/program.ts";
import { jsonOf, reasons, runCli } from "./cli-process.ts";
import { configText, makeFolder } from "./reviewed-company.ts";

let place: ReturnType<typeof makeFolder>;
beforeAll(() => {
  place = makeFolder();
});
afterAll(() => place.remove());

describe("a wrong call", () => {
  it.each([
    [["frobnicate"], "unknown command 'frobnicate'"],
    [["review", "--frobnicate"], "unknown option '--frobnicate'"],
    [["review", "--mode", "enforce"], "Allowed choices are report"],
    [["review", "--source", "nobody"], "--source nobody is not configured: access-review.yaml has people"],
    [["review", "--review", "yesterday"], "it looks like 2026-10-01T020000Z"],
    [["review", "--config", "absent.yaml"], "Cannot read absent.yaml (ENOENT)"],
    [["verify", "--store", "ftp://host/reviews"], "--store cannot be kept in ftp://"],
    [["diff", "--from", "../..", "--to", "yesterday"], "--from and --to are review ids"],
    [["approve", "--plan", "0000"], "approve needs '--by <name>', '--reason <text>' as well"],
    [["approve"], "approve needs '--plan <hash>', '--by <name>', '--reason <text>' as well"],
    [["diff", "--to", "x"], "diff needs '--from <id>' as well"],
    [["stop", "--source", "people", "--source", "cloud"], "'--source <id>' is given twice: people and cloud"],
    [["approve", "--plan", "00", "--plan=11"], "'--plan <hash>' is given twice: 00 and 11"],
    [["restore", "--by", "Li Wei", "--by", "Wang Fang"], "'--by <name>' is given twice: Li Wei and Wang Fang"],
    [["frobnicate"], "npx access-review help names the commands"],
    [["approve", "--plan", "0000"], "npx access-review help approve shows what it takes"],
    [["verify", "q4.zip", "--expect", "3f0c"], "--expect 3f0c is not the SHA-256 of an evidence: 64 lowercase hex"],
    [["verify", "q4.zip", "--expect", ""], '--expect "" is not the SHA-256 of an evidence'],
    [["sandbox", "--pace", "0"], "--pace 0 is not a whole number from 1 on"],
    [["sandbox", "--people", "0"], "--people 0 is not a whole number from 40 on"],
    [["sandbox", "--port", "70000"], "--port 70000 is not a whole number from 0 to 65535"],
    [["verify"], "Name the review to verify with --review ID"],
    [["restore"], "Name the review to undo with --review ID"],
    [["report"], "Name the review with --review"],
    [["decide"], "missing required argument 'file'"],
    [["simulate"], "simulate needs '--policy <file>' as well"],
    [["simulate", "--policy", "absent.yaml"], "Cannot read absent.yaml (ENOENT): name the policy with --policy"],
    [["verify", "absent.zip"], "Cannot verify absent.zip as it is not there"],
    [["decide", "absent.csv"], "Cannot read absent.csv (ENOENT)"],
  ])("%j exits with 2 and says what is wrong", async (args, said) => {
    const { code, stdout, stderr } = await runCli(place, ...args);
    expect({ code, stdout, stderr }).toMatchObject({ code: 2, stdout: "" });
    expect(stderr).toContain(said);
  });
});

describe("an option that is given twice", () => {
  it("counts where both say the same, and where it takes several values", async () => {
    const { stderr } = await runCli(place, "list", "--review", "yesterday", "--review", "yesterday");
    expect(stderr).toContain("--review yesterday is not a review id");
    const several = await runCli(place, "restore", "--grant", "a", "--grant", "b");
    expect(several.stderr).toContain("Name the review to undo");
  });
});

describe("a wrong configuration", () => {
  it("exits with 2 and names every fault with its key, before anything is read or written", async () => {
    const text = configText()
      .replace('"mode":"enforce"', '"mode":"both"')
      .replace('"noticeDays":0', '"noticeDays":-1')
      .replace("Asia/Shanghai", "Asia/Nowhere");
    writeFileSync(join(place.folder, "wrong.yaml"), text);
    const { code, stdout, stderr } = await runCli(place, "review", "--config", "wrong.yaml");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    const keys = stderr.match(/^wrong\.yaml: [^:]+/gm);
    expect(keys).toEqual(
      expect.arrayContaining([
        "wrong.yaml: mode",
        "wrong.yaml: schedule.timezone",
        "wrong.yaml: policy.rules[0].noticeDays",
      ]),
    );
  });
});

describe("a configuration that no editor saved as UTF-8", () => {
  it.each([
    ["GBK", Buffer.from(configText()).toString("latin1").replace("The holder", "\xd2\xd1\xc0\xeb\xd6\xb0"), "latin1"],
    ["UTF-16", `\uFEFF${configText()}`, "utf16le"],
  ] as const)("is refused as %s, and nothing is written", async (encoding, text, written) => {
    writeFileSync(join(place.folder, "wrong.yaml"), text, written);
    const { code, stdout, stderr } = await runCli(place, "review", "--config", "wrong.yaml");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`wrong.yaml: is ${encoding}, not UTF-8`);
    expect(existsSync(join(place.folder, "store"))).toBe(false);
  });
});

describe("--help", () => {
  it("names every command of the contract", async () => {
    const { code, stdout } = await runCli(place, "--help");
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) .*$/gm)].map(([, name]) => name);
    expect(code).toBe(0);
    expect(commands).toEqual([
      ...["review", "snapshot", "assess", "expire", "send", "seal", "approve", "decide", "stop", "resume"],
      "acknowledge",
      ...[
        "restore",
        "export",
        "verify",
        "diff",
        "simulate",
        "report",
        "open",
        "status",
        "list",
        "serve",
        "listen",
        "check",
        "sandbox",
        "help",
      ],
    ]);
  });

  it.each([
    ["serve", ["--config", "--store", "--json", "--port", "--listen", "--stack"]],
    ["status", ["--config", "--store", "--source", "--json"]],
    ["approve", ["--config", "--store", "--source", "--review", "--json", "--plan", "--by", "--reason"]],
  ])("of %s shows the options that it uses, which of them are required, and an example", async (command, options) => {
    const { stdout } = await runCli(place, command, "--help");
    expect([...stdout.matchAll(/^ {2}(--[a-z]+)/gm)].map(([, name]) => name)).toEqual(options);
    expect(stdout.match(/\(required\)/g)?.length ?? 0).toBe(command === "approve" ? 3 : 0);
    expect(stdout).toContain(`Example:\n  npx access-review ${command}`);
  });
});

describe("--help of every command", () => {
  const helpAt = async (columns: number, ...words: string[]): Promise<string> => {
    let said = "";
    const stdout = Object.assign(
      new Writable({
        write(piece, _encoding, done) {
          said += String(piece);
          done();
        },
      }),
      { columns },
    );
    expect(await runCommand([...words, "--help"], { env: {}, stdout, stderr: stdout })).toBe(0);
    return said;
  };

  const english = ["--language", "en"];

  it("is in Chinese where the configuration is, no wider than the terminal", async () => {
    const chinese = makeFolder(configText().replace('"language":"en"', '"language":"zh"'));
    for (const words of [[], ["approve"], ["verify"]]) {
      const said = await helpAt(60, ...words, "--config", join(chinese.folder, "access-review.yaml"));
      const [help = "", example = ""] = said.split("\n示例 Example:\n");
      expect(help).toMatch(/^用法 Usage:.*选项 Options:/s);
      expect(help.split("\n").filter((line) => columnsOf(line) > 60)).toEqual([]);
      if (words[0]) expect(example).toContain(`npx access-review ${words[0]}`);
    }
    chinese.remove();
  });

  it("fits a terminal of 60 columns, but for the example, which is copied whole", async () => {
    const names = [...(await helpAt(200, ...english)).matchAll(/^ {2}([a-z-]+) .*$/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(20);
    for (const words of [[], ...names.map((name) => [name])]) {
      const [help, example] = (await helpAt(60, ...words, ...english)).split("\nExample:\n") as [
        string,
        string | undefined,
      ];
      expect([words, help.split("\n").filter((line) => line.length > 60)]).toEqual([words, []]);
      if (words[0] !== undefined && words[0] !== "help") expect(example).toContain(`npx access-review ${words[0]}`);
    }
  });
});

describe("the store", () => {
  it("that the configuration names lies beside it, wherever the command runs; that of --store where it runs", async () => {
    const elsewhere = { folder: makeSubfolder("elsewhere") };
    const told = await runCli(elsewhere, "review", "--config", "../access-review.yaml");
    expect(told.stdout).toContain(`Report: ${join(realpathSync(place.folder), "store/reviews/people")}/`);
    // The embedded company of that folder was reviewed, and no other was founded.
    expect(existsSync(join(elsewhere.folder, ".sandbox"))).toBe(false);
    await runCli(elsewhere, "snapshot", "--config", "../access-review.yaml", "--store", "mine");
    const given = await runCli(elsewhere, "list", "--config", "../access-review.yaml", "--store", "mine", "--json");
    expect(jsonOf(given).sources).toMatchObject([{ source: "people", reviews: [{ state: "open" }] }]);
  });

  it.each([
    ...["stop", "resume", "acknowledge"].map((command) => [command, ...reasons]),
    ["approve", "--plan", "00", ...reasons],
    ["verify", "--review", "2026-10-01T020000Z"],
    ...["assess", "expire", "seal", "send", "status", "list", "open"].map((command) => [command]),
    ["report", "--review", "2026-10-01T020000Z"],
    ["restore", "--review", "2026-10-01T020000Z"],
    ["export", "--review", "2026-10-01T020000Z", "q4.zip"],
    ["diff", "--from", "2026-07-01T020000Z", "--to", "2026-10-01T020000Z"],
    ["decide", "access-review.yaml"],
    ["simulate", "--policy", "access-review.yaml"],
    ["retire-review", "--review", "2062-10-01T020000Z", ...reasons],
  ])("is not made by %s where --store misspells its name (2)", async (...args) => {
    const { code, stdout, stderr } = await runCli(place, ...args, "--store", "typo");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(
      "--store typo has no reviews: correct its name, or begin the first with npx access-review review --store typo",
    );
    expect(existsSync(join(place.folder, "typo"))).toBe(false);
  });
});

describe("list", () => {
  it("names the reviews of a source, newest first, with state and figures, and begins none", async () => {
    const listed = makeFolder({ mode: "report" });
    const before = await runCli(listed, "list");
    expect(before).toMatchObject({ code: 0, stdout: "people: no review yet\n" });
    for (const _ of [1, 2]) await runCli(listed, "review");
    await runCli(listed, "snapshot");
    const { sources } = jsonOf(await runCli(listed, "list", "--json"));
    const [{ reviews }] = sources;
    expect(reviews.map(({ state }: { state: string }) => state)).toEqual(["open", "sealed", "sealed"]);
    const ids = reviews.map(({ review }: { review: string }) => review);
    expect(ids).toEqual([...ids].sort().reverse());
    expect(reviews[1]).toMatchObject({ removed: 0, sealedAt: expect.any(String), grants: expect.any(Number) });
    listed.remove();
  });
});

function makeSubfolder(name: string): string {
  const folder = join(place.folder, name);
  mkdirSync(folder);
  return folder;
}
