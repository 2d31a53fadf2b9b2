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
  `
  -- sight: all, or the ids of collections as a JSON array. Of secrets their SHA-256 is kept
  CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    sight TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER,
    tokens_a_day INTEGER
  ) STRICT;

  CREATE TABLE people (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL,
    folded_login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('reader', 'editor', 'admin')),
    sight TEXT NOT NULL,
    password TEXT,
    issuer TEXT,
    subject TEXT,
    created_at INTEGER NOT NULL,
    last_sign_in_at INTEGER,
    disabled_at INTEGER,
    UNIQUE (issuer, subject)
  ) STRICT;

  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    key_id TEXT REFERENCES api_keys (id),
    person_id TEXT REFERENCES people (id),
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    agent TEXT,
    address TEXT,
    CHECK ((key_id IS NULL) <> (person_id IS NULL))
  ) STRICT;
  CREATE INDEX sessions_of_key ON sessions (key_id, created_at) WHERE key_id IS NOT NULL;
  CREATE INDEX sessions_of_person ON sessions (person_id, created_at) WHERE person_id IS NOT NULL;

  CREATE TABLE collections (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE collection_folders (
    collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    folder TEXT NOT NULL,
    PRIMARY KEY (collection_id, folder)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE collection_documents (
    collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    document_id TEXT NOT NULL,
    PRIMARY KEY (collection_id, document_id)
  ) STRICT, WITHOUT ROWID;
  -- one row: how often collections were changed
  CREATE TABLE collection_changes (count INTEGER NOT NULL) STRICT;
  INSERT INTO collection_changes VALUES (0);

  -- hash: of the hash before and this row, see src/access/audit-chain.ts
  CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    request_id TEXT,
    address TEXT,
    detail TEXT,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
    BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
  CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit
    BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
  -- without it INSERT OR REPLACE would take the place of a row
  CREATE TRIGGER audit_has_no_gap BEFORE INSERT ON audit
    WHEN new.number <> (SELECT coalesce(max(number), 0) + 1 FROM audit)
    BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
  `,
  `
  -- sums alone; day in China; reason: of a decline, else empty
  CREATE TABLE usage (
    day TEXT NOT NULL,
    channel TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    mode TEXT NOT NULL,
    count INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL,
    PRIMARY KEY (day, channel, outcome, reason, mode)
  ) STRICT, WITHOUT ROWID;
  `,
  // a sum of each row, see sqlite-sums.ts; whoever writes knows row_sum. The long columns as bytes: five times as fast
  `
  CREATE INDEX sums_of_exchanges ON exchanges (row_sum(conversation_id, id, position, attempt, asked_at, as_of,
    documents, question, folded, answer_id, answer_text, CAST(answer AS BLOB)));
  CREATE INDEX sums_of_conversations ON conversations (row_sum(id, owner, title, folded, created_at, updated_at));
  CREATE INDEX sums_of_feedback ON feedback (row_sum(owner, conversation_id, exchange_id, answer_id, rating, reason,
    at, generation, as_of, documents, history, question, CAST(answer AS BLOB)));
  CREATE INDEX sums_of_bot_events ON bot_events (row_sum(number, platform, id, stage, is_next, received_at, due_at,
    done_at, attempts, claimed_by, claimed_until, sent, begun, thread, reply_to, question,
    CAST(messages AS BLOB)));
  CREATE INDEX sums_of_sessions ON sessions (row_sum(id, digest, key_id, person_id, created_at, last_used_at,
    expires_at, agent, address));
  CREATE INDEX sums_of_api_keys ON api_keys (row_sum(id, digest, name, scopes, sight, created_at, created_by,
    expires_at, last_used_at, revoked_at, tokens_a_day));
  CREATE INDEX sums_of_people ON people (row_sum(id, login, folded_login, name, role, sight, password, issuer,
    subject, created_at, last_sign_in_at, disabled_at));
  CREATE INDEX sums_of_collection_folders ON collection_folders (row_sum(collection_id, folder));
  CREATE INDEX sums_of_collection_documents ON collection_documents (row_sum(collection_id, document_id));
  CREATE INDEX sums_of_collections ON collections (row_sum(id, name, created_at));
  CREATE INDEX sums_of_collection_changes ON collection_changes (row_sum(count));
  CREATE INDEX sums_of_usage ON usage (row_sum(day, channel, outcome, reason, mode, count, milliseconds));
  CREATE INDEX sums_of_audit ON audit (row_sum(number, at, by, action, object, outcome, request_id, address, detail,
    hash));
  `,
]
