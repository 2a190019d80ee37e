// Plain JavaScript for any Node: says what is wrong before a TypeScript file makes an old Node fail obscurely.
const { howToGetNode, isNewEnough } = require("../bin/node-24.cjs");

if (!isNewEnough()) {
  process.stderr.write(howToGetNode());
  process.exit(2);
}
