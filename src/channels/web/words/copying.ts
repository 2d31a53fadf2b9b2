/** What copying is called and what is said of it, wherever on the page something is copied. */
import type { FormName } from '../../citation-forms.ts'
import { wordsIn } from './language.ts'

interface CopyWords {
  readonly forms: Readonly<Record<FormName, string>>
  readonly copied: string
  readonly linkCopied: string
  readonly notCopied: string
}

export const useCopyWords = wordsIn<CopyWords>({
  zh: {
    forms: {
      inText: '正文引用：《…》第…条',
      withQuotation: '连同引文',
      footnote: '脚注',
      gbt2025: '参考文献 GB/T 7714—2025',
      gbt2015: '参考文献 GB/T 7714—2015',
      bibtex: 'BibTeX',
      cslJson: 'CSL-JSON（Zotero 等）',
    },
    copied: '已复制',
    linkCopied: '链接已复制',
    notCopied: '浏览器不允许复制，请手动选择文字后复制。',
  },
  en: {
    forms: {
      inText: 'In running text: 《…》第…条',
      withQuotation: 'With the quotation',
      footnote: 'Footnote',
      gbt2025: 'Reference, GB/T 7714—2025',
      gbt2015: 'Reference, GB/T 7714—2015',
      bibtex: 'BibTeX',
      cslJson: 'CSL-JSON (Zotero and others)',
    },
    copied: 'Copied',
    linkCopied: 'Link copied',
    notCopied: 'The browser does not allow copying. Select the words and copy them yourself.',
  },
})
