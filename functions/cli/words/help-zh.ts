/** The help in Chinese, by its English. */
export const helpZh: Readonly<Record<string, string>> = {
  "Usage:": "用法 Usage:",
  "Options:": "选项 Options:",
  "Arguments:": "参数 Arguments:",
  "Commands:": "命令 Commands:",
  "Example:": "示例 Example:",
  "display help for command": "显示命令的用法",
  "output the version number": "显示版本号",
  "Access reviews that run by themselves: snapshot, assess, expire, seal": "自动运行的权限复核：快照、评估、收回、封存",
  "the whole life of a review, for every source, as far as it goes today":
    "对每个数据源执行整个复核，到今天能到的地方为止",
  "the configuration": "配置文件",
  "a directory or s3://bucket/prefix, instead of the configured one": "目录或 s3://bucket/prefix，代替配置中的存储",
  "only this source": "只处理这个数据源",
  "this review, instead of the open one or a new one": "这一次复核，而不是进行中的或新的复核",
  "only report, whatever the configuration says": "只出报告，不论配置如何",
  "one JSON summary on stdout": "在标准输出打印一份 JSON 摘要",
  "the sweep: between reviews, whose status changed, by the rules with sweep: true":
    "清理：两次复核之间，只处理状态有变的人，只用 sweep: true 的规则",
  "with --sweep: only these holders, by their ids in the source": "与 --sweep 同用：只处理这些持有人（数据源中的编号）",
  "read every role and grant of a source": "读取数据源的全部角色和授权",
  "judge the snapshot by the policy and write the plan": "按策略评估快照，写出计划",
  "remove what of the plan is due": "收回计划中已到期的授权",
  "tell people what the review has to tell now, each once": "发送复核现在应发的消息，每条一次",
  "close the review and write its evidence": "结束复核，写出证据",
  "lift the brake of exactly one plan": "批准且只批准一个被熔断的计划",
  "the plan's hash, as the report and the held review print it (required)":
    "计划的哈希，见报告和熔断提示，必填 (required)",
  "who approves (required)": "由谁批准，必填 (required)",
  "why (required)": "理由，必填 (required)",
  "store reviewers' decisions from a CSV file": "存入 CSV 文件中审阅人的决定",
  "its columns: review, grant_id, decision, until, reviewer, reason, decided_at":
    "列：review、grant_id、decision、until、reviewer、reason、decided_at",
  "let no provider write begin": "叫停：不再开始任何移除",
  "who stops (required)": "由谁叫停，必填 (required)",
  "let provider writes begin again": "恢复：可以重新开始移除",
  "who resumes (required)": "由谁恢复，必填 (required)",
  "say that the app is meant to see less than before, as status says that it does":
    "确认应用的数据范围变小属有意为之（见 status）",
  "who acknowledges (required)": "由谁确认，必填 (required)",
  "let a review of the future count no more, so that the source can be gone on with":
    "作废一次日期在未来的复核，使数据源得以继续",
  "who retires it (required)": "由谁作废，必填 (required)",
  "put back what a review revoked; without --grant or --all only say what that would do":
    "恢复一次复核收回的授权；没有 --grant 或 --all 时只说明会恢复什么",
  "these grants": "这些授权",
  "everything that can be put back": "所有可以恢复的授权",
  "who puts back": "由谁恢复",
  why: "理由",
  "write a sealed review with its chain and a statement into a zip, for an auditor":
    "将已封存的复核连同证据链和说明写入 zip，供审计使用",
  "the zip, which must not be there yet": "zip 文件，须尚不存在",
  "check an evidence pack: signatures, hashes, chain, balance, contradictions; needs no credentials":
    "核验证据：签名、哈希、证据链、账目、矛盾之处；不需要任何凭证",
  "the evidence's hash, as it was kept elsewhere": "另行保存的证据哈希",
  "a public key that counts, by its SHA-256 (docs/security.md)": "认可的公钥，以其 SHA-256 指明（docs/security.md）",
  "of what is said": "输出所用的语言",
  "a zip that `export` wrote, or the folder of one review: needs no configuration and no store":
    "`export` 写出的 zip，或一次复核的文件夹：不需要配置和存储",
  "what appeared, vanished and changed between two reviews": "两次复核之间新增、消失和改变的授权",
  "the earlier review (required)": "较早的复核，必填 (required)",
  "the later review (required)": "较晚的复核，必填 (required)",
  "write it as a page instead": "改为写成网页",
  "what another policy would find and plan over a stored snapshot, beside what was; writes nothing, calls nobody":
    "用另一份策略试算已存的快照，与原结果对照；不写入，不调用任何系统",
  "a whole configuration, or its policy: alone (required)": "完整的配置，或只含 policy: 的文件，必填 (required)",
  "name every finding and item that comes, goes or changes, by ids": "逐一列出新增、减少和改变的发现与条目（只有编号）",
  "write it to this file, as a page": "写成网页，存入此文件",
  "write the report of a review anew, or what is one reviewer's alone": "重新写出一次复核的报告，或某位审阅人的部分",
  "only what is theirs to review: names and grants of nobody else (a person's id)":
    "只含此人要复核的授权，不含他人（人员编号）",
  "write it to this file instead of the store": "写入此文件，而不是存储",
  "print an address for a browser: of a store in S3 good for an hour, for whoever has it":
    "打印浏览器可用的地址：S3 存储的地址一小时内有效，持有者皆可打开",
  "open that address in the browser, too": "同时在浏览器中打开该地址",
  "open the newest report, or the desk, in the browser, and print its address":
    "在浏览器中打开最新的报告或复核台，并打印地址",
  "the desk instead": "改为打开复核台",
  "print the address alone": "只打印地址",
  "how every source stands: what is open, who has not answered, what is held and what lifts it":
    "各数据源的状态：进行到哪里、谁未答复、什么被暂缓以及如何解除",
  "the reviews of every source, newest first": "各数据源的复核，最新的在前",
  "serve the desk, where people decide signed in, until stopped": "提供复核台（登录后作决定），直到被终止",
  "the port to listen on: that of desk.url on this machine, else 8443": "监听端口：本机 desk.url 的端口，否则 8443",
  "the address to listen at; another one only behind a proxy that ends TLS":
    "监听地址；只有前面有终结 TLS 的代理时才用其他地址",
  "over the bucket of this stack: by its functions the desk stops, resumes and sends":
    "使用此堆栈的存储桶：叫停、恢复和发送由堆栈的函数执行",
  "receive Feishu's events over its long connection, and sweep leavers, until stopped":
    "经长连接接收飞书事件并清理离职者，直到被终止",
  "validate the configuration and ask each source for the least it needs": "检查配置，并逐一试用各数据源所需的最小权限",
  "serve the embedded company until stopped": "提供内置公司，直到被终止",
  "the port to listen on": "监听端口",
  "forget what happened to the company so far": "清除内置公司至今的经历",
  "how many people work there": "公司人数",
  "another company": "换一家公司",
  "divides the window of every documented limit": "将各项文档所列限额的时间窗除以此数",
};
