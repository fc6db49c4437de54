-- The id of the request that brought an event, so that what is done about it is logged under it, too. NULL for what came
-- before, so the rows that there are stay as they are, and the table is locked for a moment only.

ALTER TABLE "events" ADD COLUMN "correlation_id" TEXT;
