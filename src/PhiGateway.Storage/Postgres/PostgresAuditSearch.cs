using System.Data.Common;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Audit;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Postgres;

/// <summary>
/// Asks Postgres for the records of several shapes at once. First of each shape and month only its newest moment, out of the index alone;
/// the page can only be made of the shapes whose newest are newest, and only of those the records are read.
/// </summary>
internal sealed class PostgresAuditSearch(Database database, DbConnection connection, DbTransaction transaction, AuditQuery query)
    : AuditSearch(database, connection, transaction, query)
{
    private readonly AuditQuery _query = query;
    private readonly Database _database = database;

    protected override Task<List<AuditEntry>> FindByShapeAsync(MonthSpan span, int take, CancellationToken cancellationToken)
    {
        var command = Command();
        var shapes = Shapes(command, span);
        var behind = BehindCursor(command, "e");

        // Ordered by time alone inside, for that is the index's own order; and a planner that knows only the usual length of a shape would
        // rather read a long one whole and sort it.
        // Each shape is looked for in its own month: one partition, whatever the others are.
        var (start, end) = (
            "make_timestamp(s.month / 100, s.month % 100, 1, 0, 0, 0)",
            "make_timestamp(s.month / 100, s.month % 100, 1, 0, 0, 0) + interval '1 month'"
        );
        var from = Bound(command, "from", $"greatest({start} AT TIME ZONE 'UTC', @from)", _query.From, $"{start} AT TIME ZONE 'UTC'");
        var to = Bound(command, "to", $"least(({end}) AT TIME ZONE 'UTC', @to)", _query.To, $"({end}) AT TIME ZONE 'UTC'");
#pragma warning disable CA2100 // put together from constants of this file only
        command.CommandText = $"""
            SET LOCAL enable_sort = off;
            WITH newest AS MATERIALIZED (
                SELECT s.id, w.start, w.stop FROM audit_shape s
                CROSS JOIN LATERAL (SELECT {from} AS start, {to} AS stop) w
                CROSS JOIN LATERAL (
                    SELECT e.time FROM audit_event e
                    WHERE e.shape = s.id AND e.time >= w.start AND e.time < w.stop{behind}
                    ORDER BY e.time DESC LIMIT 1
                ) n
                WHERE 1 = 1{shapes}
                ORDER BY n.time DESC FETCH FIRST (@limit) ROWS WITH TIES
            )
            SELECT {AuditRows.Columns} FROM newest n
            CROSS JOIN LATERAL (
                SELECT * FROM audit_event e
                WHERE e.shape = n.id AND e.time >= n.start AND e.time < n.stop{behind}
                ORDER BY e.time DESC FETCH FIRST (@limit) ROWS WITH TIES
            ) e
            {NewestFirst} LIMIT @limit
            """;
#pragma warning restore CA2100
        return ReadAsync(command.With("limit", take), cancellationToken);
    }

    private string Bound(DbCommand command, string name, string bound, DateTimeOffset? time, string unbound)
    {
        if (time is not { } moment)
        {
            return unbound;
        }

        command.With(name, _database.Time(moment));
        return bound;
    }
}
