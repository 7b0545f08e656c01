-- +goose Up
-- A plan's document may lag behind its revision: the changes of the revisions
-- since document_revision lead to the newest.
ALTER TABLE plan ADD COLUMN document_revision BIGINT NOT NULL DEFAULT 0;
UPDATE plan SET document_revision = revision;
-- Scenarios are plans of one family: copies of one another.
ALTER TABLE plan ADD COLUMN family TEXT NOT NULL DEFAULT '';
UPDATE plan SET family = id;
ALTER TABLE plan ADD COLUMN scenario TEXT NOT NULL DEFAULT '';
CREATE INDEX plan_family ON plan (family);
CREATE INDEX revision_undoes ON revision (plan_id, undoes);

-- +goose Down
DROP INDEX revision_undoes;
DROP INDEX plan_family;
ALTER TABLE plan DROP COLUMN scenario;
ALTER TABLE plan DROP COLUMN family;
ALTER TABLE plan DROP COLUMN document_revision;
