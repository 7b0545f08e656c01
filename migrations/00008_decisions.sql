-- +goose Up
-- decided counts the numbers that decisions of a plan were given, so that none
-- is given twice, even after a draft was discarded.
ALTER TABLE plan ADD COLUMN decided BIGINT NOT NULL DEFAULT 0;
-- noted counts the writes to a plan's decisions: who has read them knows by it
-- whether to read them again.
ALTER TABLE plan ADD COLUMN noted BIGINT NOT NULL DEFAULT 0;
UPDATE plan SET decided = COALESCE((SELECT MAX(d.number) FROM decision d WHERE d.plan_id = plan.id), 0);

-- The revision of the plan at which its decisions' assumptions were last judged.
ALTER TABLE plan ADD COLUMN judged BIGINT NOT NULL DEFAULT 0;

-- How a decision's assumptions stood then; needs tells whether the decision
-- asks to be reviewed.
CREATE TABLE decision_state (
    plan_id TEXT NOT NULL,
    number  BIGINT NOT NULL,
    needs   BOOLEAN NOT NULL,
    state   TEXT NOT NULL,
    PRIMARY KEY (plan_id, number),
    FOREIGN KEY (plan_id, number) REFERENCES decision (plan_id, number) ON DELETE CASCADE
);

-- What is yet to be decided.
CREATE TABLE question (
    plan_id    TEXT NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
    id         TEXT NOT NULL,
    question   TEXT NOT NULL,
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (plan_id, id)
);

-- +goose Down
DROP TABLE question;
DROP TABLE decision_state;
ALTER TABLE plan DROP COLUMN judged;
ALTER TABLE plan DROP COLUMN noted;
ALTER TABLE plan DROP COLUMN decided;
