import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";

/** What a secret is for: `write` is for expire and restore alone. */
export type Access = "read" | "write";

/** The secrets that the configuration names, each once however many sources share it, with what they are for. */
export type SourceSecrets = { secret: Secret; uses: Set<Access> }[];

/** Creates the secrets of all sources under the names the configuration gives them. What they hold is entered by hand afterwards. */
export const createSourceSecrets = (scope: Construct, { sources }: Config): SourceSecrets => {
  const usesByName = new Map<string, Set<Access>>();
  for (const { credentials } of sources) {
    for (const access of ["read", "write"] as const) {
      const name = credentials?.[access].replace(/^secretsmanager:/, "");
      if (name) usesByName.set(name, (usesByName.get(name) ?? new Set()).add(access));
    }
  }
  return [...usesByName].map(([name, uses]) => ({ secret: createSecret(scope, name), uses }));
};

/** Lets a stage read the secrets that are for one of these uses. */
export const grantSecrets = (secrets: SourceSecrets, stage: IGrantable, accesses: readonly Access[]): void => {
  for (const { secret, uses } of secrets) {
    if (accesses.some((access) => uses.has(access))) secret.grantRead(stage);
  }
};

const createSecret = (scope: Construct, name: string): Secret =>
  new Secret(scope, `secret ${name}`, {
    secretName: name,
    description: "An app's id and secret for access reviews, as JSON",
    // A placeholder, which the stages refuse naming the keys they need. Never change it: CloudFormation would write the
    // new one over the secret that was entered.
    generateSecretString: { secretStringTemplate: "{}", generateStringKey: "placeholder" },
  });
