/** The tables of state.sqlite, as steps from one version of the schema to the next. Steps are added, never changed. */

/**
 * `user_version` of a file is the number of steps it has taken. Times are milliseconds since 1970, UTC. `folded` is
 * what a search looks through, in lower case. `answer`, the largest, stands last: the rest is read without it.
 */
export const STEPS: readonly string[] = [
  `
  CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    title TEXT NOT NULL,
    folded TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX conversations_by_change ON conversations (owner, updated_at);

  CREATE TABLE exchanges (
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    as_of TEXT,
    documents TEXT,
    question TEXT NOT NULL,
    folded TEXT NOT NULL,
    answer_id TEXT,
    answer_text TEXT,
    answer TEXT,
    PRIMARY KEY (conversation_id, id),
    UNIQUE (conversation_id, position)
  ) STRICT;

  -- copies of what it is about, and no reference: feedback outlives the conversation, and the answer it was given on
  CREATE TABLE feedback (
    owner TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    exchange_id TEXT NOT NULL,
    answer_id TEXT NOT NULL,
    rating TEXT NOT NULL CHECK (rating IN ('up', 'down')),
    reason TEXT,
    at INTEGER NOT NULL,
    generation TEXT NOT NULL,
    as_of TEXT,
    documents TEXT,
    history TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (owner, conversation_id, exchange_id, answer_id)
  ) STRICT;
  CREATE INDEX feedback_by_time ON feedback (at);
  `,
  `
  -- is_next: of its thread the oldest that is not done. What is done keeps its name alone, so that it is known again.
  -- sent: of the messages, a JSON array, how many were; begun: the sending of the next one began
  CREATE TABLE bot_events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    id TEXT NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('asked', 'answered', 'done')),
    is_next INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    done_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    claimed_by TEXT,
    claimed_until INTEGER,
    sent INTEGER NOT NULL DEFAULT 0,
    begun INTEGER NOT NULL DEFAULT 0,
    thread TEXT,
    reply_to TEXT,
    question TEXT,
    messages TEXT,
    UNIQUE (platform, id)
  ) STRICT;
  CREATE INDEX bot_events_of_thread ON bot_events (platform, thread, number) WHERE stage <> 'done';
  CREATE INDEX bot_events_due ON bot_events (stage, due_at, number) WHERE is_next = 1;
  CREATE INDEX bot_events_done ON bot_events (done_at) WHERE stage = 'done';
  `,
]
