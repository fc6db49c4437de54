-- Dead letters in the order in which they are shown and redriven, redrives of many, and the audit of what people
-- and the service did beyond the transitions of runs.

CREATE INDEX "runs_dead_letters_by_time" ON "runs" ("finished_at", "id")
    WHERE "status" IN ('dead_lettered', 'compensated', 'compensation_failed') AND "superseded_by" IS NULL;

-- A UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then random ones. PostgreSQL has one of its
-- own only from version 18 on.
CREATE FUNCTION "new_uuid_v7"() RETURNS UUID
LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
                    PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                    FROM 1 FOR 6),
            52, 1), 53, 1),
        'hex')::uuid
$$;

CREATE TYPE "redrive_status" AS ENUM ('running', 'stopped', 'done');

-- A redrive of many dead letters. It is carried out in batches, each in one statement with its progress, so it
-- goes on where it was after a crash.
CREATE TABLE "redrives" (
    "id" UUID NOT NULL,
    "filter" JSONB NOT NULL,
    "per_second" INTEGER NOT NULL,
    "unknown_outcome" TEXT,
    "reason" TEXT,
    "actor" TEXT NOT NULL,
    "status" "redrive_status" NOT NULL DEFAULT 'running',
    "failed_before" TIMESTAMPTZ(3) NOT NULL,
    "position_time" TIMESTAMPTZ(3) NOT NULL,
    "position_id" UUID NOT NULL,
    "next_batch_at" TIMESTAMPTZ(3) NOT NULL,
    "redriven" INTEGER NOT NULL DEFAULT 0,
    "needs_decision" INTEGER NOT NULL DEFAULT 0,
    "payload_dropped" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "redrives_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "redrives_unknown_outcome" CHECK ("unknown_outcome" IN ('repeat', 'assume_done'))
);
CREATE INDEX "redrives_running" ON "redrives" ("next_batch_at") WHERE "status" = 'running';

CREATE TABLE "audit" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" JSONB,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "audit_subject_id_idx" ON "audit" ("subject", "id");

CREATE TRIGGER "audit_written_once" BEFORE UPDATE OR DELETE ON "audit"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_not_truncated" BEFORE TRUNCATE ON "audit"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
