-- +goose Up
-- token is sealed with the key beside the database, bound to id. name_key is
-- the name in one spelling, so that no two names differ by case only.
CREATE TABLE connection (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    url        TEXT NOT NULL,
    token      TEXT NOT NULL,
    token_file TEXT NOT NULL,
    ca         TEXT NOT NULL,
    insecure   BOOLEAN NOT NULL,
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (name_key)
);

-- +goose Down
DROP TABLE connection;
