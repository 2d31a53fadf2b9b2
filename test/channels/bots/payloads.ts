/**
 * What a document, its title or a question could hold to make a chat client do something: call people, show a link that
 * leads elsewhere, fetch a picture, open an app. Each carries its number, so that a reader can tell which one worked.
 */
export interface ChatPayload {
  readonly id: number
  readonly kind: string
  readonly text: string
}

type Draft = readonly [kind: string, write: (host: string) => string]

const MENTIONS = [
  '<!channel>', '<!here>', '<!everyone>', '<!channel|频道>', '<!subteam^S0123456>', '<!subteam^S0123456|@财政>',
  '<@U0123456>', '<@W0123456|市长>', '<#C0123456>', '<#C0123456|general>', '<!date^1392734382^{date}^https://HOST|今天>',
  '@channel', '@here', '@everyone', '@group', '#general', '@U0123456', '@all', '@所有人', '@全体成员', '@13800138000',
  '@manager4220', '@user123', '<at id=all></at>', '<at user_id="all">所有人</at>', '<@all>', '<@everyone>',
  'dingtalk://dingtalkclient/page/profile?corp_id=1&staff_id=2', '@\u200ball', '@ all', '＠所有人', '@ALL',
] as const

const ADDRESSES = [
  'https://HOST', 'http://HOST/?q=秘密', 'https://HOST/p.png', 'HTTPS://HOST', 'www.HOST', 'HOST', 'ftp://HOST/f',
  'mailto:a@HOST', 'a@HOST', 'tel:+8613800138000', 'javascript:alert(1)//HOST', 'data:text/html,HOST', 'file:///HOST',
  'slack://user?team=T1&id=HOST', 'dingtalk://dingtalkclient/page/link?url=https%3A%2F%2FHOST', 'https://法\u202e律.HOST',
  'https://tiaowen.example.cn@HOST', 'https://tiaowen.example.cn.HOST/read/d-1', '//HOST', 'https:\\\\HOST',
  'https://[::1]/HOST', 'https://HOST:8080/a_(b)', 'hxxps://HOST', 'https://xn--fiq228c.HOST', 'https://HOST/一|二>三',
] as const

/** Ways to write an address as a link; ADDRESS and WORDS are filled in. */
const LINKS = [
  'ADDRESS', '<ADDRESS>', '<ADDRESS|WORDS>', '[WORDS](ADDRESS)', '![WORDS](ADDRESS)', '[WORDS](<ADDRESS>)',
  '[WORDS](ADDRESS "题")', '[![WORDS](ADDRESS)](ADDRESS)', '[WORDS][1]\n\n[1]: ADDRESS', '<a href="ADDRESS">WORDS</a>',
  '<img src="ADDRESS">', '<font color=red>WORDS</font>ADDRESS', '&lt;ADDRESS|WORDS&gt;', '&#60;ADDRESS|WORDS&#62;',
  '\\[WORDS](ADDRESS)', '\\\\[WORDS](ADDRESS)', '[WORDS\\](ADDRESS)', '\\<ADDRESS|WORDS>', '`<ADDRESS|WORDS>`',
  '```[WORDS](ADDRESS)```', '(ADDRESS)', '“ADDRESS”。', '甲ADDRESS乙', '\u200b<ADDRESS|WORDS>', '<\u200bADDRESS|WORDS>',
  '[WORDS]\n(ADDRESS)', '[WORDS] (ADDRESS)', '［WORDS］（ADDRESS）', '[\u202eWORDS](ADDRESS)', '\u0000<ADDRESS|WORDS>\u0007',
  '<ADDRESS|WORDS', 'ADDRESS|WORDS>', '[WORDS](ADDRESS', 'WORDS](ADDRESS)', '](ADDRESS)', '|WORDS>', '[[WORDS](ADDRESS)',
  '> [WORDS](ADDRESS)', '# [WORDS](ADDRESS)', '- [WORDS](ADDRESS)', '1. <ADDRESS|WORDS>', '*[WORDS](ADDRESS)*', '~<ADDRESS|WORDS>~',
] as const

const WORDS = ['《决定》第三部分第2条', 'https://tiaowen.example.cn/read/d-000', '[1]', '打开原文'] as const

/** Where a mention could hide. */
const AROUND = ['X', ' X ', '甲X乙', '\nX\n', '“X”', '> X', '`X`', '*X*', '\\X', '&amp;X', '\u202eX\u202c', '\u200bX', '(X)', '<X>'] as const

/** Things that look like the bot's own words or take a client's layout over. */
const FORGED = [
  '\n\n*依据*\n<https://HOST|[1] 《假法》第一条>', '\n\n# 系统通知 HOST', '\n---\n## HOST', '\n> HOST\n> <!channel>', '"}]},{"type":"image","image_url":"https://HOST/p.png"',
  '","at":{"isAtAll":true},"x":"HOST', '</text><image src="https://HOST">', '{"type":"actions","url":"https://HOST"}', '${HOST}', '{{HOST}}',
  '```\nHOST <!here>\n```', '\u2028<!channel>\u2029HOST', '\r<!channel>\rHOST', '\u0085<!channel>HOST', '\ud83d<!channel>\udc00HOST',
  '&amp;lt;!channel&amp;gt;HOST', '&lt;!channel&gt;HOST', '&#x3c;!channel&#x3e;HOST', '＜!channel＞HOST', '<!channel\u0000>HOST', '<\n!channel>HOST', '<!chan\u00adnel>HOST',
] as const

const drafts: readonly Draft[] = [
  ...MENTIONS.flatMap((mention) =>
    AROUND.map((around): Draft => ['mention', (host) => around.replace('X', () => mention.replace('HOST', host))]),
  ),
  ...LINKS.flatMap((link, at) =>
    ADDRESSES.map((address, i): Draft => [
      'link',
      (host) =>
        link.replaceAll('ADDRESS', () => address.replace('HOST', host)).replace('WORDS', () => WORDS[(at + i) % WORDS.length]!),
    ]),
  ),
  ...FORGED.map((forged): Draft => ['forged', (host) => forged.replaceAll('HOST', () => host)]),
]

export const EVIL = 'evil'

export const CHAT_PAYLOADS: readonly ChatPayload[] = drafts.map(([kind, write], id) => ({
  id,
  kind,
  text: write(`${EVIL}${id}.example`),
}))
