-- +goose Up
-- Long work and its result. options is the kind's own JSON, args what the
-- message of reason is worded with, content the file that was made and attached
-- one that belongs to the options, both in base64; size is the made file's own.
CREATE TABLE job (
    id         TEXT PRIMARY KEY,
    plan_id    TEXT NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
    revision   BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    author     TEXT NOT NULL,
    options    TEXT NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    args       TEXT NOT NULL,
    name       TEXT NOT NULL,
    type       TEXT NOT NULL,
    size       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL,
    content    TEXT NOT NULL,
    attached   TEXT NOT NULL
);
CREATE INDEX job_plan ON job (plan_id, created_at);
CREATE INDEX job_ended ON job (ended_at);

-- +goose Down
DROP TABLE job;
