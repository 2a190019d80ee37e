import { describeEventExecutions } from "./describe-event-executions.ts";

describeEventExecutions();
