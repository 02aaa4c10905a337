using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Postgres.Audit
{
    /// <inheritdoc />
    internal sealed partial class Shapes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_audit_event_actor_time_log_sequence",
                table: "audit_event");

            migrationBuilder.DropIndex(
                name: "ix_audit_event_client_time_log_sequence",
                table: "audit_event");

            migrationBuilder.DropIndex(
                name: "ix_audit_event_reason_time_log_sequence",
                table: "audit_event");

            migrationBuilder.AddColumn<long>(
                name: "shape",
                table: "audit_event",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "audit_shape",
                columns: table => new
                {
                    month = table.Column<int>(type: "integer", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    decision = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    client = table.Column<string>(type: "text", nullable: true),
                    tenant = table.Column<string>(type: "text", nullable: true),
                    actor = table.Column<string>(type: "text", nullable: true),
                    resource_type = table.Column<string>(type: "text", nullable: true),
                    interaction = table.Column<string>(type: "text", nullable: true),
                    use_case = table.Column<string>(type: "text", nullable: true),
                    organization = table.Column<string>(type: "text", nullable: true),
                    purpose = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_shape", x => new { x.month, x.id });
                });

            // What is there already is told apart by what its columns say, under numbers below zero, which are nobody else's. Who writes without a
            // shape, as an older version does, is refused from here on: its records wait in its journal for the newer version.
            migrationBuilder.Sql(
                """
                UPDATE audit_event SET shape = -1 - ('x' || substr(md5(ROW(kind, decision, reason, client, tenant, actor, resource_type, interaction)::text), 1, 15))::bit(60)::bigint;
                INSERT INTO audit_shape (month, id, kind, decision, reason, client, tenant, actor, resource_type, interaction)
                    SELECT DISTINCT (extract(year FROM time AT TIME ZONE 'UTC') * 100 + extract(month FROM time AT TIME ZONE 'UTC'))::integer, shape,
                        kind, decision, reason, client, tenant, actor, resource_type, interaction FROM audit_event;
                ALTER TABLE audit_event ALTER COLUMN shape DROP DEFAULT;
                """);

            migrationBuilder.CreateIndex(
                name: "ix_audit_event_shape_time",
                table: "audit_event",
                columns: new[] { "shape", "time" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "audit_shape");

            migrationBuilder.DropIndex(
                name: "ix_audit_event_shape_time",
                table: "audit_event");

            migrationBuilder.DropColumn(
                name: "shape",
                table: "audit_event");

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
                name: "ix_audit_event_reason_time_log_sequence",
                table: "audit_event",
                columns: new[] { "reason", "time", "log", "sequence" },
                filter: "reason IS NOT NULL");
        }
    }
}
