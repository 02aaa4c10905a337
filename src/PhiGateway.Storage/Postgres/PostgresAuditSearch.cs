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
    // A patient of so few records: each is looked at.
    private const int FewRecords = 500;

    // Of so many shapes or records it is quicker to walk along the patient's: one that fits is soon found.
    private const int ManyShapes = 1024;
    private const int ManyRecords = 20_000;

    private const string MonthStart = "make_timestamp(m.month / 100, m.month % 100, 1, 0, 0, 0)";

    private readonly AuditQuery _query = query;
    private readonly Database _database = database;

    // Of somebody who is in a great many records, a few of which may fit: begun from whichever side has fewer.
    protected override async Task<List<AuditEntry>> FindDirectAsync(int take, CancellationToken cancellationToken)
    {
        if (_query.Id is not null || !Filter.AsksForShape || await HasFewAsync(cancellationToken))
        {
            return await base.FindDirectAsync(take, cancellationToken);
        }

        var shapes = await ShapesAsync(cancellationToken);
        if (shapes.Count == 0)
        {
            return [];
        }

        if (shapes.Count > ManyShapes)
        {
            return await base.FindDirectAsync(take, cancellationToken);
        }

        if (await CountAsync(shapes, cancellationToken) > ManyRecords)
        {
            var walk = Direct(take, " AND (e.shape + 0) = ANY(@shapes)");
            return await ReadAsync(walk.With("shapes", shapes.Select(static one => one.Id).Distinct().ToArray()), cancellationToken);
        }

        var command = Command();
        var fits = OfShapes(command, shapes);
        var patients = Filter.OfPatients(command, _database);
#pragma warning disable CA2100 // put together from constants of these files only
        command.CommandText = $"""
            WITH fits AS MATERIALIZED ({fits})
            SELECT {AuditRows.Columns} FROM fits f
            JOIN audit_patient p ON p.time = f.time AND p.log = f.log AND p.sequence = f.sequence
            JOIN audit_event e ON e.log = p.log AND e.sequence = p.sequence AND e.time = p.time
            WHERE 1 = 1{patients} {NewestFirst} LIMIT @limit
            """;
#pragma warning restore CA2100
        return await ReadAsync(command.With("limit", take), cancellationToken);
    }

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
                WHERE {AuditMonth.IsMonthSql}{shapes}
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

    private async Task<bool> HasFewAsync(CancellationToken cancellationToken)
    {
        await using var command = Command();
        var conditions = Filter.OfPatients(command) + Filter.OfTime(command, "p", _database) + BehindCursor(command, "p");
#pragma warning disable CA2100 // put together from constants of these files only
        command.CommandText = $"SELECT count(*) FROM (SELECT 1 FROM audit_patient p WHERE 1 = 1{conditions} LIMIT {FewRecords + 1}) t";
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync(cancellationToken))! <= FewRecords;
    }

    private async Task<List<(int Month, long Id)>> ShapesAsync(CancellationToken cancellationToken)
    {
        await using var command = Command();
        var conditions = Shapes(command, new MonthSpan(Filter.FirstMonth, Filter.LastMonth, 0));
#pragma warning disable CA2100 // put together from constants of these files only
        // Rows from before the table was held to months, which no record is of, must not use up the limit.
        command.CommandText = $"SELECT s.month, s.id FROM audit_shape s WHERE {AuditMonth.IsMonthSql}{conditions} LIMIT {ManyShapes + 1}";
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var shapes = new List<(int, long)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            shapes.Add((reader.GetInt32(0), reader.GetInt64(1)));
        }

        return shapes;
    }

    private async Task<long> CountAsync(List<(int Month, long Id)> shapes, CancellationToken cancellationToken)
    {
        await using var command = Command();
        var fits = OfShapes(command, shapes);
#pragma warning disable CA2100 // put together from constants of this file only
        command.CommandText = $"SELECT count(*) FROM ({fits} LIMIT {ManyRecords + 1}) t";
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    // The places of all records of some shapes, each looked for in its own month.
    private string OfShapes(DbCommand command, List<(int Month, long Id)> shapes)
    {
        var conditions = Filter.OfTime(command, "e", _database) + BehindCursor(command, "e");
        command
            .With("months", shapes.Select(static one => one.Month).ToArray())
            .With("shapes", shapes.Select(static one => one.Id).ToArray());
        return $"SELECT e.time, e.log, e.sequence FROM unnest(@months, @shapes) AS m(month, id) CROSS JOIN LATERAL ("
            + $"SELECT e.time, e.log, e.sequence FROM audit_event e WHERE e.shape = m.id AND e.time >= {MonthStart} AT TIME ZONE 'UTC' "
            + $"AND e.time < ({MonthStart} + interval '1 month') AT TIME ZONE 'UTC'{conditions}) e";
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
