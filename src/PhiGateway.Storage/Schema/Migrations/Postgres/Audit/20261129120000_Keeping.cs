using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PhiGateway.Storage.Schema.Migrations.Postgres.Audit
{
    /// <inheritdoc />
    internal sealed partial class Keeping : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Runs with its owner's rights, and holds to six years whoever calls it: a keeper deletes old months, and nothing else.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION audit_delete_month(p_month integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $fn$
                DECLARE
                    v_month timestamp := make_timestamp(p_month / 100, p_month % 100, 1, 0, 0, 0);
                    v_from timestamptz := v_month AT TIME ZONE 'UTC';
                    v_to timestamptz := (v_month + interval '1 month') AT TIME ZONE 'UTC';
                    v_parent text;
                    v_name text;
                    v_count bigint;
                BEGIN
                    IF (v_month + interval '1 month' + interval '6 years') AT TIME ZONE 'UTC' > now() THEN
                        RAISE EXCEPTION 'A month is kept for six years at least.' USING ERRCODE = 'invalid_parameter_value';
                    END IF;
                    PERFORM pg_advisory_xact_lock(hashtext('phigw_audit_partitions'));
                    SELECT count(*) INTO v_count FROM audit_event WHERE time >= v_from AND time < v_to;
                    FOREACH v_parent IN ARRAY ARRAY['audit_event', 'audit_patient'] LOOP
                        v_name := v_parent || to_char(v_month, '"_y"YYYY"m"MM');
                        IF to_regclass(quote_ident(v_name)) IS NOT NULL THEN
                            EXECUTE format('DROP TABLE %I', v_name);
                        END IF;
                        EXECUTE format('DELETE FROM %I WHERE time >= %L AND time < %L', v_parent || '_default', v_from, v_to);
                    END LOOP;
                    DELETE FROM audit_shape WHERE month = p_month;
                    RETURN v_count;
                END $fn$;

                REVOKE EXECUTE ON FUNCTION audit_delete_month(integer) FROM PUBLIC;
                ALTER FUNCTION audit_delete_month(integer) SET lock_timeout = '5s';

                DO $do$
                BEGIN
                    EXECUTE format('ALTER FUNCTION audit_delete_month(integer) SET search_path = %I, pg_temp', current_schema());
                END $do$;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION audit_delete_month(integer);");
        }
    }
}
