using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Sqlite.Registry
{
    /// <inheritdoc />
    internal sealed partial class QuotaWords : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Ids of patients stood here in clear. Their keyed words need a key that no database has: the nodes say them anew, and what was
            // counted of the running hour begins with that. Records of the day stay.
            migrationBuilder.Sql("UPDATE quota_use SET patients = ''");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
        }
    }
}
