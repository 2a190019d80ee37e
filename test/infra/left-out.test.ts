import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { leaveOutUncalled } from "../../infra/left-out.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "access-review-left-out-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Bundles `entry.mjs` of these files, and imports what came of it. */
const bundled = async (files: Record<string, string>): Promise<Record<string, unknown>> => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const graph = await rolldown({ input: join(folder, "entry.mjs"), plugins: [leaveOutUncalled()], logLevel: "silent" });
  const file = join(folder, "bundle.mjs");
  await graph.write({ file });
  await graph.close();
  return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
};

const undici = "node_modules/undici/lib/dispatcher";

describe("leaveOutUncalled()", () => {
  it("lets what extends or names a left-out export load, and throws where one is called", async () => {
    const { open, Opened } = await bundled({
      "entry.mjs":
        'export { open, Stream as Opened } from "./node_modules/@smithy/core/a.browser.js";\nimport "./node_modules/@smithy/core/Sha256Js.js";\nimport "./node_modules/@smithy/core/Md5Js.js";',
      "node_modules/@smithy/core/a.browser.js": "export const open = () => 1;\nexport class Stream {}\n",
      "node_modules/@smithy/core/Sha256Js.js": "export class Sha256Js {}\n",
      "node_modules/@smithy/core/Md5Js.js": "export class Md5Js {}\n",
    });
    const message = "Cannot call what the bundle leaves out: @smithy/core/a.browser.js. See infra/left-out.ts";
    expect(open).toThrow(message);
    expect(() => new (Opened as new () => unknown)()).toThrow(message);
    expect(() => class extends (Opened as new () => object) {}).not.toThrow();
  });

  it("does so for a CommonJS module", async () => {
    const { connect } = await bundled({
      "entry.mjs": `import connect from "./${undici}/client-h2.js";\nexport { connect };`,
      [`${undici}/client-h2.js`]: "module.exports = function connect () { return 1 }\n",
    });
    expect(connect).toThrow("Cannot call what the bundle leaves out: undici/lib/dispatcher/client-h2.js");
  });

  it("refuses to bundle a package that has no such file any more", async () => {
    const files = {
      "entry.mjs": `import client from "./${undici}/client.js";\nexport { client };`,
      [`${undici}/client.js`]: "module.exports = 1\n",
    };
    await expect(bundled(files)).rejects.toThrow(/Cannot leave .*client-h2.* of undici out .* has no such file/);
  });
});
