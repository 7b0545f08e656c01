-- +goose Up
CREATE TABLE plan (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    document   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- One row an edit: who, when, what was said, and the rows before and after.
-- checkpoint is the whole document after the edit, where one was taken.
CREATE TABLE revision (
    plan_id    TEXT NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
    number     BIGINT NOT NULL,
    author     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    summary    TEXT NOT NULL,
    changes    TEXT NOT NULL,
    undoes     BIGINT NOT NULL DEFAULT 0,
    checkpoint TEXT,
    PRIMARY KEY (plan_id, number)
);

CREATE TABLE decision (
    plan_id    TEXT NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
    number     BIGINT NOT NULL,
    record     TEXT NOT NULL,
    snapshot   TEXT NOT NULL,
    hash       TEXT NOT NULL,
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (plan_id, number)
);

-- +goose Down
DROP TABLE decision;
DROP TABLE revision;
DROP TABLE plan;
