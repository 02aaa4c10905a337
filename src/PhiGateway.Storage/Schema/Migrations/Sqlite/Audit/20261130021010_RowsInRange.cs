using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Sqlite.Audit
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
                CREATE TRIGGER ck_audit_event_insert BEFORE INSERT ON audit_event
                WHEN NEW.kind NOT BETWEEN 1 AND 255 OR typeof(NEW.time) <> 'integer' OR NEW.time NOT BETWEEN -62135596800000000 AND 253402300799999999
                BEGIN SELECT RAISE(ABORT, 'no version writes such a row of audit_event'); END;
                CREATE TRIGGER ck_audit_event_update BEFORE UPDATE OF kind, time ON audit_event
                WHEN NEW.kind NOT BETWEEN 1 AND 255 OR typeof(NEW.time) <> 'integer' OR NEW.time NOT BETWEEN -62135596800000000 AND 253402300799999999
                BEGIN SELECT RAISE(ABORT, 'no version writes such a row of audit_event'); END;
                CREATE TRIGGER ck_audit_patient_insert BEFORE INSERT ON audit_patient
                WHEN typeof(NEW.time) <> 'integer' OR NEW.time NOT BETWEEN -62135596800000000 AND 253402300799999999
                BEGIN SELECT RAISE(ABORT, 'no version writes such a row of audit_patient'); END;
                CREATE TRIGGER ck_audit_patient_update BEFORE UPDATE OF time ON audit_patient
                WHEN typeof(NEW.time) <> 'integer' OR NEW.time NOT BETWEEN -62135596800000000 AND 253402300799999999
                BEGIN SELECT RAISE(ABORT, 'no version writes such a row of audit_patient'); END;
                CREATE TRIGGER ck_audit_shape_insert BEFORE INSERT ON audit_shape
                WHEN NEW.kind NOT BETWEEN 1 AND 255 OR NEW.month NOT BETWEEN 101 AND 999912 OR NEW.month % 100 NOT BETWEEN 1 AND 12
                BEGIN SELECT RAISE(ABORT, 'no version writes such a row of audit_shape'); END;
                CREATE TRIGGER ck_audit_shape_update BEFORE UPDATE OF kind, month ON audit_shape
                WHEN NEW.kind NOT BETWEEN 1 AND 255 OR NEW.month NOT BETWEEN 101 AND 999912 OR NEW.month % 100 NOT BETWEEN 1 AND 12
                BEGIN SELECT RAISE(ABORT, 'no version writes such a row of audit_shape'); END;
                CREATE TRIGGER ck_audit_head_insert BEFORE INSERT ON audit_head
                WHEN NEW.kind NOT BETWEEN 1 AND 255 OR typeof(NEW.time) <> 'integer' OR NEW.time NOT BETWEEN -62135596800000000 AND 253402300799999999
                BEGIN SELECT RAISE(ABORT, 'no version writes such a row of audit_head'); END;
                CREATE TRIGGER ck_audit_head_update BEFORE UPDATE OF kind, time ON audit_head
                WHEN NEW.kind NOT BETWEEN 1 AND 255 OR typeof(NEW.time) <> 'integer' OR NEW.time NOT BETWEEN -62135596800000000 AND 253402300799999999
                BEGIN SELECT RAISE(ABORT, 'no version writes such a row of audit_head'); END;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP TRIGGER ck_audit_event_insert;
                DROP TRIGGER ck_audit_event_update;
                DROP TRIGGER ck_audit_patient_insert;
                DROP TRIGGER ck_audit_patient_update;
                DROP TRIGGER ck_audit_shape_insert;
                DROP TRIGGER ck_audit_shape_update;
                DROP TRIGGER ck_audit_head_insert;
                DROP TRIGGER ck_audit_head_update;
                """);
        }
    }
}
