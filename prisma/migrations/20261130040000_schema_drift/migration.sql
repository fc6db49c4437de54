-- What payloads of each type of event look like, learnt from a sample of them, and in what that has changed.

CREATE TABLE "event_shapes" (
    "provider" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    -- Payloads that were looked at.
    "observed" INTEGER NOT NULL DEFAULT 0,
    -- By path; bounded by the rule that writes it (src/model/event-shape.ts).
    "fields" JSONB NOT NULL DEFAULT '{}',
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_shapes_pkey" PRIMARY KEY ("provider", "type")
);

CREATE TYPE "schema_change" AS ENUM ('new', 'gone');

CREATE TABLE "schema_drifts" (
    "id" BIGSERIAL NOT NULL,
    "provider" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "change" "schema_change" NOT NULL,
    "observed" INTEGER NOT NULL,
    "found_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "returned_at" TIMESTAMPTZ(3),

    CONSTRAINT "schema_drifts_pkey" PRIMARY KEY ("id")
);

-- Each is found once, however many processes look.
CREATE UNIQUE INDEX "schema_drifts_provider_type_path_change_key"
    ON "schema_drifts" ("provider", "type", "path", "change");
