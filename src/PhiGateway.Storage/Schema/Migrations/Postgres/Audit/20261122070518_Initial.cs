using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Postgres.Audit
{
    /// <inheritdoc />
    internal sealed partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                CREATE TABLE audit_event (
                    log text COLLATE "C" NOT NULL,
                    sequence bigint NOT NULL,
                    time timestamp with time zone NOT NULL,
                    id uuid NOT NULL,
                    parent_id uuid,
                    kind smallint NOT NULL,
                    event text NOT NULL,
                    decision text NOT NULL,
                    reason text,
                    client text,
                    tenant text,
                    actor text,
                    status integer NOT NULL,
                    resource_type text,
                    interaction text,
                    patient_keys text[] NOT NULL,
                    chain_hash bytea NOT NULL,
                    body bytea NOT NULL,
                    CONSTRAINT pk_audit_event PRIMARY KEY (log, sequence, time)
                ) PARTITION BY RANGE (time);

                CREATE TABLE audit_patient (
                    patient_key text COLLATE "C" NOT NULL,
                    time timestamp with time zone NOT NULL,
                    log text COLLATE "C" NOT NULL,
                    sequence bigint NOT NULL,
                    tenant text,
                    CONSTRAINT pk_audit_patient PRIMARY KEY (patient_key, time, log, sequence)
                ) PARTITION BY RANGE (time);

                CREATE TABLE audit_event_default PARTITION OF audit_event DEFAULT;
                CREATE TABLE audit_patient_default PARTITION OF audit_patient DEFAULT;
                """);

            migrationBuilder.CreateTable(
                name: "audit_log",
                columns: table => new
                {
                    log = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    watermark = table.Column<long>(type: "bigint", nullable: false),
                    highest = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_log", x => x.log);
                });

            migrationBuilder.CreateIndex(
                name: "ix_audit_event_actor_time_log_sequence",
                table: "audit_event",
                columns: new[] { "actor", "time", "log", "sequence" },
                filter: "actor IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_audit_event_client_time_log_sequence",
                table: "audit_event",
                columns: new[] { "client", "time", "log", "sequence" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_event_id",
                table: "audit_event",
                column: "id");

            migrationBuilder.CreateIndex(
                name: "ix_audit_event_parent_id",
                table: "audit_event",
                column: "parent_id",
                filter: "parent_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_audit_event_reason_time_log_sequence",
                table: "audit_event",
                columns: new[] { "reason", "time", "log", "sequence" },
                filter: "reason IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_audit_event_time_log_sequence",
                table: "audit_event",
                columns: new[] { "time", "log", "sequence" });

            // Functions run with their owner's rights: a writer inserts records, and nothing else, itself.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION audit_open(p_log text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $fn$
                DECLARE
                    v_highest bigint;
                BEGIN
                    INSERT INTO audit_log (log, watermark, highest) VALUES (p_log, -1, -1) ON CONFLICT (log) DO NOTHING;
                    SELECT highest INTO v_highest FROM audit_log WHERE log = p_log FOR UPDATE;
                    RETURN v_highest;
                END $fn$;

                CREATE FUNCTION audit_advance(p_log text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $fn$
                DECLARE
                    c_chunk CONSTANT bigint := 10000;
                    v_mark bigint;
                    v_last bigint;
                    v_count bigint;
                    v_highest bigint;
                BEGIN
                    SELECT watermark INTO v_mark FROM audit_log WHERE log = p_log FOR UPDATE;
                    IF NOT FOUND THEN
                        RETURN -1;
                    END IF;
                    LOOP
                        SELECT count(*), max(t.sequence) INTO v_count, v_last
                        FROM (SELECT c.sequence, row_number() OVER (ORDER BY c.sequence) AS n
                              FROM (SELECT sequence FROM audit_event WHERE log = p_log AND sequence > v_mark ORDER BY sequence LIMIT c_chunk) c) t
                        WHERE t.sequence = v_mark + t.n;
                        EXIT WHEN v_count = 0;
                        v_mark := v_last;
                        EXIT WHEN v_count < c_chunk;
                    END LOOP;
                    SELECT sequence INTO v_highest FROM audit_event WHERE log = p_log ORDER BY sequence DESC LIMIT 1;
                    UPDATE audit_log SET watermark = v_mark, highest = GREATEST(highest, COALESCE(v_highest, -1)) WHERE log = p_log;
                    RETURN v_mark;
                END $fn$;

                CREATE FUNCTION audit_ensure_partitions(p_months_ahead integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER AS $fn$
                DECLARE
                    v_parent text;
                    v_name text;
                    v_month timestamp;
                    v_from text;
                    v_to text;
                    v_made integer := 0;
                BEGIN
                    PERFORM pg_advisory_xact_lock(hashtext('phigw_audit_partitions'));
                    FOR i IN -1 .. LEAST(p_months_ahead, 24) LOOP
                        v_month := date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => i);
                        v_from := to_char(v_month, 'YYYY-MM-DD') || ' 00:00:00+00';
                        v_to := to_char(v_month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00';
                        FOREACH v_parent IN ARRAY ARRAY['audit_event', 'audit_patient'] LOOP
                            v_name := v_parent || to_char(v_month, '"_y"YYYY"m"MM');
                            CONTINUE WHEN to_regclass(quote_ident(v_name)) IS NOT NULL;
                            -- A table of its own, attached when filled: readers of the parent never wait. What the default partition took meanwhile moves in.
                            EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', v_parent || '_default');
                            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name, v_parent);
                            EXECUTE format('WITH moved AS (DELETE FROM %I WHERE time >= %L AND time < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                                v_parent || '_default', v_from, v_to, v_name);
                            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', v_parent, v_name, v_from, v_to);
                            v_made := v_made + 1;
                        END LOOP;
                    END LOOP;
                    RETURN v_made;
                END $fn$;

                REVOKE EXECUTE ON FUNCTION audit_open(text), audit_advance(text), audit_ensure_partitions(integer) FROM PUBLIC;

                -- Temporary tables would otherwise come first and could stand in for the real ones.
                DO $do$
                DECLARE
                    v_function text;
                BEGIN
                    FOREACH v_function IN ARRAY ARRAY['audit_open(text)', 'audit_advance(text)', 'audit_ensure_partitions(integer)'] LOOP
                        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', v_function, current_schema());
                    END LOOP;
                END $do$;

                SELECT audit_ensure_partitions(3);
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION audit_open(text), audit_advance(text), audit_ensure_partitions(integer);");

            migrationBuilder.DropTable(
                name: "audit_event");

            migrationBuilder.DropTable(
                name: "audit_log");

            migrationBuilder.DropTable(
                name: "audit_patient");
        }
    }
}
