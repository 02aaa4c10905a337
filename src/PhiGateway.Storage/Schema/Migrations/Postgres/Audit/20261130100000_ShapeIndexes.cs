using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Postgres.Audit
{
    /// <inheritdoc />
    internal sealed partial class ShapeIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // A row of an index has an end, and what a stranger calls itself has none: longer texts are found without an index.
            migrationBuilder.Sql(
                """
                CREATE INDEX ix_audit_shape_kind_month ON audit_shape (kind, month);
                CREATE INDEX ix_audit_shape_decision_month ON audit_shape (decision, month) WHERE octet_length(decision) <= 1000;
                CREATE INDEX ix_audit_shape_reason_month ON audit_shape (reason, month) WHERE octet_length(reason) <= 1000;
                CREATE INDEX ix_audit_shape_client_month ON audit_shape (client, month) WHERE octet_length(client) <= 1000;
                CREATE INDEX ix_audit_shape_tenant_month ON audit_shape (tenant, month) WHERE octet_length(tenant) <= 1000;
                CREATE INDEX ix_audit_shape_actor_month ON audit_shape (actor, month) WHERE octet_length(actor) <= 1000;
                CREATE INDEX ix_audit_shape_resource_type_month ON audit_shape (resource_type, month) WHERE octet_length(resource_type) <= 1000;
                CREATE INDEX ix_audit_shape_interaction_month ON audit_shape (interaction, month) WHERE octet_length(interaction) <= 1000;
                CREATE INDEX ix_audit_shape_use_case_month ON audit_shape (use_case, month) WHERE octet_length(use_case) <= 1000;
                CREATE INDEX ix_audit_shape_organization_month ON audit_shape (organization, month) WHERE octet_length(organization) <= 1000;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP INDEX ix_audit_shape_kind_month;
                DROP INDEX ix_audit_shape_decision_month;
                DROP INDEX ix_audit_shape_reason_month;
                DROP INDEX ix_audit_shape_client_month;
                DROP INDEX ix_audit_shape_tenant_month;
                DROP INDEX ix_audit_shape_actor_month;
                DROP INDEX ix_audit_shape_resource_type_month;
                DROP INDEX ix_audit_shape_interaction_month;
                DROP INDEX ix_audit_shape_use_case_month;
                DROP INDEX ix_audit_shape_organization_month;
                """);
        }
    }
}
