import { CfnOutput, RemovalPolicy } from "aws-cdk-lib";
import {
  CfnEIP,
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  type ISecurityGroup,
  type IVpc,
  NatProvider,
  Peer,
  Port,
  SecurityGroup,
  Subnet,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { AwsConfig } from "../functions/config/config.ts";

/** The network settings of a function that runs in a VPC. */
export type Egress = {
  vpc: IVpc;
  vpcSubnets: SubnetSelection;
  securityGroups: ISecurityGroup[];
};

/** The network that the configuration asks for: a VPC that exists, or one with a fixed address; null: none, Lambda's own. */
export function createEgress(scope: Construct, aws: AwsConfig): Egress | null {
  if (aws.vpc) return enterNetwork(scope, aws, aws.vpc);
  return aws.fixedEgress === false ? null : createFixedEgress(scope, aws);
}

/** A VPC that exists: whether its subnets lead to the providers and to AWS is its owner's to say. */
function enterNetwork(
  scope: Construct,
  aws: AwsConfig,
  { id, subnets, securityGroups }: NonNullable<AwsConfig["vpc"]>,
): Egress {
  const network = Vpc.fromVpcAttributes(scope, "network", {
    vpcId: id,
    availabilityZones: ["of the subnets"], // CDK wants one, and writes none: the subnets are named below
  });
  return {
    vpc: network,
    vpcSubnets: { subnets: subnets.map((subnet) => Subnet.fromSubnetId(scope, subnet, subnet)) },
    securityGroups:
      securityGroups.length > 0
        ? securityGroups.map((group) => SecurityGroup.fromSecurityGroupId(scope, group, group, { mutable: false }))
        : [createGroup(scope, network, aws)],
  };
}

/**
 * A VPC with one NAT gateway and a fixed IP address, for tenants with an allow list. The stack's outputs show the
 * address. Vendors' lists outlive stacks, so the address stays when the stack goes, and another stack can take it over.
 */
function createFixedEgress(scope: Construct, aws: AwsConfig): Egress {
  const { fixedEgress } = aws;
  const allocationId = typeof fixedEgress === "string" ? fixedEgress : createAddress(scope).attrAllocationId;
  const network = new Vpc(scope, "network", {
    maxAzs: 2,
    natGateways: 1, // a second gateway would have a second address
    natGatewayProvider: NatProvider.gateway({ eipAllocationIds: [allocationId] }),
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
  return {
    vpc: network,
    vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    securityGroups: [createGroup(scope, network, aws)],
  };
}

function createAddress(scope: Construct): CfnEIP {
  const address = new CfnEIP(scope, "egress address", { domain: "vpc" });
  address.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  const print = (id: string, value: string, description: string) => new CfnOutput(scope, id, { value, description });
  print("EgressAddress", address.attrPublicIp, "For the tenant's list of addresses");
  print("EgressAllocation", address.attrAllocationId, "Keeps the address: aws.fixedEgress of a later stack takes it");
  return address;
}

/** Lets out to AWS and the systems under review, and to the proxy by way of which the functions call, if there is one. */
function createGroup(scope: Construct, network: IVpc, { proxy }: AwsConfig): SecurityGroup {
  const group = new SecurityGroup(scope, "stages group", {
    vpc: network,
    allowAllOutbound: false,
    description: "Stages of access reviews: HTTPS out, nothing in",
  });
  group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), "AWS and the systems under review");
  const port = proxy ? portOf(proxy.https) : 443;
  if (port !== 443) group.addEgressRule(Peer.anyIpv4(), Port.tcp(port), "The proxy");
  return group;
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return Number(port) || (protocol === "https:" ? 443 : 80);
}
