using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Sqlite.Audit
{
    /// <inheritdoc />
    internal sealed partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "audit_event",
                columns: table => new
                {
                    log = table.Column<string>(type: "TEXT", nullable: false),
                    sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    time = table.Column<long>(type: "INTEGER", nullable: false),
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    parent_id = table.Column<string>(type: "TEXT", nullable: true),
                    kind = table.Column<short>(type: "INTEGER", nullable: false),
                    @event = table.Column<string>(name: "event", type: "TEXT", nullable: false),
                    decision = table.Column<string>(type: "TEXT", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    client = table.Column<string>(type: "TEXT", nullable: true),
                    tenant = table.Column<string>(type: "TEXT", nullable: true),
                    actor = table.Column<string>(type: "TEXT", nullable: true),
                    status = table.Column<int>(type: "INTEGER", nullable: false),
                    resource_type = table.Column<string>(type: "TEXT", nullable: true),
                    interaction = table.Column<string>(type: "TEXT", nullable: true),
                    patient_keys = table.Column<string>(type: "TEXT", nullable: false),
                    chain_hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    body = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_event", x => new { x.log, x.sequence });
                });

            migrationBuilder.CreateTable(
                name: "audit_log",
                columns: table => new
                {
                    log = table.Column<string>(type: "TEXT", nullable: false),
                    watermark = table.Column<long>(type: "INTEGER", nullable: false),
                    highest = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_log", x => x.log);
                });

            migrationBuilder.CreateTable(
                name: "audit_patient",
                columns: table => new
                {
                    patient_key = table.Column<string>(type: "TEXT", nullable: false),
                    time = table.Column<long>(type: "INTEGER", nullable: false),
                    log = table.Column<string>(type: "TEXT", nullable: false),
                    sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    tenant = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_patient", x => new { x.patient_key, x.time, x.log, x.sequence });
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "audit_event");

            migrationBuilder.DropTable(
                name: "audit_log");

            migrationBuilder.DropTable(
                name: "audit_patient");
        }
    }
}
