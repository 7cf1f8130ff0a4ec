-- CreateIndex
CREATE INDEX "verifications_of_all" ON "verifications"("environment", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "verifications_in_review" ON "verifications"("environment", "created_at" DESC, "id" DESC) WHERE (status = 'needs_review'::text);

-- Operators say why they look at a person. A column can only be added at the end of a view that is there.
CREATE OR REPLACE VIEW audit.personal_data_access WITH (security_barrier = true) AS
SELECT e.tenant_id, e.environment, l.position, e.id AS entry_id, e.at, e.kind, audit.actor(e.actor) AS actor, k.name AS key_name,
       e.verification_id, audit.type_id('ver', e.verification_id) AS verification, v.subject_id,
       coalesce(e.data->>'provider', v.provider) AS provider, audit.texts(e.data->'fields') AS fields, e.data AS details,
       e.data->>'purpose' AS purpose, e.data->>'ticket' AS ticket
  FROM public.ledger_entries e
  LEFT JOIN public.ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
  LEFT JOIN public.verifications v ON v.tenant_id = e.tenant_id AND v.id = e.verification_id
  LEFT JOIN public.api_keys k ON k.tenant_id = e.tenant_id AND e.actor = 'key:' || k.id
 WHERE (SELECT audit.note_read('personal_data_access'))
   AND e.kind IN ('identity.viewed', 'images.listed', 'image.viewed', 'report.viewed', 'identity.looked_up', 'customers.listed');

COMMENT ON COLUMN audit.personal_data_access.purpose IS 'What an operator said it was for: review, support, fraud, legal or other. Null for a tenant''s own keys, which need not say.';
COMMENT ON COLUMN audit.personal_data_access.ticket IS 'The operator''s ticket; null where none was named.';
