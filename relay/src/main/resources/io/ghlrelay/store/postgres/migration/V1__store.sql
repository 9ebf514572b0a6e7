-- The store of GHL Relay. Instants and durations are microseconds (instants since 1970), ids are
-- UUID version 7, so that they sort by the time of admission and partitions of time are ranges of ids.
-- Partitions are made and dropped by the relays themselves.

-- Each start of a relay is one row: what it holds is marked with its number.
CREATE TABLE relay (
  epoch        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name         text        NOT NULL,
  version      text        NOT NULL,
  config       text        NOT NULL DEFAULT '',
  started_at   timestamptz NOT NULL DEFAULT now(),
  lease_until  timestamptz NOT NULL,
  fenced       boolean     NOT NULL DEFAULT false
) WITH (fillfactor = 50);

-- Who attempts the deliveries of a target that gets them in order: one relay, for all that any admits.
CREATE TABLE ordered_target (
  target text   PRIMARY KEY,
  holder bigint NOT NULL
);

CREATE TABLE event (
  id          uuid     NOT NULL,
  received_at bigint   NOT NULL,
  webhook_id  text,
  type        text,
  location_id text,
  company_id  text,
  app_id      text,
  timestamp   text,
  verified    smallint NOT NULL,
  conflict    boolean  NOT NULL,
  headers     text     NOT NULL,
  body        bytea    NOT NULL,
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);

-- Deliveries that are not settled: the queue. Small, however many are settled, so that its vacuum is.
CREATE TABLE pending (
  event_id          uuid    NOT NULL,
  target            text    NOT NULL,
  route             text    NOT NULL,
  series            integer NOT NULL,
  attempts          integer NOT NULL,
  first_failure_end bigint,
  jitter            bigint,
  due_offset        bigint  NOT NULL,
  due               bigint  NOT NULL,
  updated_at        bigint  NOT NULL,
  received_at       bigint  NOT NULL,
  owner             bigint  NOT NULL, -- a relay's epoch; 0 = for the holder of the ordered target
  PRIMARY KEY (event_id, target)
) WITH (
  fillfactor = 80,
  autovacuum_vacuum_scale_factor = 0.05,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0.2,
  autovacuum_vacuum_cost_delay = 0
);

-- Partial, so that a look-up by id, which says nothing of due, cannot take it for the primary key:
-- of a table that was empty when the plan was made, both would seem to cost the same.
CREATE INDEX pending_due ON pending (target, owner, due, event_id) WHERE due >= 0;

-- Deliveries that are: written once, unless they are replayed.
CREATE TABLE settled (
  event_id          uuid     NOT NULL,
  target            text     NOT NULL,
  route             text     NOT NULL,
  state             smallint NOT NULL,
  series            integer  NOT NULL,
  attempts          integer  NOT NULL,
  first_failure_end bigint,
  jitter            bigint,
  due_offset        bigint   NOT NULL,
  dead_reason       smallint,
  updated_at        bigint   NOT NULL,
  PRIMARY KEY (event_id, target)
) PARTITION BY RANGE (event_id);

CREATE INDEX settled_dead ON settled (target, event_id) WHERE dead_reason IS NOT NULL;

CREATE TABLE attempt (
  event_id       uuid    NOT NULL,
  target         text    NOT NULL,
  series         integer NOT NULL,
  number         integer NOT NULL,
  due_at         bigint  NOT NULL,
  started_at     bigint  NOT NULL,
  latency        bigint  NOT NULL,
  status         smallint,
  retry_after    bigint,
  error          smallint,
  response_start bytea   NOT NULL,
  deferral       text,
  PRIMARY KEY (event_id, target, series, number)
) PARTITION BY RANGE (event_id);

-- Events that no route took, until they are replayed.
CREATE TABLE unrouted (
  event_id uuid PRIMARY KEY
);

-- By what duplicates are known: hashes, see DuplicateKey. A bucket is a partition of time.
CREATE TABLE duplicate_key (
  bucket   bigint NOT NULL,
  lookup   bytea  NOT NULL,
  app      bytea  NOT NULL,
  body     bytea  NOT NULL,
  event_id uuid   NOT NULL,
  PRIMARY KEY (lookup, app, body, bucket) -- asked for without the bucket
) PARTITION BY LIST (bucket);

CREATE TABLE learnt_company (
  location_id text PRIMARY KEY,
  company_id  text NOT NULL
);

CREATE TABLE paused_target (
  target text PRIMARY KEY
);

-- What was still pending when its partition left the retention.
CREATE TABLE event_kept PARTITION OF event DEFAULT;
CREATE TABLE settled_kept PARTITION OF settled DEFAULT;
CREATE TABLE attempt_kept PARTITION OF attempt DEFAULT;
