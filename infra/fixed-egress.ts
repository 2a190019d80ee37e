import { CfnOutput } from "aws-cdk-lib";
import {
  CfnEIP,
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  type IVpc,
  NatProvider,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

/** Where a function runs, so that it calls out from one address. */
export type Egress = {
  vpc: IVpc;
  vpcSubnets: { subnetType: SubnetType };
  securityGroups: SecurityGroup[];
};

/** A network whose one way out has a fixed address, for tenants that answer listed addresses only. The stack's outputs name it. */
export function createFixedEgress(scope: Construct): Egress {
  const address = new CfnEIP(scope, "egress address", { domain: "vpc" });
  const network = new Vpc(scope, "network", {
    maxAzs: 2,
    natGateways: 1, // a second one would call from a second address
    natGatewayProvider: NatProvider.gateway({ eipAllocationIds: [address.attrAllocationId] }),
    gatewayEndpoints: { s3: { service: GatewayVpcEndpointAwsService.S3 } },
    restrictDefaultSecurityGroup: false, // CDK would do it by a function of its own; nothing is in that group
    flowLogs: {
      rejected: {
        destination: FlowLogDestination.toCloudWatchLogs(
          new LogGroup(scope, "network log", { retention: RetentionDays.ONE_YEAR }),
        ),
      },
    },
  }) as IVpc; // whose optional fields CDK types less strictly than we do
  const group = new SecurityGroup(scope, "stages group", {
    vpc: network,
    allowAllOutbound: false,
    description: "Stages of access reviews: HTTPS out, nothing in",
  });
  group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), "AWS and the systems under review");
  new CfnOutput(scope, "EgressAddress", {
    value: address.attrPublicIp,
    description: "For the tenant's list of addresses",
  });
  return { vpc: network, vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS }, securityGroups: [group] };
}
