using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Postgres.Audit
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
                ALTER TABLE audit_event ADD CONSTRAINT ck_audit_event_kind CHECK (kind BETWEEN 1 AND 255) NOT VALID;
                ALTER TABLE audit_event ADD CONSTRAINT ck_audit_event_time
                    CHECK (time >= '0001-01-01 00:00:00+00' AND time < '10000-01-01 00:00:00+00') NOT VALID;
                ALTER TABLE audit_event ADD CONSTRAINT ck_audit_event_patient_keys CHECK (array_position(patient_keys, NULL) IS NULL) NOT VALID;
                ALTER TABLE audit_patient ADD CONSTRAINT ck_audit_patient_time
                    CHECK (time >= '0001-01-01 00:00:00+00' AND time < '10000-01-01 00:00:00+00') NOT VALID;
                ALTER TABLE audit_shape ADD CONSTRAINT ck_audit_shape_kind CHECK (kind BETWEEN 1 AND 255) NOT VALID;
                ALTER TABLE audit_shape ADD CONSTRAINT ck_audit_shape_month CHECK (month BETWEEN 101 AND 999912 AND month % 100 BETWEEN 1 AND 12) NOT VALID;
                ALTER TABLE audit_head ADD CONSTRAINT ck_audit_head_kind CHECK (kind BETWEEN 1 AND 255) NOT VALID;
                ALTER TABLE audit_head ADD CONSTRAINT ck_audit_head_time
                    CHECK (time >= '0001-01-01 00:00:00+00' AND time < '10000-01-01 00:00:00+00') NOT VALID;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                ALTER TABLE audit_event DROP CONSTRAINT ck_audit_event_kind;
                ALTER TABLE audit_event DROP CONSTRAINT ck_audit_event_time;
                ALTER TABLE audit_event DROP CONSTRAINT ck_audit_event_patient_keys;
                ALTER TABLE audit_patient DROP CONSTRAINT ck_audit_patient_time;
                ALTER TABLE audit_shape DROP CONSTRAINT ck_audit_shape_kind;
                ALTER TABLE audit_shape DROP CONSTRAINT ck_audit_shape_month;
                ALTER TABLE audit_head DROP CONSTRAINT ck_audit_head_kind;
                ALTER TABLE audit_head DROP CONSTRAINT ck_audit_head_time;
                """);
        }
    }
}
