-- +goose Up
-- What was measured of image archives. summary is what a list tells, content
-- the whole ledger, both JSON.
CREATE TABLE ledger (
    id         TEXT PRIMARY KEY,
    plan_id    TEXT NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    author     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    summary    TEXT NOT NULL,
    content    TEXT NOT NULL
);
CREATE INDEX ledger_plan ON ledger (plan_id, created_at);

-- +goose Down
DROP TABLE ledger;
