using System.Data.Common;
using System.Globalization;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Audit;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Sqlite;

/// <summary>
/// Asks SQLite for the records of several shapes at once: the newest of each, put together; where there are more than it can put together,
/// the index of time is walked instead.
/// </summary>
internal sealed class SqliteAuditSearch(
    Database database,
    DbConnection connection,
    DbTransaction transaction,
    AuditQuery query,
    ReadBudget? budget
) : AuditSearch(database, connection, transaction, query, budget)
{
    // SQLite puts together 500 at most; beyond this, walking is as quick.
    private const int Most = 200;

    // So many shapes are asked for one by one in one statement; each costs a descent of one index.
    private const int ShapesAtOnce = 1024;

    // Of so many shapes one is nearly always among the newest records, which are looked at first: so many of them.
    private const int ManyShapes = 256;
    private const int Glance = 2000;

    protected override async Task<List<AuditEntry>> FindByTimeAsync(int take, CancellationToken cancellationToken)
    {
        var found = new List<AuditEntry>();
        var months = await MonthsAsync(cancellationToken);
        for (var next = 0; next < months.Count && found.Count < take; )
        {
            var newest = months[next++];
            var span = new MonthSpan(newest.Month, newest.Month, newest.Shapes);
            while (Filter.AsksForShape && next < months.Count && span.Shapes + months[next].Shapes <= ShapesAtOnce)
            {
                span = new MonthSpan(months[next].Month, span.Last, span.Shapes + months[next].Shapes);
                next++;
            }

            found.AddRange(await FindAsync(span, take - found.Count, cancellationToken));
        }

        return found;
    }

    private async Task<List<AuditEntry>> FindAsync(MonthSpan span, int take, CancellationToken cancellationToken)
    {
        if (!Filter.AsksForShape)
        {
            return await ReadAsync(Walk(span, take, null), cancellationToken);
        }

        if (span.Shapes > ManyShapes)
        {
            var newest = await ReadAsync(Walk(span, take, Glance), cancellationToken);
            if (newest.Count == take)
            {
                return newest;
            }
        }

        return await FindByShapeAsync(span, take, cancellationToken);
    }

    private async Task<List<(int Month, int Shapes)>> MonthsAsync(CancellationToken cancellationToken)
    {
        await using var command = Command();
#pragma warning disable CA2100 // put together from constants of these files only
        command.CommandText =
            $"SELECT s.month, count(*) FROM audit_shape s WHERE 1 = 1{Shapes(command, new MonthSpan(Filter.FirstMonth, LastMonth, 0))}"
            + " GROUP BY s.month ORDER BY s.month DESC";
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var months = new List<(int, int)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            // Whoever ships may file shapes under what is no month: no record is of it.
            if (AuditMonth.IsMonth(reader.GetInt32(0)))
            {
                months.Add((reader.GetInt32(0), (int)reader.GetInt64(1)));
            }
        }

        return months;
    }

    // Walks along the index of time; the shape is only looked at, where it is asked for.
    private DbCommand Walk(MonthSpan span, int take, int? glance)
    {
        var command = Command();
        var window = Window(command, span);
        var shapes = Filter.AsksForShape ? $" AND +e.shape IN (SELECT s.id FROM audit_shape s WHERE 1 = 1{Shapes(command, span)})" : "";
#pragma warning disable CA2100 // put together from constants of these files only
        command.CommandText = glance is null
            ? $"SELECT {Columns} FROM audit_event e WHERE 1 = 1{window}{shapes} {NewestFirst} LIMIT @limit"
            : $"SELECT {Columns} FROM (SELECT * FROM audit_event e WHERE 1 = 1{window} {NewestFirst} LIMIT {glance}) e"
                + $" WHERE 1 = 1{shapes} {NewestFirst} LIMIT @limit";
#pragma warning restore CA2100
        return command.With("limit", take);
    }

    private async Task<List<AuditEntry>> FindByShapeAsync(MonthSpan span, int take, CancellationToken cancellationToken)
    {
        var ids = span.Shapes <= Most ? await IdsAsync(span, cancellationToken) : [];
        if (ids.Count == 0)
        {
            return await ReadAsync(Walk(span, take, null), cancellationToken);
        }

        var command = Command();
        var window = Window(command, span);
        var each = ids.Select(id =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT * FROM (SELECT * FROM audit_event e WHERE e.shape = {id}{window} {NewestFirst} LIMIT @limit)"
            )
        );
#pragma warning disable CA2100 // put together from constants of this file and numbers
        command.CommandText = $"SELECT {Columns} FROM ({string.Join(" UNION ALL ", each)}) e {NewestFirst} LIMIT @limit";
#pragma warning restore CA2100
        return await ReadAsync(command.With("limit", take), cancellationToken);
    }

    private async Task<List<long>> IdsAsync(MonthSpan span, CancellationToken cancellationToken)
    {
        await using var command = Command();
#pragma warning disable CA2100 // put together from constants of this file only
        command.CommandText = $"SELECT DISTINCT s.id FROM audit_shape s WHERE 1 = 1{Shapes(command, span)}";
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
        }

        return ids;
    }
}
