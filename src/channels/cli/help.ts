/** What `tiaowen --help` says, command by command. */

export const COMMANDS = ['ask', 'search', 'cite', 'check', 'index', 'serve', 'eval', 'doctor', 'feedback', 'send', 'mcp'] as const
export type CommandName = (typeof COMMANDS)[number]

/** Exit codes, the same for every command. */
export const EXIT = { done: 0, failed: 1, usage: 2, declined: 3, ambiguous: 4, absent: 5, wrong: 6, unchecked: 7 } as const

const EXIT_CODES = `退出码：0 成功  1 出错  2 用法不对  3 不作回答  4 不止一处符合  5 没有这一条款
        6 草稿有出入或错处  7 草稿有未核对之处（--strict）`

export const HELP = `条问 Tiaowen：答案逐字引自文件，句句注明条款。

用法：tiaowen <命令> [选项] [参数]
      npm run tiaowen -- <命令> …

  ask <问题>      回答一个问题，并列出依据
  search <词句>   查找相关条款
  cite <引用>     查出一处引用，如“《决定》第三部分第2条”
  check <草稿>    逐处核对草稿里的引文和引用；草稿为 txt、md 或 docx
  index [文件夹]… 读取文件，建立或更新索引；--watch 留守并随改随建
  serve           启动网页与接口（默认 http://127.0.0.1:8787）
  mcp             供 AI 客户端（MCP，标准输入输出）查文件、核对引文
  eval            跑评测题
  doctor          检查文件、条款编号、索引与模型；doctor slack、doctor dingtalk 检查聊天平台的配置
  feedback export 导出对回答的评价
  send dingtalk <问题>  回答一个问题，发到钉钉群（自定义群机器人）

  --json          输出 JSON    --help  帮助    --version  版本
  --color / --no-color         彩色与否；也看 NO_COLOR

${EXIT_CODES}
设置（环境变量 TIAOWEN_…）见 README。`

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
}
