import type { Plugin } from "rolldown";

/**
 * Files of libraries that are loaded together with what a stage needs and are never called on Lambda, as the ends of their
 * paths, by package.
 */
const neverCalled: Readonly<Record<string, readonly RegExp[]>> = {
  // HTTP/2, which `openJsonCall` does not speak: it would load all of node:http2.
  undici: [/\/dispatcher\/client-h2\.js$/],
  // What stands in for Node's own hashes where there are none, and for Node's streams in a browser. Merely asking whether
  // there are web streams makes Node load its own.
  "@smithy/core": [/\/(Sha256|Md5)Js\.js$/, /\.browser\.js$/],
  "@aws-sdk/checksums": [/\/Sha1Js\.js$/],
};

/** Throws at synth where a package was bundled and has no such file any more: nothing would be left out then. */
const refuseUnmatched = (ids: readonly string[], replaced: ReadonlySet<RegExp>): void => {
  for (const [name, endings] of Object.entries(neverCalled)) {
    if (!ids.some((id) => id.includes(`/node_modules/${name}/`))) continue;
    const unmatched = endings.filter((ending) => !replaced.has(ending));
    if (unmatched.length > 0)
      throw new Error(
        `Cannot leave ${unmatched.join(", ")} of ${name} out of the bundle as it has no such file: see infra/left-out.ts`,
      );
  }
};

const endingOf = (id: string): RegExp | undefined =>
  Object.entries(neverCalled)
    .filter(([name]) => id.includes(`/node_modules/${name}/`))
    .flatMap(([, endings]) => endings)
    .find((ending) => ending.test(id));

const exported = /^export (?:async )?(?:const|let|var|class|function)\*? (\w+)/gm;

/** A module of the same exports, each of which throws when it is called or constructed. */
const standIn = (id: string, code: string): string => {
  const file = id.slice(id.lastIndexOf("/node_modules/") + "/node_modules/".length);
  const message = `Cannot call what the bundle leaves out: ${file}. See infra/left-out.ts`;
  const leftOut = `const leftOut = function () { throw new Error(${JSON.stringify(message)}); };`;
  const names = [...code.matchAll(exported)].map(([, name]) => `leftOut as ${name}`);
  return `${leftOut}\n${names.length > 0 ? `export { ${names.join(", ")} };` : "module.exports = leftOut;"}`;
};

/** Puts a stand-in that throws in the place of what is loaded and never called, so that Lambda need not read it. */
export const leaveOutUncalled = (): Plugin => {
  const replaced = new Set<RegExp>();
  return {
    name: "leave-out-uncalled",
    transform(code, id) {
      const ending = endingOf(id);
      if (!ending) return null;
      replaced.add(ending);
      return { code: standIn(id, code), map: null };
    },
    buildEnd() {
      refuseUnmatched([...this.getModuleIds()], replaced);
    },
  };
};
