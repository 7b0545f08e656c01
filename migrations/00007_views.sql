-- +goose Up
-- query is the address's, as it is shown. name_key is the name in one spelling,
-- so that no two names differ by case only.
CREATE TABLE live_view (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    query      TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (name_key)
);

-- +goose Down
DROP TABLE live_view;
