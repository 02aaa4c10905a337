-- Roles with least privilege for PHI Gateway on PostgreSQL 14 or later.
--
-- Run it as the owner of the tables (or a superuser), connected to the registry's database and to the audit
-- database (they may be the same), after the first migration and after each upgrade:
--
--   psql -d phigateway -f roles.sql
--
-- It can be run again at any time and grants only on tables that exist. The roles here cannot log in. Each plane of a node has a login of
-- its own, for the data plane must not be able to open a door and nobody who ships records may read them:
--
--   CREATE ROLE gw01       LOGIN PASSWORD '…' IN ROLE phigw_gateway;
--   CREATE ROLE gw01_ships LOGIN PASSWORD '…' IN ROLE phigw_audit_writer;
--   CREATE ROLE gw01_admin LOGIN PASSWORD '…' IN ROLE phigw_admin;
--   CREATE ROLE gw01_reads LOGIN PASSWORD '…' IN ROLE phigw_audit_reader;
--
--   PhiGateway:Registry:ConnectionString         Username=gw01
--   PhiGateway:Audit:Store:ConnectionString      Username=gw01_ships
--   PhiGateway:Admin:RegistryConnectionString    Username=gw01_admin
--   PhiGateway:Admin:AuditConnectionString       Username=gw01_reads
--
-- Without the last two the control plane uses the first two, which then need both roles each.
--
-- phigw_gateway       a data plane: reads the registry, says in node_status what it enforces, counts in task_use how often tasks were used and in quota_use and quota_patient what clients with quotas took (what has ended it may drop), remembers in single_use what may be used once, keeps in kept_page what the address of a next page has no room for, adds to registration_request who asked to be registered, without a decision, writes nothing else
-- phigw_admin         a control plane: writes the registry; revocations are added, never changed or removed, those of tokens excepted that said themselves when they end, and did
-- phigw_audit_writer  a shipper: adds audit records and sees which it has added; cannot change, remove or read them
-- phigw_audit_reader  the console and the auditors: reads audit records, writes nothing
-- phigw_audit_keeper  deletes a month of audit records that is older than six years, or destroys the keys of a tenant's content of one, for the control plane of a node from which that is done: gw01_reads IN ROLE phigw_audit_reader, phigw_audit_keeper
--
-- Who migrates: the owner of the tables, with none of these roles. Before a new version is started,
--
--   phi-gateway migrate --config FILE      (the owner's login in both connection strings; nothing else of the configuration is looked at)
--
-- and then this script again. A node whose login may not migrate starts when there is nothing to migrate, and says so when there is.

DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['phigw_gateway', 'phigw_admin', 'phigw_audit_writer', 'phigw_audit_reader', 'phigw_audit_keeper'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', v_role);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            -- Roles belong to the whole cluster: it was here already, or another database is just making it.
            NULL;
        END;
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', current_schema(), v_role);
        EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA %I FROM %I', current_schema(), v_role);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), v_role);
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), v_role);
    END LOOP;

    -- Nobody needs temporary tables, and nobody but the owner makes tables.
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', current_schema());

    IF to_regclass('registry_revision') IS NOT NULL THEN
        GRANT SELECT ON registry_migrations, registry_revision, documents, roster_member, revocation, node_status TO phigw_gateway;
        GRANT INSERT ON node_status TO phigw_gateway;
        IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'node_status'::regclass AND attname = 'seal' AND NOT attisdropped) THEN
            -- A node writes its row anew, under its name.
            GRANT UPDATE (revision, at, problem, confirmed, unshipped, seal) ON node_status TO phigw_gateway;
        ELSE
            GRANT UPDATE ON node_status TO phigw_gateway;
        END IF;
        GRANT SELECT, INSERT, UPDATE ON task_use, quota_use TO phigw_gateway;
        GRANT SELECT, INSERT, DELETE ON single_use TO phigw_gateway;
        IF to_regclass('kept_page') IS NOT NULL THEN
            GRANT SELECT, INSERT, DELETE ON kept_page TO phigw_gateway;
        END IF;
        IF to_regclass('registration_request') IS NOT NULL THEN
            -- Who asks to be registered is written down; what becomes of it is decided elsewhere, in columns that no data plane writes.
            GRANT SELECT ON registration_request TO phigw_gateway;
            GRANT INSERT (id, received_at, until, peer, words) ON registration_request TO phigw_gateway;
            GRANT SELECT, DELETE ON registration_request TO phigw_admin;
            GRANT UPDATE (state, client, decided_by, decided_at, reason) ON registration_request TO phigw_admin;
        END IF;
        IF to_regclass('quota_patient') IS NOT NULL THEN
            GRANT SELECT, INSERT ON quota_patient TO phigw_gateway;
        END IF;
        IF to_regprocedure('registry_drop_ended_quotas()') IS NOT NULL THEN
            GRANT EXECUTE ON FUNCTION registry_drop_ended_quotas() TO phigw_gateway;
        END IF;

        GRANT SELECT ON registry_migrations, registry_revision, documents, roster_member, revocation, node_status, task_use, quota_use, idempotency TO phigw_admin;
        GRANT UPDATE ON registry_revision TO phigw_admin;
        GRANT INSERT, UPDATE ON documents, roster_member TO phigw_admin;
        GRANT INSERT ON revocation TO phigw_admin;
        IF to_regprocedure('registry_drop_ended_revocations()') IS NOT NULL THEN
            GRANT EXECUTE ON FUNCTION registry_drop_ended_revocations() TO phigw_admin;
        END IF;
        GRANT INSERT, UPDATE, DELETE ON idempotency TO phigw_admin;
    END IF;

    IF to_regclass('audit_event') IS NOT NULL THEN
        GRANT SELECT ON audit_migrations TO phigw_audit_writer, phigw_audit_reader;
        GRANT INSERT ON audit_event, audit_patient, audit_shape, audit_key TO phigw_audit_writer;

        -- Just enough to see whether a record is stored already, and as the same record.
        GRANT SELECT (log, sequence, chain_hash) ON audit_event TO phigw_audit_writer;
        GRANT SELECT ON audit_log TO phigw_audit_writer, phigw_audit_reader;
        GRANT EXECUTE ON FUNCTION audit_open(text), audit_advance(text), audit_ensure_partitions(integer) TO phigw_audit_writer;

        GRANT SELECT ON audit_event, audit_patient, audit_shape, audit_key TO phigw_audit_reader;

        -- A month, and one that is old enough; nothing else can be deleted.
        IF to_regprocedure('audit_delete_month(integer)') IS NOT NULL THEN
            GRANT EXECUTE ON FUNCTION audit_delete_month(integer) TO phigw_audit_keeper;
        END IF;
        IF to_regprocedure('audit_destroy_bodies(integer, text)') IS NOT NULL THEN
            GRANT EXECUTE ON FUNCTION audit_destroy_bodies(integer, text) TO phigw_audit_keeper;
        END IF;
        GRANT SELECT ON audit_migrations, audit_event, audit_patient, audit_shape, audit_log, audit_key TO phigw_audit_keeper;

        -- What the transparency logs have signed: a node puts it here and cannot touch it again.
        GRANT INSERT ON audit_head TO phigw_audit_writer;
        GRANT SELECT ON audit_head TO phigw_audit_reader;
    END IF;
END
$$;
