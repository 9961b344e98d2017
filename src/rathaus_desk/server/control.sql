-- What the server knows besides the towns' own data; schema rathaus.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE SCHEMA IF NOT EXISTS rathaus;
CREATE TABLE IF NOT EXISTS rathaus.server (
    id uuid PRIMARY KEY, single boolean NOT NULL UNIQUE DEFAULT true CHECK (single),
    release_key bytea NOT NULL);
CREATE TABLE IF NOT EXISTS rathaus.municipality (
    key text PRIMARY KEY, name text NOT NULL, added_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS rathaus.device (
    id uuid PRIMARY KEY, town text NOT NULL REFERENCES rathaus.municipality ON DELETE CASCADE, ws uuid NOT NULL,
    public_key bytea NOT NULL, machine text NOT NULL, standing text NOT NULL DEFAULT '',
    forked_from uuid, enrolled_at timestamptz NOT NULL DEFAULT now(), seen_at timestamptz, cursor bigint NOT NULL DEFAULT 0,
    schema integer NOT NULL DEFAULT 0, version text NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS device_town ON rathaus.device (town);
CREATE TABLE IF NOT EXISTS rathaus.code (
    digest bytea PRIMARY KEY, town text NOT NULL REFERENCES rathaus.municipality ON DELETE CASCADE,
    label text NOT NULL, expires_at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS rathaus.challenge (
    digest bytea PRIMARY KEY, device uuid NOT NULL REFERENCES rathaus.device ON DELETE CASCADE,
    expires_at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS rathaus.session (
    digest bytea PRIMARY KEY, device uuid NOT NULL REFERENCES rathaus.device ON DELETE CASCADE,
    expires_at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS rathaus.clerk (
    town text NOT NULL REFERENCES rathaus.municipality ON DELETE CASCADE, clerk uuid NOT NULL, role text NOT NULL,
    PRIMARY KEY (town, clerk));
CREATE TABLE IF NOT EXISTS rathaus.release (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL UNIQUE, town text NOT NULL, kind text NOT NULL,
    key text NOT NULL, title text NOT NULL, valid_from text NOT NULL, content text NOT NULL, sha256 text NOT NULL,
    signature bytea NOT NULL, published_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS rathaus.forwarded (
    id uuid PRIMARY KEY, sender text NOT NULL, receiver text NOT NULL REFERENCES rathaus.municipality ON DELETE CASCADE,
    office text NOT NULL, content bytea NOT NULL, sent_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'sent', answer text, answered_at timestamptz, taken_by uuid, taken_at timestamptz);
CREATE INDEX IF NOT EXISTS forwarded_receiver ON rathaus.forwarded (receiver, state);
