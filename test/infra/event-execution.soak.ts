import { describeRareEventExecutions } from "./describe-event-executions.ts";

describeRareEventExecutions();
