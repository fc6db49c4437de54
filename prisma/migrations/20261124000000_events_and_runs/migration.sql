-- Events, and the runs that say what is done about them. Works on PostgreSQL 15 and later.

CREATE TYPE "run_status" AS ENUM ('pending', 'running', 'retrying', 'completed', 'dead_lettered');
CREATE TYPE "step_status" AS ENUM ('started', 'done', 'failed');

-- What happened -----------------------------------------------------------------------------------

CREATE TABLE "events" (
    "id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "account" TEXT NOT NULL DEFAULT '',
    "delivery_key" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "entity" TEXT,
    "occurred_at" TIMESTAMPTZ(3),
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "body_sha256" BYTEA NOT NULL,
    "secret_label" TEXT NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "events_provider_account_delivery_key_key" ON "events" ("provider", "account", "delivery_key");
CREATE INDEX "events_provider_type_id_idx" ON "events" ("provider", "type", "id");

CREATE TABLE "payloads" (
    "event_id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "body" BYTEA NOT NULL,
    "headers" JSONB NOT NULL,

    CONSTRAINT "payloads_pkey" PRIMARY KEY ("event_id", "received_at"),
    CONSTRAINT "payloads_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "events" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
) PARTITION BY RANGE ("received_at");

-- Catches what no monthly partition is for, so that a missing partition never costs an event.
CREATE TABLE "payloads_default" PARTITION OF "payloads" DEFAULT;

-- Makes the partitions of this month (UTC) and of as many that follow; the service calls it ahead of time.
CREATE FUNCTION "ensure_payload_partitions"("months_ahead" INTEGER) RETURNS VOID
LANGUAGE plpgsql AS $$
DECLARE
    first_day DATE := date_trunc('month', now() AT TIME ZONE 'UTC');
    partition TEXT;
BEGIN
    FOR month IN 0..months_ahead LOOP
        partition := 'payloads_' || to_char(first_day + make_interval(months => month), 'YYYY_MM');
        IF to_regclass(partition) IS NULL THEN
            -- Two instances that start together must not both try.
            PERFORM pg_advisory_xact_lock(hashtext('ensure_payload_partitions'));
            BEGIN
                EXECUTE format(
                    'CREATE TABLE IF NOT EXISTS %I PARTITION OF payloads FOR VALUES FROM (%L) TO (%L)',
                    partition,
                    to_char(first_day + make_interval(months => month), 'YYYY-MM-DD') || ' 00:00:00+00',
                    to_char(first_day + make_interval(months => month + 1), 'YYYY-MM-DD') || ' 00:00:00+00'
                );
            EXCEPTION WHEN check_violation THEN
                -- The default partition has rows of this month already, so it keeps them all.
                RAISE WARNING 'No partition for %: the default partition has rows of that month', partition;
            END;
        END IF;
    END LOOP;
END
$$;

-- What we do about it -----------------------------------------------------------------------------

CREATE TABLE "runs" (
    "id" UUID NOT NULL,
    "event_id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "workflow" TEXT NOT NULL,
    "number" INTEGER NOT NULL DEFAULT 1,
    "workflow_version" INTEGER NOT NULL,
    "status" "run_status" NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "crashes" INTEGER NOT NULL DEFAULT 0,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "dispatches" INTEGER NOT NULL DEFAULT 0,
    "queued_at" TIMESTAMPTZ(3),
    "next_attempt_at" TIMESTAMPTZ(3),
    "last_error" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "runs_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "events" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX "runs_event_id_workflow_number_key" ON "runs" ("event_id", "workflow", "number");

-- Only what is open is looked for, so only that is indexed.
CREATE INDEX "runs_pending" ON "runs" ("queued_at") WHERE "status" = 'pending';
CREATE INDEX "runs_running" ON "runs" ("lease_until") WHERE "status" = 'running';
CREATE INDEX "runs_retrying" ON "runs" ("next_attempt_at") WHERE "status" = 'retrying';
CREATE INDEX "runs_dead_lettered" ON "runs" ("event_id") WHERE "status" = 'dead_lettered';

CREATE TABLE "transitions" (
    "id" BIGSERIAL NOT NULL,
    "run_id" UUID NOT NULL,
    "from" "run_status" NOT NULL,
    "to" "run_status" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempt" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "detail" JSONB,

    CONSTRAINT "transitions_pkey" PRIMARY KEY ("id"),
    -- The lifecycle table of src/model/lifecycle.ts. Every change of a run is one statement with its transition,
    -- so a change that is not in the table is refused.
    CONSTRAINT "transitions_legal" CHECK (
        CASE "from"
            WHEN 'pending' THEN "to" = 'running'
            WHEN 'running' THEN TRUE
            WHEN 'retrying' THEN "to" = 'running'
            WHEN 'completed' THEN FALSE
            WHEN 'dead_lettered' THEN "to" = 'pending'
        END
    ),
    CONSTRAINT "transitions_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX "transitions_run_id_id_idx" ON "transitions" ("run_id", "id");

CREATE TABLE "steps" (
    "run_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "status" "step_status" NOT NULL,
    "input_hash" BYTEA NOT NULL,
    "output" JSONB,
    "idempotency_key" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "steps_pkey" PRIMARY KEY ("run_id", "name"),
    CONSTRAINT "steps_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE TABLE "entities" (
    "provider" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "rank" INTEGER NOT NULL,
    "event_id" UUID NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "entities_pkey" PRIMARY KEY ("provider", "kind", "key")
);

-- The status of an event follows from its runs: the same rule as src/model/lifecycle.ts, for queries.
CREATE FUNCTION "event_status"("statuses" "run_status"[]) RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN 'dead_lettered' = ANY (statuses) THEN 'dead_lettered'
        WHEN 'completed' = ALL (statuses) THEN 'completed'
        WHEN 'retrying' = ANY (statuses) THEN 'retrying'
        WHEN 'pending' = ALL (statuses) THEN 'received'
        ELSE 'processing'
    END
$$;

-- What is written once stays as it was written ------------------------------------------------------

CREATE FUNCTION "refuse_change"() RETURNS TRIGGER
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % refused: its rows are written once', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER "events_written_once" BEFORE UPDATE OR DELETE ON "events"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "payloads_written_once" BEFORE UPDATE OR DELETE ON "payloads"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "transitions_written_once" BEFORE UPDATE OR DELETE ON "transitions"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "events_not_truncated" BEFORE TRUNCATE ON "events"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "payloads_not_truncated" BEFORE TRUNCATE ON "payloads"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "transitions_not_truncated" BEFORE TRUNCATE ON "transitions"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

SELECT "ensure_payload_partitions"(2);
