-- What a database knows of itself and of its queue: one row. Works on PostgreSQL 15 and later.

CREATE TABLE "installation" (
    "singleton" BOOLEAN NOT NULL DEFAULT TRUE,
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "queue_epoch" BIGINT NOT NULL DEFAULT 1,
    "queue_confirmed_at" TIMESTAMPTZ(3),

    CONSTRAINT "installation_pkey" PRIMARY KEY ("singleton"),
    CONSTRAINT "installation_is_one" CHECK ("singleton")
);

INSERT INTO "installation" DEFAULT VALUES;
