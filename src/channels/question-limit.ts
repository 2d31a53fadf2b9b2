/** How long a question may be, in whichever channel it is asked. */
export const QUESTION_CHARACTERS = 2_000

/** Said of a longer one; over HTTP the message of an issue that problem.ts gives a code of its own. */
export const TOO_LONG = `问题最多${QUESTION_CHARACTERS}个字符`

/** Characters as a person counts them: code points, which is what JSON Schema's maxLength counts too. */
export const withinCharacters = (most: number) => (text: string) => text.length <= most || [...text].length <= most
