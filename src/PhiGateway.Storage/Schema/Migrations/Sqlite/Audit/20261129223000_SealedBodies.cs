using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Sqlite.Audit
{
    /// <inheritdoc />
    internal sealed partial class SealedBodies : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Without a rewrite of what is there: records of before have no key and stand as they are.
            migrationBuilder.AddColumn<long>(
                name: "body_key",
                table: "audit_event",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "audit_key",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    month = table.Column<int>(type: "INTEGER", nullable: false),
                    tenant = table.Column<string>(type: "TEXT", nullable: true),
                    wrapping_key = table.Column<string>(type: "TEXT", nullable: false),
                    wrapped = table.Column<byte[]>(type: "BLOB", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    destroyed_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_key", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_audit_head_time",
                table: "audit_head",
                column: "time");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
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
