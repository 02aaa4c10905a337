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
internal sealed class SqliteAuditSearch(Database database, DbConnection connection, DbTransaction transaction, AuditQuery query)
    : AuditSearch(database, connection, transaction, query)
{
    // SQLite puts together 500 at most; beyond this, walking is as quick.
    private const int Most = 200;

    protected override async Task<List<AuditEntry>> FindByShapeAsync(MonthSpan span, int take, CancellationToken cancellationToken)
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
        command.CommandText = $"SELECT {AuditRows.Columns} FROM ({string.Join(" UNION ALL ", each)}) e {NewestFirst} LIMIT @limit";
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
