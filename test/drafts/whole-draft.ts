/** One draft with everything that a Word file may hold, out of lines of the seeds; and the words to be marked in it. */
import { call, line, notes, paragraph, run, table, textBox, wordFile } from './word-files.ts'

const BOLD = '<w:b/><w:sz w:val="28"/>'

const BODY = [
  line('关于人工智能创新发展的汇报'),
  // a quotation over runs of their own formatting
  paragraph(
    run('建议提出“实施大模型前沿技术'),
    run('攻关和高端芯片', BOLD),
    '<w:bookmarkStart w:id="3" w:name="_GoBack"/><w:bookmarkEnd w:id="3"/>',
    run('、基础软件、模型算法、数据工程等研发计划”。'),
  ),
  // in a link, an insertion beside a deletion, a content control, one that is bound
  paragraph(
    run('见'),
    `<w:hyperlink r:id="link">${run('网站所载“加强人工智能治理”一句')}</w:hyperlink>`,
    run('，'),
    `<w:ins w:id="11" w:author="甲" w:date="2025-01-01T00:00:00Z">${run('新增“布局大规模智算集群飞地”')}</w:ins>`,
    `<w:del w:id="12" w:author="甲" w:date="2025-01-01T00:00:00Z"><w:r><w:delText>删去“旧的提法”</w:delText></w:r></w:del>`,
    `<w:sdt><w:sdtPr><w:alias w:val="摘要"/></w:sdtPr><w:sdtContent>${run('摘要“构建新型算力体系”')}</w:sdtContent></w:sdt>`,
    `<w:sdt><w:sdtPr><w:alias w:val="标题"/><w:text/></w:sdtPr><w:sdtContent>${run('题为“智能体”')}</w:sdtContent></w:sdt>`,
    run('。'),
  ),
  // a quotation of two paragraphs
  line('决定指出：“健全人工智能普及教育体系，提升全社会人工智能素养。'),
  line('“加强人工智能治理。”'),
  table([line('目标'), line('超过“50%的”')], [line('研发 &amp; 试验'), paragraph(run('“类脑智能、'), run('智能驾驶”', BOLD))]),
  paragraph(
    '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>',
    run('同一段里“具身智能机器人”和“具身智能机器人”'),
    call('footnote', 1),
    run('，公式'),
    '<m:oMath><m:r><m:t>x=4</m:t></m:r></m:oMath>',
    run('，'),
    '<w:r><w:t>甲</w:t><w:tab/><w:t xml:space="preserve">“𠮷祥” 乙</w:t><w:br/><w:t>丙</w:t></w:r>',
    call('endnote', 1),
  ),
  paragraph(run('框：'), textBox(line('框内“全产业链协同发展格局”'))),
  // an old comment, kept
  paragraph(
    '<w:commentRangeStart w:id="5"/>',
    run('旧批注所在的“应用中试基地”'),
    '<w:commentRangeEnd w:id="5"/><w:r><w:commentReference w:id="5"/></w:r>',
  ),
  '<w:sectPr><w:headerReference w:type="default" r:id="header1"/><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>',
].join('')

const NUMBERING = `<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>
<w:suff w:val="nothing"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>`

export const wholeDraft = (): Promise<Buffer> =>
  wordFile(BODY, {
    numbering: NUMBERING,
    footnotes: notes('footnote', paragraph('<w:r><w:footnoteRef/></w:r>', run(' 脚注引“第一城”。'))),
    endnotes: notes('endnote', paragraph('<w:r><w:endnoteRef/></w:r>', run(' 尾注引“科研范式变革”。'))),
    header1: line('页眉引“296X”'),
    comments: `<w:comment w:id="5" w:author="张三" w:date="2025-03-01T09:00:00Z" w:initials="张"><w:p><w:r><w:t>请核</w:t></w:r></w:p></w:comment>`,
  })

export const WHOLE_TEXT = `关于人工智能创新发展的汇报
建议提出“实施大模型前沿技术攻关和高端芯片、基础软件、模型算法、数据工程等研发计划”。
见网站所载“加强人工智能治理”一句，新增“布局大规模智算集群飞地”摘要“构建新型算力体系”题为“智能体”。
决定指出：“健全人工智能普及教育体系，提升全社会人工智能素养。
“加强人工智能治理。”
目标
超过“50%的”
研发 & 试验
“类脑智能、智能驾驶”
一、同一段里“具身智能机器人”和“具身智能机器人”，公式x=4，甲\t“𠮷祥” 乙
丙
框：
旧批注所在的“应用中试基地”
框内“全产业链协同发展格局”
 脚注引“第一城”。
 尾注引“科研范式变革”。
页眉引“296X”
`

/** Words to be marked, and what stands between the marks. */
export const MARKED: readonly (readonly [words: string, marked: string])[] = [
  ['实施大模型前沿技术攻关和高端芯片、基础软件、模型算法、数据工程等研发计划', '实施大模型前沿技术攻关和高端芯片、基础软件、模型算法、数据工程等研发计划'],
  ['攻关和高端芯片', '攻关和高端芯片'],
  ['芯片、基础', '芯片、基础'],
  ['加强人工智能治理', '加强人工智能治理'],
  ['布局大规模智算集群飞地', '布局大规模智算集群飞地'],
  ['构建新型算力体系', '构建新型算力体系'],
  // one that may not be cut is marked as a whole
  ['智能体', '题为“智能体”'],
  ['健全人工智能普及教育体系，提升全社会人工智能素养。\n“加强人工智能治理。', '健全人工智能普及教育体系，提升全社会人工智能素养。/“加强人工智能治理。'],
  ['50%的”\n研发 & 试验', '50%的”/研发 & 试验'],
  ['& 试', '& 试'],
  ['类脑智能、智能驾驶', '类脑智能、智能驾驶'],
  ['一、同一段', '同一段'],
  ['一、', ''],
  ['x=4', 'x=4'],
  ['𠮷', '𠮷'],
  ['”和“', '”和“'],
  ['应用中试基地', '应用中试基地'],
  ['全产业链协同发展格局', '[框]/框内“全产业链协同发展格局”[框]/框内“全产业链协同发展格局”'],
  ['第一城', '[注1]'],
  ['科研范式变革', '[注1]'],
  ['296X', '关于人工智能创新发展的汇报'],
]
