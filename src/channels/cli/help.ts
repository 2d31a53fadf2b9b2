/** What `tiaowen --help` says, command by command. */

export const COMMANDS = ['ask', 'search', 'cite', 'check', 'index', 'reindex', 'serve', 'eval', 'doctor', 'feedback', 'send', 'mcp', 'config', 'keys', 'people', 'collections', 'audit', 'backup', 'restore', 'state'] as const
export type CommandName = (typeof COMMANDS)[number]

/** Exit codes, the same for every command. */
export const EXIT = { done: 0, failed: 1, usage: 2, declined: 3, ambiguous: 4, absent: 5, wrong: 6, unchecked: 7 } as const

const EXIT_CODES = `退出码：0 成功  1 出错  2 用法不对  3 不作回答  4 不止一处符合  5 没有这一条款
        6 草稿、检索集群有出入或错处  7 草稿有未核对之处（--strict）`

export const HELP = `条问 Tiaowen：答案逐字引自文件，句句注明条款。

用法：tiaowen <命令> [选项] [参数]
      npm run tiaowen -- <命令> …

  ask <问题>      回答一个问题，并列出依据
  search <词句>   查找相关条款
  cite <引用>     查出一处引用，如“《决定》第三部分第2条”
  check <草稿>    逐处核对草稿里的引文和引用；草稿为 txt、md 或 docx
  index [文件夹]… 读取文件，建立或更新索引；--watch 留守并随改随建
  reindex --verify  核对检索集群里的内容并修复（设置了 TIAOWEN_SEARCH_URL 时）
  serve           启动网页与接口（默认 http://127.0.0.1:8787）
  mcp             供 AI 客户端（MCP，标准输入输出）查文件、核对引文
  eval            跑评测题
  doctor          检查文件、条款编号、索引与模型；doctor slack、doctor dingtalk 检查聊天平台的配置
  feedback export 导出对回答的评价
  backup <文件夹>  备份全部数据与索引，服务不必停
  restore <备份>   核对并恢复一份备份；--verify 只核对
  state           把对话、密钥等搬到数据库（to-database）或搬回文件（to-file）
  send dingtalk <问题>  回答一个问题，发到钉钉群（自定义群机器人）
  config check    检查设置；config show 显示生效的设置；config example 输出设置文件的样例
  keys            密钥：list、create、revoke
  people          人员：list、add、password、disable、enable、role
  collections     文件集，规定谁能看到哪些文件：list、create、add、remove、delete
  audit           审计日志：show、verify、head

  --json          输出 JSON    --help  帮助    --version  版本
  --color / --no-color         彩色与否；也看 NO_COLOR

${EXIT_CODES}
设置（文件 tiaowen.yaml 和环境变量 TIAOWEN_…）见 docs/configuration.zh-CN.md。`

export const COMMAND_HELP: Readonly<Record<CommandName, string>> = {
  ask: `用法：tiaowen ask [--json | --markdown] [--document <编号>]… [--as-of <日期>]
                   [--mode extractive|llm|auto] <问题>

  --json            完整的回答，字段同 POST /api/ask
  --markdown        Markdown
  --document <编号>  只在这份文件里找，可重复；编号见 tiaowen doctor
  --as-of <日期>     按这一天施行的文本回答，如 2020-06-30
  --mode <方式>      extractive 只摘原文；llm 由语言模型成文，句句与原文核对，核对不过时改为摘录；
                    auto（默认）配置了语言模型就用 llm

例：tiaowen ask 未来五年全社会研发投入强度要超过多少？
${EXIT_CODES}`,
  search: `用法：tiaowen search [--json] [--limit <条数>] [--document <编号>]… [--as-of <日期>] <词句>

例：tiaowen search --limit 5 人才引进
${EXIT_CODES}`,
  cite: `用法：tiaowen cite [--json] [--as-of <日期>] [--at <所在条款>] <引用>

  --at <所在条款>    引用写在哪一条里，“本条”“前款”“上述”由此得知所指

例：tiaowen cite 《决定》第三部分第2条
    tiaowen cite 决定三（二）
    tiaowen cite 民法典第一千零六十二条第二款
    tiaowen cite '法释〔2023〕3号第一条'
    tiaowen cite --at 《公司法》第三条第二款 前款
${EXIT_CODES}`,
  check: `用法：tiaowen check [--json] [--annotated <输出.docx>] [--html <输出.html>] [--as-of <日期>]
                     [--suggest] [--strict] <草稿>

逐处核对草稿里的引文（“…”「…」，以及没有引号的大段原文）和引用（《…》第X条、文号）：一致、有出入、出处不符、
有此条款、无此条款、未找到、未核对。草稿为 txt、md 或 docx；写 - 则从标准输入读取（文本或 docx）。草稿不会被保存。
Checks every quotation and reference of a draft against the documents.

  --json              结果，字段同 POST /api/check
  --annotated <文件>   另存一份 Word 草稿，逐处加批注（草稿须为 docx）
  --html <文件>        另存一页标好的草稿，不含脚本，可以转发
  --as-of <日期>       按这一天施行的文本核对，如 2020-06-30
  --suggest           再为写了数字或要求而没有注明出处的句子推荐出处（仅供参考，不影响退出码）
  --strict            有未核对之处也算不通过，退出码 7；只表示强调的引号不算

在 CI 里使用：末行是小结；有出入、出处不符、无此条款、未找到时退出码为 6。

例：tiaowen check 请示.docx --annotated 请示（核对）.docx
    tiaowen check --strict --json - < 草稿.md
${EXIT_CODES}`,
  index: `用法：tiaowen index [--json] [--watch] [文件夹]…

读取文件夹（含子文件夹）里的文件，建立索引；没有变化的文件不重读，没有变化的词句不重算向量。正在运行的服务随即改用新索引。

  文件夹     只收录这些文件夹，seeds/ 不在其中，除非也写上。只管这一次：serve、ask 等命令仍按 TIAOWEN_FOLDERS
             收录，要长期使用请设置它。不写则收录 TIAOWEN_FOLDERS 与 seeds/（TIAOWEN_SEEDS=off 可去掉 seeds/）
  --watch    留守：文件有变化并写完之后更新索引；出错时说明原因并继续；Ctrl+C 停止
  --json     输出 JSON；与 --watch 同用时每次更新一行

读不了的文件列在最后并说明原因，其余照常收录。

例：tiaowen index /data/policies
    tiaowen index --watch /data/policies /data/laws
${EXIT_CODES}`,
  reindex: `用法：tiaowen reindex --verify [--all] [--json]

逐个集合核对检索集群里的条目与索引是否一致：条数、缺少的、不属于本索引的，并抽查（--all 则全部）文字与向量。
缺少或不符的随即按索引补写，不重新计算向量。
Compares what the search cluster holds with the index, and repairs it.

  --verify  核对并修复（目前只有这一种用法）
  --all     比对全部条目，而不是每个集合抽查一千条

退出码 0：完好；6：有出入，已修复；1：集群没有应答，或未能修复。
${EXIT_CODES}`,
  serve: `用法：tiaowen serve

启动网页与接口。地址由 TIAOWEN_HOST、TIAOWEN_PORT 指定；对外开放须设置 TIAOWEN_API_KEY。Ctrl+C 停止。
设置了 TIAOWEN_SLACK_… 或 TIAOWEN_DINGTALK_… 时，同时在这些聊天平台上回答，见 docs/bots.md。
${EXIT_CODES}`,
  mcp: `用法：tiaowen mcp

在标准输入输出上提供 MCP（Model Context Protocol）：由 Claude Desktop、Cursor 等 AI 客户端启动，不必自己运行。
标准输出只有协议内容，日志写到标准错误。客户端的写法见 docs/clients.md；已有 serve 在运行时，也可连它的 /mcp。
${EXIT_CODES}`,
  eval: `用法：tiaowen eval [选项]；选项见 tiaowen eval --help。`,
  doctor: `用法：tiaowen doctor [--json]
      tiaowen doctor [--json] slack|dingtalk

检查：运行环境、模型、索引、每份文件的来源与日期、编号对不上的条款、清理时去掉的行。
写明 slack 或 dingtalk 时，改为检查这个聊天平台的配置：缺什么，平台是否接受；全部正确时退出码为 0，否则为 1。
${EXIT_CODES}`,
  feedback: `用法：tiaowen feedback export [--since <时间>] [--rating up|down]

导出网页和聊天平台上对回答的评价，每行一条 JSON：问题、前文、当时的结果与所引条款、评价与理由、索引的代号。
所有密钥和平台名下的评价都在内；服务运行时也可以导出。其中 question、history、expect 同 evals/cases 的写法，
expect 是当时的回答，不是正确答案：评为 down 的，请改成应有的回答再作评测题。

  --since <时间>    只要这个时间（UTC）及以后的，如 2026-01-31 或 2026-01-31T08:00:00Z
  --rating <评价>   只要 up（有用）或 down（没用）的

例：tiaowen feedback export --rating down > feedback.jsonl
${EXIT_CODES}`,
  send: `用法：tiaowen send dingtalk <问题>

回答一个问题，把回答连同依据发到钉钉群。群机器人由 TIAOWEN_DINGTALK_GROUP_WEBHOOK、TIAOWEN_DINGTALK_GROUP_SECRET
指定。按平台要求的快慢发送；平台说稍后再发的，等候后再试，最多 15 分钟。不作回答的也照样发出，退出码为 3 或 4。

例：tiaowen send dingtalk 本周施行的规定有哪些？
${EXIT_CODES}`,
  config: `用法：tiaowen config check|show|example [--config <文件>]

  check      检查设置文件和环境变量，一次列出所有错误；还看文件夹、模型、端口。只有警告时退出码为 0，有错误为 1
  show       以 YAML 显示生效的设置，注明各来自哪里：默认、文件的哪一行、哪个环境变量；密钥显示为 ***
  example    输出带说明的设置文件，列出所有设置

  --config <文件>    读这个设置文件。不写则读 TIAOWEN_CONFIG 指定的文件（off 为不读），没有指定时读程序文件夹里的
                    tiaowen.yaml。环境变量优先于文件。见 docs/configuration.zh-CN.md

例：tiaowen config example > tiaowen.yaml
    tiaowen config check --config tiaowen.yaml
${EXIT_CODES}`,
  keys: `用法：tiaowen keys [list] [--json]
      tiaowen keys create [--scopes <权限>] [--see <文件集>] [--expires <日期>] [--tokens <数>] [--quiet | --json] <名称>
      tiaowen keys revoke <编号>

密钥供程序、聊天机器人和 MCP 使用，也可用来登录网页。密钥只在建立时显示一次，打印在标准输出，只保存它的 SHA-256。
停用立即生效，正在运行的服务不必重启。API keys: made, listed, revoked; a running server knows at once.

  --scopes <权限>    ask 提问、search 查找与阅读、ingest 增删文件、admin 管理，以逗号分隔；默认 ask,search
  --see <文件集>     除公开文件外还能看到的文件集，名称或编号，以逗号分隔；all 为全部；默认没有，admin 须为 all
  --expires <日期>   2026-12-31（到当天结束，北京时间）或 2026-12-31T18:00:00+08:00；不写则不过期
  --tokens <数>      每天可用的语言模型词元
  --quiet           只打印密钥

例：tiaowen keys create --scopes ask,search --see 人事 --expires 2026-12-31 人事处系统
    KEY=$(tiaowen keys create --quiet 门户网站)
${EXIT_CODES}`,
  people: `用法：tiaowen people [list] [--json]
      tiaowen people add [--name <姓名>] [--role <角色>] [--see <文件集>] [--issuer <网址> --subject <编号>] <登录名>
      tiaowen people password <登录名>
      tiaowen people disable|enable <登录名>
      tiaowen people role [--see <文件集>] <登录名> reader|editor|admin

能登录网页的人。口令至少 12 个字符，从终端输入（不显示）或从标准输入读取一行，不写在命令里；只保存它的 Argon2id 值。
更换口令、角色，或停用，原有登录随即结束。People who sign in; a password is typed or piped in, never an argument.

  --name <姓名>      不写则同登录名
  --role <角色>      reader 提问与阅读；editor 还能增删文件；admin 还能管理；默认 reader
  --see <文件集>     同 tiaowen keys
  --issuer、--subject  由单点登录（OIDC）登录，没有口令

例：tiaowen people add --name 李明 --role editor --see all li.ming
    tiaowen people password li.ming < 口令文件
${EXIT_CODES}`,
  collections: `用法：tiaowen collections [list] [--json]
      tiaowen collections create <名称>
      tiaowen collections add <名称> <文件夹或文件>…
      tiaowen collections remove <名称> <文件夹或文件>…
      tiaowen collections delete <名称>

文件集里的文件，只有给了这个文件集的密钥和人员能看到；不在任何文件集里的文件人人可见。
Documents of a collection are seen by those alone who are given it; the others by everyone.

  文件夹    索引所收文件夹的名称，其中现有和以后的文件都在内；上传的文件为 /uploads
  文件      编号（见 tiaowen doctor）或文件名；重名的请写编号

例：tiaowen collections create 人事
    tiaowen collections add 人事 人事文件夹 工资办法.docx
    tiaowen collections delete 人事
${EXIT_CODES}`,
  audit: `用法：tiaowen audit [show] [--limit <条数>] [--action <事项>] [--by <谁>] [--since <时间>] [--json]
      tiaowen audit verify [--expect <序号:哈希>] [--json]
      tiaowen audit head [--json]

谁在何时对什么做了什么，只增不改，每条含前一条的哈希。The audit log: chained hashes, added to and never changed.

  show      最近的条目，旧的在前；默认 50 条
  verify    逐条核对；有改动、缺失、调换或截断时说明从哪一条起，退出码为 1
  head      末端的 序号:哈希；存到别处，以后用 verify --expect 核对，截断也看得出来

例：tiaowen audit show --action key.create --since 2026-01-01
    tiaowen audit head > /mnt/别的机器/audit.head
    tiaowen audit verify --expect "$(cat /mnt/别的机器/audit.head)"
${EXIT_CODES}`,
  backup: `用法：tiaowen backup [--keep <份数>] [--json] <文件夹>

把索引、文件登记、各版文本、上传的文件、对话和评价备份到 <文件夹>/tiaowen-<UTC 时间>/。服务可以照常运行和写入。
写完才改成这个名字；名为 tmp-… 的是没有写完的，不能用，下一次备份时删去。没有改变的文件与上一份备份共用。
管理员自己的文件夹（TIAOWEN_FOLDERS）不在其中，请另行备份；密钥等环境变量也不在其中。

  --keep <份数>   只留最近几份完整的备份（同一台机器、同一个数据文件夹的），其余删去
  --json          JSON

例：tiaowen backup --keep 14 /backup/tiaowen
每天自动备份、如何试恢复，见 docs/backup.md。
${EXIT_CODES}`,
  restore: `用法：tiaowen restore [--into <文件夹>] [--replace] [--json] <备份>
      tiaowen restore --verify [--json] <备份>

恢复前先停止服务。全部文件先写在旁边，逐一核对校验值，检查对话数据库，再用备份时记下的 20 个问题核对回答；
都对了才改名就位。有一处不对就什么都不动，并指出是哪个文件。

  --verify          只核对备份，什么都不写
  --into <文件夹>    恢复到 <文件夹>/data 和 <文件夹>/index；默认是配置的数据文件夹和索引文件夹
  --replace         原有的数据改名保存在 before-restore-… 里（不删除）；不加则两个文件夹须为空
  --json            JSON

例：tiaowen restore --verify /backup/tiaowen/tiaowen-20260131T020000Z
    tiaowen restore --into /tmp/try /backup/tiaowen/tiaowen-20260131T020000Z
${EXIT_CODES}`,
  state: `用法：tiaowen state to-database|to-file [--replace] [--json]

把对话、评价、密钥、人员、文件集、审计日志、聊天平台的队列搬到 DATABASE_URL 指定的 PostgreSQL，或搬回数据文件夹的
state.sqlite。先停止所有副本。一次搬完或什么都不动；搬走的文件改名保存，数据库里的留在原处。
Carries what is kept of people between the file and the database.

  to-database   从 state.sqlite 搬到数据库；库里须没有数据
  to-file       从数据库搬到 state.sqlite
  --replace     已有的数据由搬来的代替
  --json        JSON

例：DATABASE_URL=postgres://tiaowen:口令@db:5432/tiaowen tiaowen state to-database
${EXIT_CODES}`,
}
