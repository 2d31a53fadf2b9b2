/**
 * Tiaowen behind LangChain's interfaces: node langchain.mjs <folder of documents> <question> [folder of the model]
 *
 * In a program of your own: npm install ./tiaowen-0.1.0.tgz @langchain/core (see docs/clients.md)
 */
import { RunnableLambda, RunnablePassthrough, RunnableSequence } from '@langchain/core/runnables'
import { openTiaowen, TiaowenEmbeddings, TiaowenRetriever } from 'tiaowen/langchain'

const [folder = 'documents', question = '申请材料齐全的几个工作日内办结？', modelFolder] = process.argv.slice(2)
const tiaowen = await openTiaowen({ folders: [folder], home: './tiaowen-index', ...(modelFolder && { modelFolder }) })

// 1. the retriever: clauses, word for word, each with its place
const retriever = new TiaowenRetriever({ assistant: tiaowen.assistant, limit: 3 })
for (const { pageContent, metadata } of await retriever.invoke(question)) {
  console.log(`《${metadata.title}》${metadata.spoken}：${pageContent.slice(0, 40)}`)
}

// 2. in a chain: put a model of yours where the last step is
const chain = RunnableSequence.from([
  { clauses: retriever, question: new RunnablePassthrough() },
  RunnableLambda.from(({ clauses, question: asked }) => `${clauses.length} clauses for: ${asked}`),
])
console.log(await chain.invoke(question))

// 3. the embedder, where there is a model
if (tiaowen.embedder) {
  const embeddings = new TiaowenEmbeddings(tiaowen.embedder)
  const vector = await embeddings.embedQuery(question)
  console.log(`embedding of ${vector.length} dimensions`)
}
await tiaowen.close()
