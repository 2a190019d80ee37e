import { createDesk } from "./desk/app.ts";
import { peopleByEmail } from "./ledger/grants.ts";
import { deskHandler } from "./runtime/lambda-desk.ts";

/** The desk behind API Gateway: where people decide signed in. */
export const handler = deskHandler({ createDesk, peopleByEmail });
