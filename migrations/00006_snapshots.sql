-- +goose Up
-- What an instance that cannot be reached was at one time. content is the rows
-- of the last one of each instance, packed; of earlier ones it is empty.
CREATE TABLE snapshot (
    id           TEXT PRIMARY KEY,
    instance     TEXT NOT NULL,
    name_key     TEXT NOT NULL,
    current      BOOLEAN NOT NULL,
    source       TEXT NOT NULL,
    file         TEXT NOT NULL,
    digest       TEXT NOT NULL,
    url          TEXT NOT NULL,
    version      TEXT NOT NULL,
    captured_at  BIGINT NOT NULL,
    guessed      BOOLEAN NOT NULL,
    made_by      TEXT NOT NULL,
    host         TEXT NOT NULL,
    received_at  BIGINT NOT NULL,
    folder       BOOLEAN NOT NULL,
    received_by  TEXT NOT NULL,
    applications BIGINT NOT NULL,
    content      TEXT NOT NULL
);
CREATE INDEX snapshot_name ON snapshot (name_key, received_at);

-- +goose Down
DROP TABLE snapshot;
