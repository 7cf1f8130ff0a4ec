-- In a transaction of its own: together with the making of the other one, which lets row locks be taken, it would wait for writers that wait for it.
DROP INDEX "verifications_by_provider";
ALTER INDEX "verifications_by_provider_anew" RENAME TO "verifications_by_provider";
