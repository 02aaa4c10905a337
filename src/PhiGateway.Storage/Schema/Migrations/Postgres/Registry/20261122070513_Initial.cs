using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Postgres.Registry
{
    /// <inheritdoc />
    internal sealed partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "documents",
                columns: table => new
                {
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    revision = table.Column<long>(type: "bigint", nullable: false),
                    json = table.Column<string>(type: "text", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_by = table.Column<string>(type: "text", nullable: false),
                    deleted = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_documents", x => new { x.kind, x.id });
                });

            migrationBuilder.CreateTable(
                name: "idempotency",
                columns: table => new
                {
                    key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    body_hash = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    body = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency", x => x.key);
                });

            migrationBuilder.CreateTable(
                name: "node_status",
                columns: table => new
                {
                    node = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    revision = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    problem = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_node_status", x => x.node);
                });

            migrationBuilder.CreateTable(
                name: "registry_revision",
                columns: table => new
                {
                    id = table.Column<short>(type: "smallint", nullable: false),
                    revision = table.Column<long>(type: "bigint", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_registry_revision", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "revocation",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    target = table.Column<short>(type: "smallint", nullable: false),
                    value = table.Column<string>(type: "text", nullable: false),
                    issuer = table.Column<string>(type: "text", nullable: true),
                    issued_before = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: false),
                    revoked_by = table.Column<string>(type: "text", nullable: false),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    lifted = table.Column<bool>(type: "boolean", nullable: false),
                    revision = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_revocation", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "roster_member",
                columns: table => new
                {
                    roster = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    patient = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    from_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    until_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    source = table.Column<string>(type: "text", nullable: true),
                    revision = table.Column<long>(type: "bigint", nullable: false),
                    removed = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_roster_member", x => new { x.roster, x.patient });
                });

            migrationBuilder.InsertData(
                table: "registry_revision",
                columns: new[] { "id", "changed_at", "revision" },
                values: new object[] { (short)1, new DateTimeOffset(new DateTime(1970, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)), 0L });

            migrationBuilder.CreateIndex(
                name: "ix_documents_revision",
                table: "documents",
                column: "revision");

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_at",
                table: "idempotency",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_revocation_revision",
                table: "revocation",
                column: "revision",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_roster_member_revision",
                table: "roster_member",
                column: "revision");

            // Whoever takes a revision wakes the nodes at commit, be it this program or a person at a prompt.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION registry_announce() RETURNS trigger LANGUAGE plpgsql AS $fn$
                BEGIN
                    PERFORM pg_notify('phigw_registry', NEW.revision::text);
                    RETURN NULL;
                END $fn$;

                CREATE TRIGGER registry_announce AFTER UPDATE ON registry_revision FOR EACH ROW EXECUTE FUNCTION registry_announce();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "documents");

            migrationBuilder.DropTable(
                name: "idempotency");

            migrationBuilder.DropTable(
                name: "node_status");

            migrationBuilder.DropTable(
                name: "registry_revision");

            migrationBuilder.DropTable(
                name: "revocation");

            migrationBuilder.DropTable(
                name: "roster_member");

            migrationBuilder.Sql("DROP FUNCTION registry_announce();");
        }
    }
}
