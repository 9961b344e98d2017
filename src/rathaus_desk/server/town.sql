-- What the sync keeps in each municipality's schema, beside the house's own tables.
CREATE TABLE sync_counter (
    n bigint NOT NULL, chain bytea NOT NULL, epoch text NOT NULL, recovering boolean NOT NULL DEFAULT false,
    horizon bigint NOT NULL DEFAULT 0, horizon_chain bytea NOT NULL);
CREATE TABLE sync_log (
    n bigint PRIMARY KEY, id uuid NOT NULL, at text NOT NULL, chain bytea NOT NULL, line bytea NOT NULL,
    is_open boolean NOT NULL);
ALTER TABLE sync_log ALTER COLUMN line SET COMPRESSION lz4;
CREATE INDEX sync_log_open ON sync_log (n) WHERE is_open;
CREATE TABLE sync_ledger (id uuid PRIMARY KEY, n bigint NOT NULL UNIQUE, verdict text);
CREATE TABLE sync_station (ws uuid PRIMARY KEY, seq bigint NOT NULL, hash bytea NOT NULL);
CREATE TABLE sync_erased (record uuid PRIMARY KEY, again boolean NOT NULL DEFAULT false);
CREATE TABLE sync_series (series text PRIMARY KEY, next bigint NOT NULL);
CREATE TABLE sync_lease (
    ws uuid NOT NULL, request uuid NOT NULL, series text NOT NULL, first bigint NOT NULL, last bigint NOT NULL,
    PRIMARY KEY (ws, request));
CREATE TABLE sync_chunk (
    sha256 text NOT NULL, place bigint NOT NULL, content bytea NOT NULL, at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sha256, place));
ALTER TABLE sync_chunk ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE TABLE sync_file (sha256 text PRIMARY KEY, size bigint NOT NULL, asked_at timestamptz NOT NULL DEFAULT now(),
    unused_since timestamptz);
