using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Postgres.Registry
{
    /// <inheritdoc />
    internal sealed partial class QuotasEnd : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "until",
                table: "quota_use",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "quota_patient",
                columns: table => new
                {
                    client = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    hour = table.Column<long>(type: "bigint", nullable: false),
                    word = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_quota_patient", x => new { x.client, x.hour, x.word });
                });

            migrationBuilder.CreateIndex(
                name: "ix_quota_patient_at",
                table: "quota_patient",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_quota_patient_until",
                table: "quota_patient",
                column: "until");

            // Runs with its owner's rights, and holds to the rows' own end whoever calls it: nothing that still counts goes. Clocks of nodes
            // differ, and a row of a version before has no end and is over with the longest stretch. So many at a time: the
            // patients of a stretch end at one moment, and whoever drops them has a second.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION registry_drop_ended_quotas() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $fn$
                DECLARE
                    v_patients bigint;
                    v_uses bigint;
                BEGIN
                    DELETE FROM quota_patient WHERE ctid = ANY (ARRAY(
                        SELECT ctid FROM quota_patient WHERE until < statement_timestamp() - interval '10 minutes' LIMIT 20000));
                    GET DIAGNOSTICS v_patients = ROW_COUNT;
                    DELETE FROM quota_use WHERE COALESCE(until, at + interval '31 days') < clock_timestamp() - interval '10 minutes';
                    GET DIAGNOSTICS v_uses = ROW_COUNT;
                    RETURN v_patients + v_uses;
                END $fn$;

                REVOKE EXECUTE ON FUNCTION registry_drop_ended_quotas() FROM PUBLIC;

                DO $do$
                BEGIN
                    EXECUTE format('ALTER FUNCTION registry_drop_ended_quotas() SET search_path = %I, pg_temp', current_schema());
                END $do$;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION registry_drop_ended_quotas();");

            migrationBuilder.DropTable(
                name: "quota_patient");

            migrationBuilder.DropColumn(
                name: "until",
                table: "quota_use");
        }
    }
}
