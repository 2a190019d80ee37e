import type { Template } from "aws-cdk-lib/assertions";
import { resourcesOf } from "./synthesised.ts";

type Json = unknown;
type Statement = {
  Effect: "Allow" | "Deny";
  Principal?: { AWS?: Json; Service?: Json } | "*";
  Action: Json;
  Resource?: Json;
  NotResource?: Json;
  Condition?: Record<string, Record<string, Json>>;
};

/** Who asks for what: `principal` is a role's logical id, or an ARN; `context` are the request's condition keys. */
export type Ask = { principal: string; action: string; resource: string; context?: Record<string, string> };

const listOf = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);

/** A CloudFormation value as text: a reference is `<id>`, an attribute `<id.Arn>`. */
export const textOf = (value: Json): string => {
  if (typeof value !== "object") return String(value);
  const [[name, argument]] = Object.entries(value as object) as [[string, Json]];
  if (name === "Ref") return `<${argument}>`;
  if (name === "Fn::GetAtt") return `<${(argument as string[]).join(".")}>`;
  if (name === "Fn::Join") return (argument as [string, Json[]])[1].map(textOf).join((argument as [string, Json[]])[0]);
  throw new Error(`Cannot evaluate ${name}`);
};

const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "s",
  ).test(text);

/** An operator holds over the values that the policy lists; the key may be missing from the request. */
const operators: Record<string, (asked: string | undefined, wanted: string[]) => boolean> = {
  StringEquals: (asked, wanted) => asked !== undefined && wanted.includes(asked),
  StringNotEquals: (asked, wanted) => asked === undefined || !wanted.includes(asked),
  ArnLike: (asked, wanted) => asked !== undefined && wanted.some((pattern) => matches(pattern, asked)),
  Bool: (asked, wanted) => asked !== undefined && wanted.includes(asked),
  Null: (asked, wanted) => wanted.includes(String(asked === undefined)),
  NumericGreaterThan: (asked, wanted) => asked !== undefined && wanted.some((limit) => Number(asked) > Number(limit)),
  NumericLessThan: (asked, wanted) => asked !== undefined && wanted.some((limit) => Number(asked) < Number(limit)),
};

const holds = (condition: Statement["Condition"], context: Record<string, string>): boolean =>
  Object.entries(condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const evaluate = operators[operator];
      if (!evaluate) throw new Error(`Cannot evaluate the operator ${operator}`);
      return evaluate(context[key], listOf(wanted).map(textOf));
    }),
  );

/** A policy variable is a condition key that the request fills in; a variable that the request lacks matches nothing. */
const filledIn = (pattern: string, context: Record<string, string>): string =>
  pattern.replace(/\$\{([^}]+)\}/g, (_, key: string) => context[key] ?? "\0");

const isAbout = ({ Action, Resource, NotResource }: Statement, { action, resource, context = {} }: Ask): boolean => {
  const isAction = listOf(Action).some((pattern) => matches(textOf(pattern), action));
  const has = (patterns: Json): boolean =>
    listOf(patterns).some((pattern) => matches(filledIn(textOf(pattern), context), resource));
  return isAction && (NotResource === undefined ? has(Resource) : !has(NotResource));
};

const isFor = ({ Principal }: Statement, arn: string): boolean => {
  if (Principal === undefined || Principal === "*") return true;
  return listOf(Principal.AWS ?? []).some((each) => textOf(each) === "*" || textOf(each) === arn);
};

const statementsOf = (document: Json): Statement[] => (document as { Statement: Statement[] }).Statement;

/**
 * IAM's decision over one account: an explicit deny wins, else one allow is enough, be it the role's or the resource's.
 * `more` are statements of identities from outside the stack. Knows the operators above and throws at any other.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export const decideIn = (template: Template, more: Record<string, Statement[]> = {}) => {
  const policies = resourcesOf(template, "AWS::IAM::Policy").map(([, { Properties }]) => ({
    roles: listOf(Properties.Roles).map(textOf),
    statements: statementsOf(Properties.PolicyDocument),
  }));
  const onBuckets = resourcesOf(template, "AWS::S3::BucketPolicy").flatMap(([, { Properties }]) =>
    statementsOf(Properties.PolicyDocument),
  );
  // In a key's own policy every resource means that key.
  const onKeys = resourcesOf(template, "AWS::KMS::Key").flatMap(([id, { Properties }]) =>
    statementsOf(Properties.KeyPolicy).map((each) => ({ ...each, Resource: `<${id}.Arn>` })),
  );
  const onResources = [...onBuckets, ...onKeys];
  return (ask: Ask): "allow" | "deny" => {
    const arn = ask.principal.startsWith("arn:") ? ask.principal : `<${ask.principal}.Arn>`;
    const context = { "aws:PrincipalArn": arn, "aws:SecureTransport": "true", "s3:TlsVersion": "1.3", ...ask.context };
    const own = policies
      .filter(({ roles }) => roles.includes(`<${ask.principal}>`))
      .flatMap(({ statements }) => statements);
    const statements = [
      ...own,
      ...(more[ask.principal] ?? []),
      ...onResources.filter((each) => isFor(each, arn)),
    ].filter((each) => isAbout(each, ask) && holds(each.Condition, context));
    const has = (effect: Statement["Effect"]): boolean => statements.some(({ Effect }) => Effect === effect);
    return !has("Deny") && has("Allow") ? "allow" : "deny";
  };
};

/** One right: who may do what on what. Parts of the stack are named by their logical ids without the hash at the end. */
export type Right = { who: string; action: string; on: string };

const partNamed = (text: string): string =>
  text.replace(/<(\w+?)[0-9A-F]{8}(\.Arn)?>/g, "$1").replace(/<AWS::(\w+)>/g, "$1");

const whoIs = (principal: Statement["Principal"]): string[] => {
  if (principal === undefined || principal === "*") return ["everybody"];
  const named = [...listOf(principal.Service ?? []), ...listOf(principal.AWS ?? [])].map(textOf).map(partNamed);
  return named.map((name) => (name.endsWith(":root") ? "account" : name.replace(/^.*:role\//, "role/")));
};

const resourcesAllowing = ["AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"];

/** Every right that the template gives, to its own roles and by the policies of its resources, whatever the conditions. */
export const rightsIn = (template: Template): Right[] => {
  const rightsOf = (who: string[], { Effect, Action, Resource }: Statement): Right[] =>
    Effect === "Deny"
      ? []
      : who.flatMap((each) =>
          listOf(Action).flatMap((action) =>
            listOf(Resource).map((on) => ({ who: each, action: textOf(action), on: partNamed(textOf(on)) })),
          ),
        );
  const ofRoles = resourcesOf(template, "AWS::IAM::Policy").flatMap(([, { Properties }]) => {
    const who = listOf(Properties.Roles).map((role) => partNamed(textOf(role)));
    return statementsOf(Properties.PolicyDocument).flatMap((each) => rightsOf(who, each));
  });
  const ofKeys = resourcesOf(template, "AWS::KMS::Key").flatMap(([id, { Properties }]) =>
    statementsOf(Properties.KeyPolicy).flatMap((each) =>
      rightsOf(whoIs(each.Principal), { ...each, Resource: `<${id}>` }),
    ),
  );
  const ofResources = resourcesAllowing
    .flatMap((type) => resourcesOf(template, type))
    .flatMap(([, { Properties }]) => statementsOf(Properties.PolicyDocument))
    .flatMap((each) => rightsOf(whoIs(each.Principal), each));
  const ofFunctions = resourcesOf(template, "AWS::Lambda::Permission").map(([, { Properties }]) => ({
    who: textOf(Properties.Principal),
    action: textOf(Properties.Action),
    on: partNamed(textOf(Properties.FunctionName)),
  }));
  return [...ofRoles, ...ofKeys, ...ofResources, ...ofFunctions];
};
