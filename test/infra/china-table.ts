/** What AWS China says of a service: its page of "Getting Started with Amazon Web Services in China". */
type Service = { page: string; types: Record<string, string> };

const guide = "https://docs.amazonaws.cn/en_us/aws/latest/userguide";

/**
 * What a stack is made of in cn-north-1 and cn-northwest-1, by service, with every property that the stack sets. Whoever
 * adds a type or a property reads the service's page first, under "Feature Availability and Implementation Differences".
 * Read for this table: Lambda, Step Functions, Secrets Manager, SNS, Glue and API Gateway. Of the others it is known that
 * both regions have an endpoint (botocore's endpoints.json, partition aws-cn), and nothing was ever deployed there.
 */
const services: Service[] = [
  {
    page: `${guide}/athena.html`,
    types: {
      "AWS::Athena::NamedQuery": "Database Description Name QueryString WorkGroup",
      "AWS::Athena::WorkGroup": "Description Name RecursiveDeleteOption Tags WorkGroupConfiguration",
    },
  },
  {
    page: `${guide}/cloudtrail.html`,
    types: {
      "AWS::CloudTrail::Trail":
        "EnableLogFileValidation EventSelectors IncludeGlobalServiceEvents IsLogging IsMultiRegionTrail S3BucketName Tags TrailName",
    },
  },
  {
    page: `${guide}/cloudwatch.html`,
    types: {
      "AWS::CloudWatch::Alarm":
        "AlarmActions AlarmDescription ComparisonOperator DatapointsToAlarm Dimensions EvaluationPeriods MetricName Metrics Namespace OKActions Period Statistic Tags Threshold TreatMissingData",
      "AWS::CloudWatch::Dashboard": "DashboardBody Tags",
      "AWS::Logs::LogGroup": "KmsKeyId LogGroupName RetentionInDays Tags",
    },
  },
  {
    page: `${guide}/vpc.html`,
    types: {
      "AWS::EC2::EIP": "Domain Tags",
      "AWS::EC2::FlowLog":
        "DeliverLogsPermissionArn LogDestinationType LogGroupName ResourceId ResourceType Tags TrafficType",
      "AWS::EC2::InternetGateway": "Tags",
      "AWS::EC2::NatGateway": "AllocationId SubnetId Tags",
      "AWS::EC2::Route": "DestinationCidrBlock GatewayId NatGatewayId RouteTableId",
      "AWS::EC2::RouteTable": "Tags VpcId",
      "AWS::EC2::SecurityGroup": "GroupDescription SecurityGroupEgress Tags VpcId",
      "AWS::EC2::Subnet": "AvailabilityZone CidrBlock MapPublicIpOnLaunch Tags VpcId",
      "AWS::EC2::SubnetRouteTableAssociation": "RouteTableId SubnetId",
      "AWS::EC2::VPC": "CidrBlock EnableDnsHostnames EnableDnsSupport InstanceTenancy Tags",
      "AWS::EC2::VPCEndpoint": "RouteTableIds ServiceName Tags VpcEndpointType VpcId",
      "AWS::EC2::VPCGatewayAttachment": "InternetGatewayId VpcId",
    },
  },
  {
    page: `${guide}/eventbridge.html`,
    types: {
      "AWS::Events::Rule": "EventPattern State Tags Targets",
      "AWS::Scheduler::Schedule":
        "Description FlexibleTimeWindow ScheduleExpression ScheduleExpressionTimezone State Target",
    },
  },
  {
    page: `${guide}/glue.html`,
    types: {
      "AWS::Glue::Database": "CatalogId DatabaseInput",
      "AWS::Glue::Table": "CatalogId DatabaseName TableInput",
    },
  },
  {
    page: `${guide}/iam.html`,
    types: {
      "AWS::IAM::Policy": "PolicyDocument PolicyName Roles",
      "AWS::IAM::Role": "AssumeRolePolicyDocument Description MaxSessionDuration Tags",
    },
  },
  {
    // The default symmetric key is SM4 there, not AES. ECC_NIST_P256 is in every region that has KMS.
    page: `${guide}/kms.html`,
    types: {
      "AWS::KMS::Alias": "AliasName TargetKeyId",
      "AWS::KMS::Key": "Description EnableKeyRotation KeyPolicy KeySpec KeyUsage Tags",
    },
  },
  {
    // No X-Ray, no function URL, no metrics of asynchronous invocations. Which regions have arm64 the price list says.
    page: `${guide}/lambda.html`,
    types: {
      "AWS::Lambda::Function":
        "Architectures Code DeadLetterConfig Environment FunctionName Handler LoggingConfig MemorySize Role Runtime Tags Timeout VpcConfig",
    },
  },
  {
    page: `${guide}/s3.html`,
    types: {
      "AWS::S3::Bucket":
        "BucketEncryption LifecycleConfiguration LoggingConfiguration ObjectLockConfiguration ObjectLockEnabled OwnershipControls PublicAccessBlockConfiguration ReplicationConfiguration Tags VersioningConfiguration",
      "AWS::S3::BucketPolicy": "Bucket PolicyDocument",
    },
  },
  {
    page: `${guide}/secretsmanager.html`,
    types: { "AWS::SecretsManager::Secret": "Description GenerateSecretString Name Tags" },
  },
  {
    // No SMS and no push: alarms are mailed.
    page: `${guide}/sns.html`,
    types: {
      "AWS::SNS::Subscription": "Endpoint Protocol TopicArn",
      "AWS::SNS::Topic": "KmsMasterKeyId Tags",
      "AWS::SNS::TopicPolicy": "PolicyDocument Topics",
    },
  },
  {
    page: `${guide}/sqs.html`,
    types: {
      "AWS::SQS::Queue": "MessageRetentionPeriod SqsManagedSseEnabled Tags",
      "AWS::SQS::QueuePolicy": "PolicyDocument Queues",
    },
  },
  {
    // No tasks that call HTTPS APIs.
    page: `${guide}/step-functions.html`,
    types: {
      "AWS::StepFunctions::StateMachine":
        "DefinitionString LoggingConfiguration RoleArn StateMachineName Tags TracingConfiguration",
    },
  },
];

/** By resource type: the service's page, and the properties that were looked at. */
export const inChina: ReadonlyMap<string, { page: string; properties: ReadonlySet<string> }> = new Map(
  services.flatMap(({ page, types }) =>
    Object.entries(types).map(([type, properties]) => [type, { page, properties: new Set(properties.split(" ")) }]),
  ),
);
