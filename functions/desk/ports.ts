import type { Config, DeskConfig } from "../config/config.ts";
import type { Clock, Store } from "../review/ports.ts";
import type { Act } from "../review/proof/act.ts";
import type { NextBeginnings } from "../review/source-standing.ts";
import type { SentMessages, Stage } from "../review/stage.ts";
import type { SignIn } from "./sign-in/sign-in.ts";

/** What the desk does not do itself: on AWS other functions do, whose roles may. */
export type DeskActs = {
  setStopped(sourceId: string, isStopped: boolean, act: Act): Promise<void>;
  /** Tells people at once what was done to a source, or submitted at the desk; where that fails, the next `send` does. */
  tell(sourceId: string): Promise<void>;
  /** Reminds one reviewer of a review (their id in the source), or everybody who has not answered. */
  remind(sourceId: string, review: string, reviewer: string | null): Promise<SentMessages>;
};

/** What a desk is made of. `keys`: to sign sessions by, the first one newest. */
export type DeskPorts = {
  config: Config & { desk: DeskConfig };
  store: Store;
  clock: Clock;
  stageOf(sourceId: string, review: string): Stage;
  signIn: SignIn;
  keys: readonly string[];
  acts: DeskActs;
  /** When the schedule begins the next review and the next sweep of a source. */
  nextDue(sourceId: string): NextBeginnings;
  /** Notes what failed, for whoever runs the desk: nobody's name. */
  note(fault: string): void;
  /** Answers what the vendor sends to `POST /events/feishu`; left out: no events are received. */
  receiveEvent?: ((request: Request) => Promise<Response>) | undefined;
  /** 16 random bytes as hex, by default of node:crypto. */
  random?: () => string;
};
