import { describePersons } from "./describe-persons.ts";

describePersons({ runs: 1_500 });
