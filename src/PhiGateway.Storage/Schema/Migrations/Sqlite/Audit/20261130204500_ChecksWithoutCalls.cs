using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Sqlite.Audit
{
    /// <inheritdoc />
    internal sealed partial class ChecksWithoutCalls : Migration
    {
        private const string Called = "typeof(time) = ''integer'' AND time BETWEEN";
        private const string Compared = "time = CAST(time AS INTEGER) AND time BETWEEN";

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // The same check without a call of a function: a call may fail, so that SQLite writes every page that an insertion changes into a
            // temporary file first, to take the one statement back. What is no integer is no less refused: texts and blobs are behind every
            // number, and a fraction is not what it is as an integer. How the definition is changed is said at the migration before this one.
            migrationBuilder.Sql(Changed(Called, Compared));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(Changed(Compared, Called));
        }

        // A table that comes and goes tells other connections that the schema has changed, and ends the migration where a definition was not as
        // it was made.
        private static string Changed(string from, string to) =>
            $"""
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, '{from}', '{to}') WHERE type = 'table' AND name IN ('audit_event', 'audit_patient');
            CREATE TABLE tables_with_checks (n INTEGER CHECK (n = 2));
            INSERT INTO tables_with_checks SELECT count(*) FROM sqlite_schema
            WHERE type = 'table' AND name IN ('audit_event', 'audit_patient') AND instr(sql, '{to}') > 0;
            DROP TABLE tables_with_checks;
            PRAGMA writable_schema = RESET;
            """;
    }
}
