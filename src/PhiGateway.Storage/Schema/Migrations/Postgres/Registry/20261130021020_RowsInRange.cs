using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Postgres.Registry
{
    /// <inheritdoc />
    internal sealed partial class RowsInRange : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // What no version writes is added by nobody any more. What is there already stays: it is read as far as it can be, and verifiers name it.
            migrationBuilder.Sql(
                """
                ALTER TABLE documents ADD CONSTRAINT ck_documents_kind CHECK (kind BETWEEN 1 AND 255) NOT VALID;
                ALTER TABLE revocation ADD CONSTRAINT ck_revocation_target CHECK (target BETWEEN 0 AND 255) NOT VALID;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                ALTER TABLE documents DROP CONSTRAINT ck_documents_kind;
                ALTER TABLE revocation DROP CONSTRAINT ck_revocation_target;
                """);
        }
    }
}
