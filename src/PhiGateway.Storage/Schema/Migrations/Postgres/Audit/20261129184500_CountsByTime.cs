using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Postgres.Audit
{
    /// <inheritdoc />
    internal sealed partial class CountsByTime : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Counts of a time are made of the index alone: which shapes there were, and how often.
            // The new one first: while it is made, the trail can be read; what drops the old one locks all, and takes a moment.
            migrationBuilder.CreateIndex(
                name: "ix_audit_event_time_log_sequence_shape",
                table: "audit_event",
                columns: new[] { "time", "log", "sequence", "shape" });

            migrationBuilder.DropIndex(
                name: "ix_audit_event_time_log_sequence",
                table: "audit_event");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_audit_event_time_log_sequence_shape",
                table: "audit_event");

            migrationBuilder.CreateIndex(
                name: "ix_audit_event_time_log_sequence",
                table: "audit_event",
                columns: new[] { "time", "log", "sequence" });
        }
    }
}
