import { describeRareExecutions } from "./describe-executions.ts";

describeRareExecutions();
