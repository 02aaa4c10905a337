using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Postgres.Audit
{
    /// <inheritdoc />
    internal sealed partial class SealedBodies : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Before the lock on audit_event: it is made over all heads ever, and meanwhile records are shipped and read.
            migrationBuilder.CreateIndex(
                name: "ix_audit_head_time",
                table: "audit_head",
                column: "time");

            // Without a rewrite of what is there: records of before have no key and stand as they are.
            migrationBuilder.AddColumn<long>(
                name: "body_key",
                table: "audit_event",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "audit_key",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    month = table.Column<int>(type: "integer", nullable: false),
                    tenant = table.Column<string>(type: "text", nullable: true),
                    wrapping_key = table.Column<string>(type: "text", nullable: false),
                    wrapped = table.Column<byte[]>(type: "bytea", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    destroyed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_key", x => x.id);
                });

            // A keeper destroys the keys of a tenant's month that is old enough, and nothing else; nothing that lies beside them unsealed.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION audit_destroy_bodies(p_month integer, p_tenant text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $fn$
                DECLARE
                    v_month timestamp := make_timestamp(p_month / 100, p_month % 100, 1, 0, 0, 0);
                    v_from timestamptz := v_month AT TIME ZONE 'UTC';
                    v_to timestamptz := (v_month + interval '1 month') AT TIME ZONE 'UTC';
                    v_count bigint;
                BEGIN
                    IF (v_month + interval '1 month' + interval '6 years') AT TIME ZONE 'UTC' > now() THEN
                        RAISE EXCEPTION 'A month is kept for six years at least.' USING ERRCODE = 'invalid_parameter_value';
                    END IF;
                    IF p_tenant IS NULL THEN
                        RAISE EXCEPTION 'Only the content of a tenant is destroyed.' USING ERRCODE = 'invalid_parameter_value';
                    END IF;
                    IF EXISTS (SELECT 1 FROM audit_event WHERE time >= v_from AND time < v_to AND tenant = p_tenant AND kind <> 12 AND body_key IS NULL) THEN
                        RAISE EXCEPTION 'Some of these records were never sealed.' USING ERRCODE = 'object_not_in_prerequisite_state';
                    END IF;
                    UPDATE audit_key SET wrapped = NULL, destroyed_at = now() WHERE month = p_month AND tenant = p_tenant AND wrapped IS NOT NULL;
                    GET DIAGNOSTICS v_count = ROW_COUNT;
                    RETURN v_count;
                END $fn$;

                REVOKE EXECUTE ON FUNCTION audit_destroy_bodies(integer, text) FROM PUBLIC;

                -- A month that is deleted takes its keys along.
                CREATE FUNCTION audit_forget_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $fn$
                BEGIN
                    DELETE FROM audit_key WHERE month IN (SELECT DISTINCT month FROM gone)
                        AND NOT EXISTS (SELECT 1 FROM audit_shape s WHERE s.month = audit_key.month);
                    RETURN NULL;
                END $fn$;

                REVOKE EXECUTE ON FUNCTION audit_forget_keys() FROM PUBLIC;
                CREATE TRIGGER audit_forget_keys AFTER DELETE ON audit_shape REFERENCING OLD TABLE AS gone
                    FOR EACH STATEMENT EXECUTE FUNCTION audit_forget_keys();

                DO $do$
                BEGIN
                    EXECUTE format('ALTER FUNCTION audit_destroy_bodies(integer, text) SET search_path = %I, pg_temp', current_schema());
                    EXECUTE format('ALTER FUNCTION audit_forget_keys() SET search_path = %I, pg_temp', current_schema());
                END $do$;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP TRIGGER audit_forget_keys ON audit_shape;
                DROP FUNCTION audit_forget_keys(), audit_destroy_bodies(integer, text);
                """);

            migrationBuilder.DropTable(
                name: "audit_key");

            migrationBuilder.DropIndex(
                name: "ix_audit_head_time",
                table: "audit_head");

            migrationBuilder.DropColumn(
                name: "body_key",
                table: "audit_event");
        }
    }
}
