using System.Data.Common;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Audit;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Postgres;

/// <summary>
/// Asks Postgres for the records of several shapes at once. First of each shape and month only its newest moment, out of the index alone;
/// the page can only be made of the shapes whose newest are newest. Of those the moments again, out of the index alone, say how far back the
/// page reaches; only records behind that edge are read.
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

        // Moments behind the cursor that the index of shape and time tells by itself. What is of the cursor's own moment is newer than all of
        // them, so that leaving it out moves the edge only back.
        var before = behind.Length > 0 ? " AND e.time < @c_time" : string.Empty;

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
                SELECT s.id, w.start, w.stop, n.time FROM audit_shape s
                CROSS JOIN LATERAL (SELECT {from} AS start, {to} AS stop) w
                CROSS JOIN LATERAL (
                    SELECT e.time FROM audit_event e
                    WHERE e.shape = s.id AND e.time >= w.start AND e.time < w.stop{behind}
                    ORDER BY e.time DESC LIMIT 1
                ) n
                WHERE 1 = 1{shapes}
                ORDER BY n.time DESC FETCH FIRST (@limit) ROWS WITH TIES
            ), reach AS MATERIALIZED (
                SELECT CASE WHEN count(*) >= @limit THEN min(n.time) END AS edge FROM newest n
            ), moment AS MATERIALIZED (
                SELECT m.time FROM newest n
                CROSS JOIN LATERAL (
                    SELECT e.time FROM audit_event e
                    WHERE e.shape = n.id AND e.time >= greatest(n.start, (SELECT edge FROM reach)) AND e.time < n.stop{before}
                    ORDER BY e.time DESC LIMIT @limit
                ) m
                ORDER BY m.time DESC LIMIT @limit
            ), page AS MATERIALIZED (
                SELECT greatest((SELECT edge FROM reach), CASE WHEN count(*) >= @limit THEN min(m.time) END) AS edge FROM moment m
            )
            SELECT {AuditRows.Columns} FROM newest n
            CROSS JOIN LATERAL (
                SELECT * FROM audit_event e
                WHERE e.shape = n.id AND e.time >= greatest(n.start, (SELECT edge FROM page)) AND e.time < n.stop{behind}
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
