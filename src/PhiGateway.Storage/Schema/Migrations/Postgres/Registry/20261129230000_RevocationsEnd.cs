using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Postgres.Registry
{
    /// <inheritdoc />
    internal sealed partial class RevocationsEnd : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "until",
                table: "revocation",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_revocation_until",
                table: "revocation",
                column: "until",
                filter: "until IS NOT NULL");

            // Runs with its owner's rights, and holds to the rows' own end whoever calls it: no revocation that still says something goes.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION registry_drop_ended_revocations() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $fn$
                DECLARE
                    v_count bigint;
                BEGIN
                    DELETE FROM revocation WHERE until < clock_timestamp() - interval '15 minutes';
                    GET DIAGNOSTICS v_count = ROW_COUNT;
                    RETURN v_count;
                END $fn$;

                REVOKE EXECUTE ON FUNCTION registry_drop_ended_revocations() FROM PUBLIC;

                DO $do$
                BEGIN
                    EXECUTE format('ALTER FUNCTION registry_drop_ended_revocations() SET search_path = %I, pg_temp', current_schema());
                END $do$;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION registry_drop_ended_revocations();");

            migrationBuilder.DropIndex(
                name: "ix_revocation_until",
                table: "revocation");

            migrationBuilder.DropColumn(
                name: "until",
                table: "revocation");
        }
    }
}
