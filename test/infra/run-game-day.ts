import { endLives, openLife } from "../review-life/open-life.ts";
import { faults, storyOf } from "./game-day.ts";

// `npm run gameday [-- FAULT …]`: lives through each fault over the embedded company and the synthesised state machine, and
// prints what an operator would see. docs/operate.md says what each alarm means. Nothing of a real account is touched.

const asked = process.argv.slice(2);
const unknown = asked.filter((id) => !faults.some((fault) => fault.id === id));
if (unknown.length > 0) {
  process.stderr.write(`No fault is called ${unknown.join(", ")}: ${faults.map(({ id }) => id).join(", ")}\n`);
  process.exit(2);
}
for (const fault of faults.filter(({ id }) => asked.length === 0 || asked.includes(id))) {
  process.stdout.write(`\n== ${fault.id}\n`);
  const life = await openLife({ people: 60 });
  life.config.language = "en";
  const seen = await fault.live(life);
  process.stdout.write(`${storyOf(fault, seen).join("\n")}\n`);
  await endLives();
}
