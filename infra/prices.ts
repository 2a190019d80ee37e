/**
 * List prices in US dollars of us-east-1, as of 2026-10; those of other regions differ by up to a third.
 * https://aws.amazon.com/lambda/pricing/ https://aws.amazon.com/step-functions/pricing/ https://aws.amazon.com/s3/pricing/
 * https://aws.amazon.com/kms/pricing/ https://aws.amazon.com/secrets-manager/pricing/ https://aws.amazon.com/cloudwatch/pricing/
 * https://aws.amazon.com/athena/pricing/
 */
export const prices = {
  lambdaGbSecond: 0.0000133334, // ARM64
  lambdaRequest: 0.2 / 1e6,
  stateTransition: 0.025 / 1e3,
  s3Put: 0.005 / 1e3, // LIST costs the same
  s3Get: 0.0004 / 1e3,
  s3GbMonth: 0.023,
  kmsKeyMonth: 1,
  kmsRequest: 0.03 / 1e4,
  secretMonth: 0.4,
  alarmMetricMonth: 0.1,
  customMetricMonth: 0.3,
  logGb: 0.5,
  natGatewayMonth: 0.045 * 730, // https://aws.amazon.com/vpc/pricing/
  publicAddressMonth: 0.005 * 730,
  athenaTb: 5, // and no query counts for less than 10 MB
} as const;
