/** What `tiaowen --help` says, command by command. */

export const COMMANDS = ['ask', 'search', 'cite', 'index', 'serve', 'eval', 'doctor', 'feedback', 'send'] as const
export type CommandName = (typeof COMMANDS)[number]

/** Exit codes, the same for every command. */
export const EXIT = { done: 0, failed: 1, usage: 2, declined: 3, ambiguous: 4, absent: 5 } as const

const EXIT_CODES = `退出码：0 成功  1 出错  2 用法不对  3 不作回答  4 不止一处符合  5 没有这一条款`

export const HELP = `条问 Tiaowen：答案逐字引自文件，句句注明条款。

用法：tiaowen <命令> [选项] [参数]
      npm run tiaowen -- <命令> …

  ask <问题>      回答一个问题，并列出依据
  search <词句>   查找相关条款
  cite <引用>     查出一处引用，如“《决定》第三部分第2条”
  index [文件夹]… 读取文件，建立或更新索引；--watch 留守并随改随建
  serve           启动网页与接口（默认 http://127.0.0.1:8787）
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
  cite: `用法：tiaowen cite [--json] [--as-of <日期>] <引用>

例：tiaowen cite 《决定》第三部分第2条
    tiaowen cite 决定三（二）
    tiaowen cite 民法典第一千零六十二条第二款
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
