/**
 * What CloudFormation calls, with the rights of whoever deploys, to make, read, change and delete each type of resource that
 * a stack can have: "handlers" in the type's schema (`aws cloudformation describe-type --type RESOURCE --type-name TYPE`).
 */
export const actionsByType: Readonly<Record<string, string>> = {
  "AWS::Athena::NamedQuery":
    "athena:CreateNamedQuery athena:GetNamedQuery athena:ListNamedQueries athena:DeleteNamedQuery",
  "AWS::Athena::WorkGroup":
    "athena:CreateWorkGroup athena:GetWorkGroup athena:UpdateWorkGroup athena:DeleteWorkGroup athena:ListTagsForResource athena:TagResource athena:UntagResource",
  "AWS::CloudTrail::Trail":
    "cloudtrail:CreateTrail cloudtrail:GetTrail cloudtrail:GetTrailStatus cloudtrail:GetEventSelectors cloudtrail:PutEventSelectors cloudtrail:UpdateTrail cloudtrail:DeleteTrail cloudtrail:StartLogging cloudtrail:StopLogging cloudtrail:AddTags cloudtrail:RemoveTags cloudtrail:ListTags cloudtrail:DescribeTrails",
  "AWS::CloudWatch::Alarm":
    "cloudwatch:PutMetricAlarm cloudwatch:DescribeAlarms cloudwatch:DeleteAlarms cloudwatch:ListTagsForResource cloudwatch:TagResource cloudwatch:UntagResource",
  "AWS::CloudWatch::Dashboard": "cloudwatch:PutDashboard cloudwatch:GetDashboard cloudwatch:DeleteDashboards",
  "AWS::Logs::LogGroup":
    "logs:CreateLogGroup logs:DescribeLogGroups logs:DeleteLogGroup logs:PutRetentionPolicy logs:DeleteRetentionPolicy logs:AssociateKmsKey logs:DisassociateKmsKey logs:ListTagsForResource logs:TagResource logs:UntagResource logs:CreateLogDelivery logs:GetLogDelivery logs:UpdateLogDelivery logs:DeleteLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy logs:DescribeResourcePolicies",
  "AWS::EC2::EIP": "ec2:AllocateAddress ec2:DescribeAddresses ec2:ReleaseAddress ec2:CreateTags ec2:DeleteTags",
  "AWS::EC2::FlowLog": "ec2:CreateFlowLogs ec2:DescribeFlowLogs ec2:DeleteFlowLogs",
  "AWS::EC2::InternetGateway": "ec2:CreateInternetGateway ec2:DescribeInternetGateways ec2:DeleteInternetGateway",
  "AWS::EC2::NatGateway": "ec2:CreateNatGateway ec2:DescribeNatGateways ec2:DeleteNatGateway",
  "AWS::EC2::Route": "ec2:CreateRoute ec2:DeleteRoute ec2:ReplaceRoute ec2:DescribeRouteTables",
  "AWS::EC2::RouteTable": "ec2:CreateRouteTable ec2:DeleteRouteTable",
  "AWS::EC2::SecurityGroup":
    "ec2:CreateSecurityGroup ec2:DescribeSecurityGroups ec2:DeleteSecurityGroup ec2:AuthorizeSecurityGroupEgress ec2:RevokeSecurityGroupEgress ec2:AuthorizeSecurityGroupIngress ec2:RevokeSecurityGroupIngress",
  "AWS::EC2::Subnet":
    "ec2:CreateSubnet ec2:DescribeSubnets ec2:DeleteSubnet ec2:ModifySubnetAttribute ec2:DescribeAvailabilityZones ec2:DescribeNetworkInterfaces",
  "AWS::EC2::SubnetRouteTableAssociation": "ec2:AssociateRouteTable ec2:DisassociateRouteTable",
  "AWS::EC2::VPC": "ec2:CreateVpc ec2:DescribeVpcs ec2:DeleteVpc ec2:ModifyVpcAttribute ec2:DescribeVpcAttribute",
  "AWS::EC2::VPCEndpoint":
    "ec2:CreateVpcEndpoint ec2:DescribeVpcEndpoints ec2:ModifyVpcEndpoint ec2:DeleteVpcEndpoints ec2:DescribePrefixLists",
  "AWS::EC2::VPCGatewayAttachment": "ec2:AttachInternetGateway ec2:DetachInternetGateway",
  "AWS::Events::Rule":
    "events:PutRule events:DescribeRule events:EnableRule events:DisableRule events:DeleteRule events:PutTargets events:RemoveTargets events:ListTargetsByRule events:ListTagsForResource events:TagResource events:UntagResource",
  "AWS::Scheduler::Schedule":
    "scheduler:CreateSchedule scheduler:GetSchedule scheduler:UpdateSchedule scheduler:DeleteSchedule",
  "AWS::Glue::Database": "glue:CreateDatabase glue:GetDatabase glue:UpdateDatabase glue:DeleteDatabase",
  "AWS::Glue::Table": "glue:CreateTable glue:GetTable glue:UpdateTable glue:DeleteTable",
  "AWS::IAM::Policy": "iam:PutRolePolicy iam:GetRolePolicy iam:DeleteRolePolicy",
  "AWS::IAM::Role":
    "iam:CreateRole iam:GetRole iam:UpdateRole iam:UpdateRoleDescription iam:UpdateAssumeRolePolicy iam:DeleteRole iam:TagRole iam:UntagRole iam:ListRolePolicies iam:ListAttachedRolePolicies iam:PassRole",
  "AWS::KMS::Alias": "kms:CreateAlias kms:ListAliases kms:UpdateAlias kms:DeleteAlias",
  "AWS::KMS::Key":
    "kms:CreateKey kms:DescribeKey kms:GetKeyPolicy kms:PutKeyPolicy kms:EnableKeyRotation kms:DisableKeyRotation kms:GetKeyRotationStatus kms:UpdateKeyDescription kms:ListResourceTags kms:TagResource kms:UntagResource kms:ScheduleKeyDeletion",
  "AWS::Lambda::EventSourceMapping":
    "lambda:CreateEventSourceMapping lambda:GetEventSourceMapping lambda:UpdateEventSourceMapping lambda:DeleteEventSourceMapping lambda:ListTags lambda:TagResource lambda:UntagResource",
  "AWS::Lambda::Function":
    "lambda:CreateFunction lambda:GetFunction lambda:GetFunctionConfiguration lambda:GetFunctionCodeSigningConfig lambda:GetFunctionRecursionConfig lambda:GetRuntimeManagementConfig lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration lambda:DeleteFunction lambda:PutFunctionConcurrency lambda:DeleteFunctionConcurrency lambda:ListTags lambda:TagResource lambda:UntagResource",
  "AWS::Lambda::Permission": "lambda:AddPermission lambda:GetPolicy lambda:RemovePermission",
  "AWS::S3::Bucket":
    "s3:CreateBucket s3:ListBucket s3:DeleteBucket s3:GetBucketVersioning s3:PutBucketVersioning s3:GetEncryptionConfiguration s3:PutEncryptionConfiguration s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration s3:GetBucketLogging s3:PutBucketLogging s3:GetBucketObjectLockConfiguration s3:PutBucketObjectLockConfiguration s3:GetBucketOwnershipControls s3:PutBucketOwnershipControls s3:GetBucketPublicAccessBlock s3:PutBucketPublicAccessBlock s3:GetReplicationConfiguration s3:PutReplicationConfiguration s3:GetBucketTagging s3:PutBucketTagging",
  "AWS::S3::BucketPolicy": "s3:GetBucketPolicy s3:PutBucketPolicy s3:DeleteBucketPolicy",
  "AWS::SecretsManager::Secret":
    "secretsmanager:CreateSecret secretsmanager:DescribeSecret secretsmanager:GetRandomPassword secretsmanager:UpdateSecret secretsmanager:DeleteSecret secretsmanager:TagResource secretsmanager:UntagResource",
  "AWS::SNS::Subscription":
    "sns:Subscribe sns:GetSubscriptionAttributes sns:SetSubscriptionAttributes sns:Unsubscribe sns:ListSubscriptionsByTopic",
  "AWS::SNS::Topic":
    "sns:CreateTopic sns:GetTopicAttributes sns:SetTopicAttributes sns:DeleteTopic sns:ListTagsForResource sns:TagResource sns:UntagResource sns:GetDataProtectionPolicy",
  "AWS::SNS::TopicPolicy": "",
  "AWS::SQS::Queue":
    "sqs:CreateQueue sqs:GetQueueAttributes sqs:SetQueueAttributes sqs:DeleteQueue sqs:ListQueueTags sqs:TagQueue sqs:UntagQueue sqs:GetQueueUrl",
  "AWS::SQS::QueuePolicy": "",
  "AWS::StepFunctions::StateMachine":
    "states:CreateStateMachine states:DescribeStateMachine states:UpdateStateMachine states:DeleteStateMachine states:ListTagsForResource states:TagResource states:UntagResource",
  "AWS::ApiGatewayV2::Api":
    "apigateway:GET apigateway:POST apigateway:PUT apigateway:PATCH apigateway:DELETE apigateway:TagResource apigateway:UntagResource",
  "AWS::ApiGatewayV2::Stage": "",
  "AWS::ApiGatewayV2::Integration": "",
  "AWS::ApiGatewayV2::Route": "",
  "AWS::ApiGatewayV2::DomainName": "",
  "AWS::ApiGatewayV2::ApiMapping": "",
};
