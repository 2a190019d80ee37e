import { CfnOutput, Duration, Stack } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  ApiMapping,
  DomainName,
  EndpointType,
  HttpApi,
  HttpStage,
  LogGroupLogDestination,
  SecurityPolicy,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { AccountRootPrincipal, type IGrantable, PolicyStatement, Role } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { Config, DeskConfig } from "../functions/config/config.ts";
import { alarmPhrases } from "./alarm-phrases.ts";
import type { StageFunctions } from "./stage-function.ts";

/** Requests a second over everybody, and how many may come at once: far more than people make, far less than a flood. */
const throttle = { rateLimit: 100, burstLimit: 200 };

/** The desk's API, the stage that serves it, and where people open it. */
export type DeskApi = { api: HttpApi; stage: HttpStage; address: string };

/** Where people open the desk: an HTTP API before the desk's function, with logs, throttling and its own domain, if it has one. */
export function createDeskApi(
  scope: Construct,
  { desk, lambda }: { desk: DeskConfig; lambda: LambdaFunction },
): DeskApi {
  const { domain } = desk;
  const api = new HttpApi(scope, "desk api", {
    apiName: `${Stack.of(scope).stackName}-desk`,
    description: "Where people decide signed in",
    createDefaultStage: false,
    // With a domain of its own the desk has one address: a session counts at one alone.
    disableExecuteApiEndpoint: domain !== null,
    defaultIntegration: new HttpLambdaIntegration("desk integration", lambda),
  });
  const stage = new HttpStage(scope, "desk stage", {
    httpApi: api,
    stageName: "$default",
    autoDeploy: true,
    throttle,
    detailedMetricsEnabled: true,
    accessLogSettings: {
      destination: new LogGroupLogDestination(
        new LogGroup(scope, "desk access log", { retention: RetentionDays.THREE_MONTHS }),
      ),
      // Neither a query, which holds codes of sign-ins, nor who it is: the path names a source and a review.
      format: AccessLogFormat.custom(JSON.stringify(accessLine)),
    },
  });
  const address = domain === null ? api.apiEndpoint : `https://${domain.name}`;
  if (domain !== null) serveAt(scope, { api, stage, domain });
  new CfnOutput(scope, "DeskAddress", {
    value: address,
    description:
      "Write it in desk.url; /signed-in below it is the redirect address of the sign-in, /events/feishu the request URL of events",
  });
  return { api, stage, address };
}

const accessLine = {
  at: "$context.requestTime",
  requestId: "$context.requestId",
  ip: "$context.identity.sourceIp",
  method: "$context.httpMethod",
  path: "$context.path",
  status: "$context.status",
  latencyMs: "$context.responseLatency",
  bytes: "$context.responseLength",
  error: "$context.integrationErrorMessage",
};

type AtDomain = Omit<DeskApi, "address"> & { domain: NonNullable<DeskConfig["domain"]> };

function serveAt(scope: Construct, { api, stage, domain }: AtDomain): void {
  const name = new DomainName(scope, "desk domain", {
    domainName: domain.name,
    certificate: Certificate.fromCertificateArn(scope, "desk certificate", domain.certificateArn),
    endpointType: EndpointType.REGIONAL,
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  new ApiMapping(scope, "desk mapping", { api, domainName: name, stage });
  new CfnOutput(scope, "DeskDomainTarget", {
    value: name.regionalDomainName,
    description: `The CNAME (or alias) of ${domain.name} in your DNS`,
  });
}

/** Lets the desk, or whoever serves it outside of the stack, stop, resume and remind by the functions that may, and by no other. */
export function grantActs({ stop, send }: StageFunctions, grantee: IGrantable): void {
  for (const lambda of [stop, ...(send ? [send] : [])]) {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [lambda.functionArn] }),
    );
  }
}

/** The role of whoever serves the desk outside of the stack: somebody of this account gives a server, or a person, leave to assume it. */
export function createServerRole(scope: Construct, { bucketName }: Pick<IBucket, "bucketName">): Role {
  const role = new Role(scope, "desk role", {
    description: "Assumed by whoever runs `npx access-review serve` over the bucket of this stack",
    assumedBy: new AccountRootPrincipal(),
    maxSessionDuration: Duration.hours(12),
  });
  new CfnOutput(scope, "DeskRole", {
    value: role.roleArn,
    description: "Assumed by whoever serves the desk (docs/desk.md)",
  });
  new CfnOutput(scope, "ServeDesk", {
    value: `npx access-review serve --stack ${Stack.of(scope).stackName} --store s3://${bucketName}`,
    description: "Serves the desk, in the role DeskRole",
  });
  return role;
}

const fiveMinutes = Duration.minutes(5);

/** The desk's alarms: requests that it could not answer, and people who wait. */
export function createDeskAlarms(
  scope: Construct,
  config: Config,
  { stage, topic }: Pick<DeskApi, "stage"> & { topic: ITopic },
): Alarm[] {
  const phrases = alarmPhrases[config.language];
  const look = (
    id: string,
    props: { metric: IMetric; threshold: number; alarmDescription: string; evaluationPeriods: number },
  ): Alarm => {
    const alarm = new Alarm(scope, `alarm ${id}`, {
      ...props,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    const action = new SnsAction(topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  };
  return [
    look("desk fails", {
      metric: stage.metricServerError({ period: fiveMinutes, statistic: "Sum" }),
      threshold: 3,
      evaluationPeriods: 1,
      alarmDescription: phrases.deskFails,
    }),
    look("desk slow", {
      metric: stage.metricLatency({ period: fiveMinutes, statistic: "p95" }),
      threshold: 5_000,
      evaluationPeriods: 3,
      alarmDescription: phrases.deskSlow,
    }),
  ];
}
