using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Sqlite.Registry
{
    /// <inheritdoc />
    internal sealed partial class RowsInRange : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // What no version writes is added by nobody any more. What is there already stays: it is read as far as it can be, and verifiers name it.
            // Triggers: a constraint would mean a new table, and every row copied into it.
            migrationBuilder.Sql(
                """
                CREATE TRIGGER ck_documents_insert BEFORE INSERT ON documents
                WHEN NEW.kind NOT BETWEEN 1 AND 255
                BEGIN SELECT RAISE(ABORT, 'no version writes such a row of documents'); END;
                CREATE TRIGGER ck_documents_update BEFORE UPDATE OF kind ON documents
                WHEN NEW.kind NOT BETWEEN 1 AND 255
                BEGIN SELECT RAISE(ABORT, 'no version writes such a row of documents'); END;
                CREATE TRIGGER ck_revocation_insert BEFORE INSERT ON revocation
                WHEN NEW.target NOT BETWEEN 0 AND 255
                BEGIN SELECT RAISE(ABORT, 'no version writes such a row of revocation'); END;
                CREATE TRIGGER ck_revocation_update BEFORE UPDATE OF target ON revocation
                WHEN NEW.target NOT BETWEEN 0 AND 255
                BEGIN SELECT RAISE(ABORT, 'no version writes such a row of revocation'); END;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP TRIGGER ck_documents_insert;
                DROP TRIGGER ck_documents_update;
                DROP TRIGGER ck_revocation_insert;
                DROP TRIGGER ck_revocation_update;
                """);
        }
    }
}
