using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Sqlite.Registry
{
    /// <inheritdoc />
    internal sealed partial class QuotasEnd : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "until",
                table: "quota_use",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "quota_patient",
                columns: table => new
                {
                    client = table.Column<string>(type: "TEXT", nullable: false),
                    hour = table.Column<long>(type: "INTEGER", nullable: false),
                    word = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    until = table.Column<long>(type: "INTEGER", nullable: false)
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "quota_patient");

            migrationBuilder.DropColumn(
                name: "until",
                table: "quota_use");
        }
    }
}
