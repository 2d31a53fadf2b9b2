/** What SQLite and PostgreSQL are asked of people in the same words. */
export const PEOPLE_STATEMENTS = {
  add: `INSERT INTO people (id, login, folded_login, name, role, sight, password, issuer, subject, created_at)
    VALUES (:id, :login, :folded, :name, :role, :sight, :password, :issuer, :subject, :now)`,
  one: 'SELECT * FROM people WHERE id = :id',
  byLogin: 'SELECT * FROM people WHERE folded_login = :folded',
  bySubject: 'SELECT * FROM people WHERE issuer = :issuer AND subject = :subject',
  change: `UPDATE people SET name = :name, role = :role, sight = :sight, password = :password,
    disabled_at = :disabledAt WHERE id = :id`,
  rehash: 'UPDATE people SET password = :password WHERE id = :id AND password = :before',
  endSessions: 'DELETE FROM sessions WHERE person_id = :id',
  otherAdmins: `SELECT EXISTS (SELECT 1 FROM people WHERE role = 'admin' AND disabled_at IS NULL AND id <> :id
    AND (password IS NOT NULL OR issuer IS NOT NULL)) AS is_any`,
} as const
