-- Roles with least privilege for PHI Gateway on PostgreSQL 14 or later.
--
-- Run it as the owner of the tables (or a superuser), connected to the registry's database and to the audit
-- database (they may be the same), after the first migration and after each upgrade:
--
--   psql -d phigateway -f roles.sql
--
-- It can be run again at any time and grants only on tables that exist. The roles here cannot log in; give each
-- login of yours the one it needs:
--
--   CREATE ROLE gw01 LOGIN PASSWORD '…' IN ROLE phigw_gateway, phigw_audit_writer;
--   CREATE ROLE console LOGIN PASSWORD '…' IN ROLE phigw_admin, phigw_audit_reader;
--
-- phigw_gateway       a gateway node: reads the registry, says in node_status what it enforces and counts in task_use how often tasks were used, writes nothing else
-- phigw_admin         the control plane: writes the registry; revocations are added, never changed or removed
-- phigw_audit_writer  a shipper: adds audit records; cannot change, remove or read them
-- phigw_audit_reader  the console and the auditors: reads audit records, writes nothing
--
-- Migrations run as the owner, with none of these.

DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['phigw_gateway', 'phigw_admin', 'phigw_audit_writer', 'phigw_audit_reader'] LOOP
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
        GRANT INSERT, UPDATE ON node_status TO phigw_gateway;
        GRANT SELECT, INSERT, UPDATE ON task_use TO phigw_gateway;

        GRANT SELECT ON registry_migrations, registry_revision, documents, roster_member, revocation, node_status, task_use, idempotency TO phigw_admin;
        GRANT UPDATE ON registry_revision TO phigw_admin;
        GRANT INSERT, UPDATE ON documents, roster_member TO phigw_admin;
        GRANT INSERT ON revocation TO phigw_admin;
        GRANT INSERT, UPDATE, DELETE ON idempotency TO phigw_admin;
    END IF;

    IF to_regclass('audit_event') IS NOT NULL THEN
        GRANT SELECT ON audit_migrations TO phigw_audit_writer, phigw_audit_reader;
        GRANT INSERT ON audit_event, audit_patient TO phigw_audit_writer;

        -- Just enough to see whether a record is stored already, and as the same record.
        GRANT SELECT (log, sequence, chain_hash) ON audit_event TO phigw_audit_writer;
        GRANT SELECT ON audit_log TO phigw_audit_writer, phigw_audit_reader;
        GRANT EXECUTE ON FUNCTION audit_open(text), audit_advance(text), audit_ensure_partitions(integer) TO phigw_audit_writer;

        GRANT SELECT ON audit_event, audit_patient TO phigw_audit_reader;
    END IF;
END
$$;
