/** What was wrong with what the command line was asked, in Chinese, by the code of the sentence (`say` in sentence.ts). */
export const sentencesZh: Readonly<Record<string, string>> = {
  "{0}: --stack {1}: desk.signIn.provider is sandbox, and no stack reviews the embedded company: write feishu or oidc":
    "{0}：--stack {1}：desk.signIn.provider 为 sandbox，而没有堆栈会复核内置公司：请写 feishu 或 oidc",
  "{0}: --stack {1}: events are received by who may sweep: take them out, the daily sweep of the stack finds leavers":
    "{0}：--stack {1}：事件由有权清理的一方接收：请去掉 events，堆栈的每日清理会找到离职者",
  "{0} {1} is not in {2}: it has {3}": "{2} 中没有 {0} {1}，只有 {3}",
  "{0} has no desk: write desk.url and desk.signIn (docs/desk.md), then serve it":
    "{0} 没有配置复核台：写上 desk.url 和 desk.signIn（docs/desk.zh.md）后再启动",
  "{0} has no desk: write desk.url and desk.signIn (docs/desk.md)":
    "{0} 没有配置复核台：请写上 desk.url 和 desk.signIn（docs/desk.zh.md）",
  "{0} has no events: write events.credentials and events.tenant (docs/events.md)":
    "{0} 没有配置事件：请写上 events.credentials 和 events.tenant（docs/events.zh.md）",
  "{0}: desk.hosting is aws, so the deployed stack serves the desk: write hosting: self to serve it here":
    "{0}：desk.hosting 为 aws，复核台由已部署的堆栈提供；要在本机提供，请写 hosting: self",
  "{0} {1} is not a whole number from {2} on": "{0} {1} 不是从 {2} 起的整数",
  "{0} {1} is not a whole number from {2} to {3}": "{0} {1} 不是 {2} 到 {3} 的整数",
  "{0}: sources: has no {1}: name the source with --source, or leave only policy: in the file":
    "{0} 的 sources 中没有 {1}：用 --source 指明数据源，或在文件中只留 policy:",
  "{0} is a sweep, which shows a few holders alone: name two reviews (`list` has them)":
    "{0} 是一次清理，只显示少数持有人：请指明两次复核（用 `list` 查看）",
  "--by and --reason say who does it and why: neither may be left out or be empty":
    "--by 和 --reason 说明由谁执行、为什么：两者都不能省略或为空",
  "--expect {0} is not the SHA-256 of an evidence: 64 lowercase hex digits":
    "--expect {0} 不是证据的 SHA-256：应为 64 位小写十六进制数字",
  "--from and --to are review ids such as 2026-10-01T020000Z": "--from 和 --to 应为复核编号，例如 2026-10-01T020000Z",
  "--holder is for sweeps: add --sweep": "--holder 只用于清理：请加上 --sweep",
  "--holder takes {0} holders at most: leave it out to sweep whose status changed":
    "--holder 最多 {0} 名持有人；省略则清理所有状态有变的人",
  "--key {0} is not the SHA-256 of a public key: 64 lowercase hex digits":
    "--key {0} 不是公钥的 SHA-256：应为 64 位小写十六进制数字",
  "--link and --open show the report of the whole review in the store: leave --reviewer and --html out":
    "--link 和 --open 显示存储中整次复核的报告：请去掉 --reviewer 和 --html",
  "--listen {0} can be reached from other machines, and desk.url is http: let a proxy end TLS before the desk, and write its https address in desk.url":
    "--listen {0} 可从其他机器访问，而 desk.url 是 http：请在复核台前用代理终结 TLS，并在 desk.url 中写它的 https 地址",
  "--listen {0} can be reached from other machines, where anybody could be anybody: leave it out":
    "--listen {0} 可从其他机器访问，任何人都能冒充任何人：请去掉",
  "--port {0} is no port: write a number from 1 to 65535": "--port {0} 不是端口：应为 1 到 65535 的数字",
  "--review {0} is not a review id: it looks like 2026-10-01T020000Z":
    "--review {0} 不是复核编号：编号形如 2026-10-01T020000Z",
  "--review {0} is no sweep: the ids of sweeps end in -sweep": "--review {0} 不是清理：清理的编号以 -sweep 结尾",
  "--source {0} is not configured: {1} has {2}": "没有配置 --source {0}：{1} 中有 {2}",
  "--stack means the bucket of a stack: add --store s3://BUCKET, its output EvidenceBucket":
    "--stack 指某个堆栈的存储桶：请加上 --store s3://BUCKET，即其输出 EvidenceBucket",
  "--store {0} has no reviews: correct its name, or begin the first with {1}":
    "--store {0} 中没有任何复核：请更正名称，或开始第一次复核：{1}",
  "--store {0}": "--store 无法使用：{0}",
  "Cannot export to {0} as it is there already": "无法导出到 {0}：文件已经存在",
  "Cannot export to {0} as its folder is not there: make it": "无法导出到 {0}：所在文件夹不存在，请先建立",
  "Cannot export to {0}: name a file that ends with .zip": "无法导出到 {0}：文件名应以 .zip 结尾",
  "Cannot listen at {0}:{1} ({2}): name another --listen or --port":
    "无法监听 {0}:{1}（{2}）：请换一个 --listen 或 --port",
  "Cannot listen at {0}:{1} (EADDRINUSE): another process listens there: end it, or name another --port":
    "无法监听 {0}:{1}（EADDRINUSE）：已有进程占用，请结束它，或换一个 --port",
  "Cannot open {0}: a browser reaches no store of this kind": "无法打开 {0}：浏览器无法访问这类存储",
  "Cannot read {0} ({1}): name the configuration with --config": "无法读取 {0}（{1}）：请用 --config 指明配置文件",
  "Cannot read {0} ({1}): name the policy with --policy": "无法读取 {0}（{1}）：请用 --policy 指明策略文件",
  "Cannot report on {0} {1} as it has no plan: assess it first": "无法为 {0} {1} 出具报告：还没有计划，请先评估",
  "Cannot simulate as no source has a complete snapshot: run a review in report mode first":
    "无法试算：没有数据源有完整的快照，请先以 report 模式运行一次复核",
  "Cannot sweep {0} after events as this role may write no review in {1}: take events out of the configuration, or begin in a role that may write below reviews/ ({2})":
    "收到事件后无法清理 {0}：当前角色不能在 {1} 写入复核。请从配置中去掉 events，或改用可写 reviews/ 的角色启动（{2}）",
  "Cannot tell what is whose: {0} has no reviewers in the configuration":
    "无法确定哪些由谁复核：配置中 {0} 没有 reviewers",
  "Cannot verify {0} as it is not there": "无法核验 {0}：文件不存在",
  "Cannot write {0} ({1})": "无法写入 {0}（{1}）",
  "Name grants with --grant, or ask for --all: not both": "用 --grant 指明授权，或用 --all：二者只能选一",
  "Name one source with --source {0}": "请用 --source 指明一个数据源：{0}",
  "Name the review to export with --review ID": "请用 --review 指明要导出的复核",
  "Name the review to retire with --review ID": "请用 --review 指明要作废的复核",
  "Name the review to undo with --review ID": "请用 --review 指明要撤销的复核",
  "Name the review to verify with --review ID": "请用 --review 指明要核验的复核",
  "Name the review with --review, such as 2026-10-01T020000Z": "请用 --review 指明复核，例如 2026-10-01T020000Z",
  "No open review has plan {0} as its newest; there is no open review with a plan":
    "没有进行中的复核以 {0} 为最新计划：没有任何进行中的复核有计划",
  "No open review has plan {0} as its newest; there is\n{1}": "没有进行中的复核以 {0} 为最新计划，现有的计划如下",
  "Nothing in {0} {1} is {2}'s to review: name somebody by their id, as reviewer_id in report.csv has it":
    "{0} {1} 中没有由 {2} 复核的授权：请用 report.csv 中 reviewer_id 的编号指明审阅人",
  "Nothing to acknowledge: no event since the newest complete review says that the app sees less of {0}":
    "没有需要确认的：最近一次完整复核以来，没有事件表明 {0} 的应用可见范围缩小",
  "There is no report of {0} yet: begin with {1}": "{0} 还没有报告，先运行：{1}",
};
