/** A small valid configuration, for tests to spoil in one place. A `guard` can be appended. */
export const valid = `store: ./reviews
mode: report
schedule: { cron: "0 2 1 1,4,7,10 ? *", timezone: Europe/Berlin }
sources:
  - id: people
    provider: feishu-corehr
    baseUrl: https://open.feishu.cn
    credentials:
      read: secretsmanager:people/read
      write: secretsmanager:people/write
policy:
  rules:
    - id: revoke
      when: decision.revoke
      then: expire
      reason: { en: Revoked, zh: 已收回 }
`;
