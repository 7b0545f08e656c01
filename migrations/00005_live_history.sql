-- +goose Up
-- What was seen of Argo CD, one writer. Numbers are given by the program, and
-- in order: of two transitions the later one has the larger number. An instance
-- without a name is forgotten; what hangs on it is removed little by little.
CREATE TABLE live_instance (
    id   INTEGER PRIMARY KEY,
    name TEXT,
    url  TEXT NOT NULL,
    UNIQUE (name)
);

-- Every application's present state; health and sync are both empty where it
-- was deleted. kept counts its transitions.
CREATE TABLE live_application (
    id        INTEGER PRIMARY KEY,
    instance  INTEGER NOT NULL REFERENCES live_instance (id),
    namespace TEXT NOT NULL,
    name      TEXT NOT NULL,
    health    TEXT NOT NULL,
    sync      TEXT NOT NULL,
    since     BIGINT NOT NULL,
    kept      INTEGER NOT NULL,
    UNIQUE (instance, namespace, name)
);

CREATE TABLE live_transition (
    id          INTEGER PRIMARY KEY,
    application INTEGER NOT NULL,
    at          BIGINT NOT NULL,
    health      TEXT NOT NULL,
    sync        TEXT NOT NULL,
    revision    TEXT NOT NULL
);
CREATE INDEX live_transition_application ON live_transition (application);

-- How a connection was; until is 0 while it lasts.
CREATE TABLE live_stretch (
    id       INTEGER PRIMARY KEY,
    instance INTEGER NOT NULL,
    state    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    since    BIGINT NOT NULL,
    until    BIGINT NOT NULL
);
CREATE INDEX live_stretch_instance ON live_stretch (instance, until);

-- When Deckplan was last known to run, for stretches that nobody ended.
CREATE TABLE live_beat (
    id INTEGER PRIMARY KEY,
    at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE live_beat;
DROP TABLE live_stretch;
DROP TABLE live_transition;
DROP TABLE live_application;
DROP TABLE live_instance;
