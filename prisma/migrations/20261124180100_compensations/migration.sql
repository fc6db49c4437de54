-- Runs that undo what they have done, runs that wait for a circuit, and the trace of every transition.

ALTER TABLE "events" ADD COLUMN "traceparent" TEXT;

ALTER TABLE "runs"
    ADD COLUMN "compensation_attempts" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "waiting_on" TEXT,
    ADD COLUMN "superseded_by" UUID;

-- Whoever holds a run has a lease, whatever the run's status.
DROP INDEX "runs_running";
CREATE INDEX "runs_held" ON "runs" ("lease_until") WHERE "lease_until" IS NOT NULL;
CREATE INDEX "runs_compensating" ON "runs" ("queued_at") WHERE "status" = 'compensating';
CREATE INDEX "runs_waiting" ON "runs" ("waiting_on") WHERE "waiting_on" IS NOT NULL;

-- Dead letters are the runs that failed for good, whatever became of their compensation.
DROP INDEX "runs_dead_lettered";
CREATE INDEX "runs_dead_letters" ON "runs" ("event_id")
    WHERE "status" IN ('dead_lettered', 'compensated', 'compensation_failed');

ALTER TABLE "transitions"
    ADD COLUMN "trace_id" TEXT,
    DROP CONSTRAINT "transitions_legal",
    -- The lifecycle table of src/model/lifecycle.ts. Every change of a run is one statement with its transition,
    -- so a change that is not in the table is refused. What is there already was legal by the narrower table.
    ADD CONSTRAINT "transitions_legal" CHECK (
        CASE "from"
            WHEN 'pending' THEN "to" = 'running'
            WHEN 'running' THEN "to" NOT IN ('compensated', 'compensation_failed')
            WHEN 'retrying' THEN "to" = 'running'
            WHEN 'compensating' THEN "to" IN ('compensating', 'compensated', 'compensation_failed')
            WHEN 'completed' THEN FALSE
            WHEN 'dead_lettered' THEN "to" = 'pending'
            WHEN 'compensated' THEN FALSE
            WHEN 'compensation_failed' THEN "to" = 'pending'
        END
    ) NOT VALID;

-- The status of an event follows from its runs: the same rule as src/model/lifecycle.ts, for queries.
CREATE OR REPLACE FUNCTION "event_status"("statuses" "run_status"[]) RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN 'compensation_failed' = ANY (statuses) THEN 'compensation_failed'
        WHEN 'compensated' = ANY (statuses) THEN 'compensated'
        WHEN 'dead_lettered' = ANY (statuses) THEN 'dead_lettered'
        WHEN 'completed' = ALL (statuses) THEN 'completed'
        WHEN 'compensating' = ANY (statuses) THEN 'compensating'
        WHEN 'retrying' = ANY (statuses) THEN 'retrying'
        WHEN 'pending' = ALL (statuses) THEN 'received'
        ELSE 'processing'
    END
$$;
