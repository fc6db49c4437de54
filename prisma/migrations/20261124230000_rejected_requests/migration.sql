-- The quarantine: requests that failed verification or validation, kept for a while with their exact bytes.

CREATE TYPE "rejection_state" AS ENUM ('held', 'released', 'discarded');

CREATE TABLE "rejected_requests" (
    "id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "source" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "faults" JSONB,
    "headers" JSONB NOT NULL,
    "body" BYTEA,
    "body_sha256" BYTEA NOT NULL,
    "body_bytes" INTEGER NOT NULL,
    "times" INTEGER NOT NULL,
    "last_received_at" TIMESTAMPTZ(3) NOT NULL,
    "state" "rejection_state" NOT NULL DEFAULT 'held',
    "event_ids" UUID[] NOT NULL DEFAULT ARRAY[]::UUID[],
    "settled_at" TIMESTAMPTZ(3),
    "settled_by" TEXT,

    CONSTRAINT "rejected_requests_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "rejected_requests_settled" CHECK (("state" = 'held') = ("settled_at" IS NULL)),
    CONSTRAINT "rejected_requests_body" CHECK (("state" = 'held') = ("body" IS NOT NULL))
);

-- The same body from the same source is counted, not stored again.
CREATE UNIQUE INDEX "rejected_requests_held_once" ON "rejected_requests" ("provider", "source", "body_sha256")
    WHERE "state" = 'held';
