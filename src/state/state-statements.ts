/** What SQLite and PostgreSQL are asked of conversations and feedback in the same words. */
import { FORGOTTEN_AT_ONCE } from './state-rows.ts'
import { HISTORY_EXCHANGES } from './state.ts'

export const SUMMARY = `c.id, c.title, c.created_at, c.updated_at,
  (SELECT count(*) FROM exchanges e WHERE e.conversation_id = c.id) AS exchanges`
export const NEWEST = 'ORDER BY c.updated_at DESC LIMIT :limit'

export const STATE_STATEMENTS = {
  summary: `SELECT ${SUMMARY}, c.owner FROM conversations c WHERE c.id = :id`,
  latest: 'SELECT max(updated_at) AS latest FROM conversations WHERE owner = :owner',
  addConversation: `INSERT INTO conversations (id, owner, title, folded, created_at, updated_at)
    VALUES (:id, :owner, :title, :folded, :at, :at)`,
  touch: 'UPDATE conversations SET updated_at = :at WHERE id = :id',
  rename: 'UPDATE conversations SET title = :title, folded = :folded WHERE id = :id',
  remove: 'DELETE FROM conversations WHERE id = :id',
  forget: `DELETE FROM conversations WHERE id IN (
    SELECT id FROM conversations WHERE owner = :owner AND updated_at < :before LIMIT ${FORGOTTEN_AT_ONCE})`,
  list: `SELECT ${SUMMARY} FROM conversations c WHERE c.owner = :owner AND c.updated_at < :before ${NEWEST}`,
  exchange: 'SELECT * FROM exchanges WHERE conversation_id = :conversationId AND id = :exchangeId',
  exchanges: `SELECT e.*, f.rating, f.reason FROM exchanges e LEFT JOIN feedback f
    ON f.owner = :owner AND f.conversation_id = e.conversation_id AND f.exchange_id = e.id AND f.answer_id = e.answer_id
    WHERE e.conversation_id = :id ORDER BY e.position`,
  addExchange: `INSERT INTO exchanges
    (conversation_id, id, position, attempt, asked_at, as_of, documents, question, folded)
    VALUES (:conversationId, :exchangeId,
      (SELECT coalesce(max(position), 0) + 1 FROM exchanges WHERE conversation_id = :conversationId),
      1, :at, :asOf, :documents, :question, :folded)
    RETURNING position, attempt`,
  beginAgain: `UPDATE exchanges SET attempt = attempt + 1, asked_at = :at, as_of = :asOf, documents = :documents,
      question = :question, folded = :folded, answer_id = NULL, answer_text = NULL, answer = NULL
    WHERE conversation_id = :conversationId AND id = :exchangeId
    RETURNING position, attempt`,
  before: `SELECT question, answer_text FROM exchanges WHERE conversation_id = :conversationId AND position < :position
    ORDER BY position DESC LIMIT ${HISTORY_EXCHANGES}`,
  keepAnswer: `UPDATE exchanges SET folded = :folded, answer_id = :answerId, answer_text = :text, answer = :answer
    WHERE conversation_id = :conversationId AND id = :exchangeId AND attempt = :attempt`,
  withdraw: `DELETE FROM feedback
    WHERE owner = :owner AND conversation_id = :conversationId AND exchange_id = :exchangeId`,
} as const
