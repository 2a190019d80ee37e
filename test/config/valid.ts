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

/** The same with a rule that acts in sweeps, and a sweep every morning. */
export const sweeping = valid
  .replace("sources:\n", 'sweep: { cron: "30 6 * * ? *", timezone: Asia/Shanghai }\nsources:\n')
  .concat(`    - id: leaver
      when: holder.status == "left"
      then: expire
      reason: { en: Left, zh: 已离职 }
      sweep: true
`);
