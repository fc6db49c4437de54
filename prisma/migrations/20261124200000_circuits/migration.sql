-- Circuit breakers that all processes share, and the audit trail of their changes.

CREATE TYPE "circuit_state" AS ENUM ('closed', 'open', 'half_open');

CREATE TABLE "circuits" (
    "name" TEXT NOT NULL,
    "state" "circuit_state" NOT NULL DEFAULT 'closed',
    -- What all processes have seen in the window.
    "successes" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "window_started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "opened_at" TIMESTAMPTZ(3),
    "retry_at" TIMESTAMPTZ(3),
    "prober" TEXT,
    "manual" BOOLEAN NOT NULL DEFAULT FALSE,
    "reason" TEXT,
    "actor" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "circuits_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "circuit_changes" (
    "id" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "from" "circuit_state" NOT NULL,
    "to" "circuit_state" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,

    CONSTRAINT "circuit_changes_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "circuit_changes_name_id_idx" ON "circuit_changes" ("name", "id");

CREATE TRIGGER "circuit_changes_written_once" BEFORE UPDATE OR DELETE ON "circuit_changes"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "circuit_changes_not_truncated" BEFORE TRUNCATE ON "circuit_changes"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
