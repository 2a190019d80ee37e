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

/** The network settings of a function that calls providers from one fixed IP address. */
export type Egress = {
  vpc: IVpc;
  vpcSubnets: { subnetType: SubnetType };
  securityGroups: SecurityGroup[];
};

/**
 * A VPC with one NAT gateway and a fixed IP address, for tenants with an allow list. The stack's outputs show the
 * address. `proxy`: the URL of the proxy by way of which the functions call, whose port is let out as well.
 */
export function createFixedEgress(scope: Construct, proxy: string | null): Egress {
  const address = new CfnEIP(scope, "egress address", { domain: "vpc" });
  const network = new Vpc(scope, "network", {
    maxAzs: 2,
    natGateways: 1, // a second gateway would have a second address
    natGatewayProvider: NatProvider.gateway({ eipAllocationIds: [address.attrAllocationId] }),
    gatewayEndpoints: { s3: { service: GatewayVpcEndpointAwsService.S3 } },
    restrictDefaultSecurityGroup: false, // would add a Lambda of CDK's own; the default group is unused
    flowLogs: {
      rejected: {
        destination: FlowLogDestination.toCloudWatchLogs(
          new LogGroup(scope, "network log", { retention: RetentionDays.ONE_YEAR }),
        ),
      },
    },
  }) as IVpc; // CDK's types do not compile under exactOptionalPropertyTypes
  const group = new SecurityGroup(scope, "stages group", {
    vpc: network,
    allowAllOutbound: false,
    description: "Stages of access reviews: HTTPS out, nothing in",
  });
  group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), "AWS and the systems under review");
  if (proxy && portOf(proxy) !== 443) group.addEgressRule(Peer.anyIpv4(), Port.tcp(portOf(proxy)), "The proxy");
  new CfnOutput(scope, "EgressAddress", {
    value: address.attrPublicIp,
    description: "For the tenant's list of addresses",
  });
  return { vpc: network, vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS }, securityGroups: [group] };
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return Number(port) || (protocol === "https:" ? 443 : 80);
}
