using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Postgres.Registry
{
    /// <inheritdoc />
    internal sealed partial class NodesSealTheirWord : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "seal",
                table: "node_status",
                type: "bytea",
                nullable: true);

            // Of nodes that are gone: nobody seals their rows any more, and after a week nobody waits for them.
            migrationBuilder.Sql("DELETE FROM node_status WHERE at < now() - interval '7 days'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "seal",
                table: "node_status");
        }
    }
}
