-- +goose Up
-- secret and former are sealed with the key beside the database, bound to id.
-- events is a JSON list. name_key is the name in one spelling, so that no two
-- names differ by case only. A delivery's body is what is sent; it waits while
-- state is waiting, from next_at on. webhook_drift is what was last told of a
-- plan's differences, as JSON.
CREATE TABLE webhook (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    name_key     TEXT NOT NULL,
    plan_id      TEXT NOT NULL,
    url          TEXT NOT NULL,
    events       TEXT NOT NULL,
    language     TEXT NOT NULL,
    enabled      BOOLEAN NOT NULL,
    secret       TEXT NOT NULL,
    former       TEXT NOT NULL,
    former_until BIGINT NOT NULL,
    gone_at      BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    UNIQUE (name_key)
);
CREATE TABLE webhook_delivery (
    id         TEXT PRIMARY KEY,
    webhook_id TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    event_id   TEXT NOT NULL,
    type       TEXT NOT NULL,
    body       TEXT NOT NULL,
    state      TEXT NOT NULL,
    attempts   BIGINT NOT NULL,
    next_at    BIGINT NOT NULL,
    status     BIGINT NOT NULL,
    fault      TEXT NOT NULL,
    detail     TEXT NOT NULL,
    excerpt    TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    tried_at   BIGINT NOT NULL
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (state, webhook_id, next_at);
CREATE INDEX webhook_delivery_last ON webhook_delivery (webhook_id, created_at);
CREATE TABLE webhook_drift (
    plan_id     TEXT PRIMARY KEY REFERENCES plan (id) ON DELETE CASCADE,
    differences TEXT NOT NULL,
    updated_at  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE webhook_drift;
DROP TABLE webhook_delivery;
DROP TABLE webhook;
