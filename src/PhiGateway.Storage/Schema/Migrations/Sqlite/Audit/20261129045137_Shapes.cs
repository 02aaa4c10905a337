using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Sqlite.Audit
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
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "audit_shape",
                columns: table => new
                {
                    month = table.Column<int>(type: "INTEGER", nullable: false),
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<short>(type: "INTEGER", nullable: false),
                    decision = table.Column<string>(type: "TEXT", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    client = table.Column<string>(type: "TEXT", nullable: true),
                    tenant = table.Column<string>(type: "TEXT", nullable: true),
                    actor = table.Column<string>(type: "TEXT", nullable: true),
                    resource_type = table.Column<string>(type: "TEXT", nullable: true),
                    interaction = table.Column<string>(type: "TEXT", nullable: true),
                    use_case = table.Column<string>(type: "TEXT", nullable: true),
                    organization = table.Column<string>(type: "TEXT", nullable: true),
                    purpose = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_shape", x => new { x.month, x.id });
                });

            // What is there already is told apart by what its columns say, under numbers below zero, which are nobody else's.
            migrationBuilder.Sql(
                """
                UPDATE audit_event SET shape = r.shape FROM (
                    SELECT log, sequence, -dense_rank() OVER (ORDER BY kind, decision, reason, client, tenant, actor, resource_type, interaction) AS shape FROM audit_event
                ) r WHERE r.log = audit_event.log AND r.sequence = audit_event.sequence;
                INSERT INTO audit_shape (month, id, kind, decision, reason, client, tenant, actor, resource_type, interaction)
                    SELECT DISTINCT CAST(strftime('%Y%m', time / 1000000, 'unixepoch') AS INTEGER), shape,
                        kind, decision, reason, client, tenant, actor, resource_type, interaction FROM audit_event;
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
