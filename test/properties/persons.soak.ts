import { describePersons } from "./describe-persons.ts";

describePersons({ runs: 10_000 });
