-- +goose Up
-- pin is the SHA-256 of the only certificate that is accepted, in hex. projects
-- and selector say which applications are read; empty means all. protocol is
-- grpc, rest, or empty: chosen by itself.
ALTER TABLE connection ADD COLUMN pin TEXT NOT NULL DEFAULT '';
ALTER TABLE connection ADD COLUMN projects TEXT NOT NULL DEFAULT '';
ALTER TABLE connection ADD COLUMN selector TEXT NOT NULL DEFAULT '';
ALTER TABLE connection ADD COLUMN protocol TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE connection DROP COLUMN protocol;
ALTER TABLE connection DROP COLUMN selector;
ALTER TABLE connection DROP COLUMN projects;
ALTER TABLE connection DROP COLUMN pin;
