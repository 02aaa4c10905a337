using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Sqlite.Audit
{
    /// <inheritdoc />
    internal sealed partial class ChecksOfRows : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // What no version writes is refused by the tables themselves: a trigger costs each row a program of its own, a copy of every page that
            // the row touches, and the insertion of many rows at once. Rows that are there stay as they are and are not copied, so the check
            // is written into the table's definition (sqlite.org/lang_altertable.html, section 7); dropping the triggers tells other
            // connections, the reset this one. A definition that is not as it was made here ends the migration, with everything as it was.
            migrationBuilder.Sql(
                """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(
                    sql,
                    'CONSTRAINT "pk_audit_event" PRIMARY KEY ("log", "sequence")',
                    'CONSTRAINT "pk_audit_event" PRIMARY KEY ("log", "sequence"), CONSTRAINT "ck_audit_event" CHECK (kind BETWEEN 1 AND 255 AND typeof(time) = ''integer'' AND time BETWEEN -62135596800000000 AND 253402300799999999)'
                ) WHERE type = 'table' AND name = 'audit_event';
                UPDATE sqlite_schema SET sql = replace(
                    sql,
                    'CONSTRAINT "pk_audit_patient" PRIMARY KEY ("patient_key", "time", "log", "sequence")',
                    'CONSTRAINT "pk_audit_patient" PRIMARY KEY ("patient_key", "time", "log", "sequence"), CONSTRAINT "ck_audit_patient" CHECK (typeof(time) = ''integer'' AND time BETWEEN -62135596800000000 AND 253402300799999999)'
                ) WHERE type = 'table' AND name = 'audit_patient';
                CREATE TEMP TABLE tables_with_checks (n INTEGER CHECK (n = 2));
                INSERT INTO tables_with_checks SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%CONSTRAINT "ck_audit_%" CHECK (%';
                DROP TABLE temp.tables_with_checks;
                DROP TRIGGER ck_audit_event_insert;
                DROP TRIGGER ck_audit_event_update;
                DROP TRIGGER ck_audit_patient_insert;
                DROP TRIGGER ck_audit_patient_update;
                PRAGMA writable_schema = RESET;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(
                    sql,
                    ', CONSTRAINT "ck_audit_event" CHECK (kind BETWEEN 1 AND 255 AND typeof(time) = ''integer'' AND time BETWEEN -62135596800000000 AND 253402300799999999)',
                    ''
                ) WHERE type = 'table' AND name = 'audit_event';
                UPDATE sqlite_schema SET sql = replace(
                    sql,
                    ', CONSTRAINT "ck_audit_patient" CHECK (typeof(time) = ''integer'' AND time BETWEEN -62135596800000000 AND 253402300799999999)',
                    ''
                ) WHERE type = 'table' AND name = 'audit_patient';
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
                PRAGMA writable_schema = RESET;
                """);
        }
    }
}
