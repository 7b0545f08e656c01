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
