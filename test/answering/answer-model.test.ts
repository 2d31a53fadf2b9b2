/** The AnswerModels that need no endpoint keep what the seam promises. */
import { LimitedModel } from '../../src/answering/model-limits.ts'
import { describeAnswerModel } from '../contracts/answer-model.ts'
import { ScriptedModel } from './scripted-model.ts'

const close = async () => {}

describeAnswerModel('the scripted model', { open: async (...plays) => new ScriptedModel(plays), close })

describeAnswerModel('a scripted model held to limits', {
  open: async (...plays) => new LimitedModel(new ScriptedModel(plays), { retries: 0 }),
  close,
})
