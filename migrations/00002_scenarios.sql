-- +goose Up
-- A plan's document is not kept beside its head, which every edit writes: it is
-- the newest document kept whole in a revision, and the changes since. There is
-- no step back: a document that lags behind would be lost edits.
UPDATE revision SET checkpoint = (SELECT document FROM plan WHERE plan.id = revision.plan_id)
    WHERE checkpoint IS NULL AND number = (SELECT p.revision FROM plan p WHERE p.id = revision.plan_id);
ALTER TABLE plan DROP COLUMN document;

-- Scenarios are plans of one family: copies of one another.
ALTER TABLE plan ADD COLUMN family TEXT NOT NULL DEFAULT '';
UPDATE plan SET family = id;
ALTER TABLE plan ADD COLUMN scenario TEXT NOT NULL DEFAULT '';
CREATE INDEX plan_family ON plan (family);
CREATE INDEX revision_undoes ON revision (plan_id, undoes);

-- An undo takes back an edit, a redo takes back an undo, and so on: origin is
-- the edit that all of them are about (itself for an edit), turn how often it
-- has been taken back and forth.
ALTER TABLE revision ADD COLUMN origin BIGINT NOT NULL DEFAULT 0;
ALTER TABLE revision ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
UPDATE revision SET origin = number WHERE undoes = 0;
UPDATE revision SET origin = undoes, turn = 1 WHERE undoes > 0
    AND EXISTS (SELECT 1 FROM revision e WHERE e.plan_id = revision.plan_id AND e.number = revision.undoes AND e.undoes = 0);
UPDATE revision SET turn = 2, origin = (SELECT u.undoes FROM revision u WHERE u.plan_id = revision.plan_id AND u.number = revision.undoes)
    WHERE undoes > 0 AND origin = 0;
