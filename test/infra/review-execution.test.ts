import { describeExecutions } from "./describe-executions.ts";

describeExecutions();
