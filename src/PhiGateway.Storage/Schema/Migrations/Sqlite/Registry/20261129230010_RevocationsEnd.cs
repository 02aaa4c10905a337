using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Sqlite.Registry
{
    /// <inheritdoc />
    internal sealed partial class RevocationsEnd : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "until",
                table: "revocation",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_revocation_until",
                table: "revocation",
                column: "until",
                filter: "until IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_revocation_until",
                table: "revocation");

            migrationBuilder.DropColumn(
                name: "until",
                table: "revocation");
        }
    }
}
