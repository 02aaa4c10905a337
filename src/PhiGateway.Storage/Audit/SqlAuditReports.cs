using System.Data.Common;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>Counts records in the audit database by their shapes; one form of SQL for every database here.</summary>
internal sealed class SqlAuditReports(Database database) : IAuditReports
{
    // In the order of the facets.
    private static readonly string[] Columns =
    [
        "kind",
        "decision",
        "reason",
        "client",
        "tenant",
        "actor",
        "resource_type",
        "interaction",
        "use_case",
        "organization",
        "purpose",
    ];

    private static readonly string Values = string.Join(", ", Columns.Select(Text));

    public async Task<IReadOnlyList<AuditTally>> TallyAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await database.BeginSearchAsync(connection, cancellationToken);
        await using var command = connection.Command(string.Empty, transaction);
        var (events, shapes) = Parts(command, query);
#pragma warning disable CA2100 // put together from constants of these files only
        command.CommandText =
            $"SELECT CAST(sum(c.n) AS bigint), {Values} FROM "
            + $"(SELECT e.shape, count(*) AS n, min(e.time) AS first FROM {events} GROUP BY e.shape) c "
            + $"JOIN audit_shape s ON s.id = c.shape AND s.month = {database.MonthOf("c.first")}{shapes} GROUP BY {Values}";
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new List<AuditTally>();
        while (await reader.ReadAsync(cancellationToken))
        {
            counts.Add(new AuditTally([.. Enumerable.Range(1, Columns.Length).Select(reader.TextOrNull)], reader.GetInt64(0)));
        }

        return counts;
    }

    public async Task<bool> KnowsAsync(AuditFacet facet, string value, CancellationToken cancellationToken)
    {
        var text = StorableText.Clean(value)!;
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command($"SELECT 1 FROM audit_shape s WHERE {database.IsTextSql(Text(Columns[(int)facet]), "@value", text)} LIMIT 1")
            .With("value", text);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    public async Task<IReadOnlyList<string>> ListTenantsAsync(int most, CancellationToken cancellationToken)
    {
        // From one to the next along the index: there are few of them, and shapes without end.
        var isShort = database.IsShortTextSql("s.tenant");
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command(
                $"""
                WITH RECURSIVE t(tenant) AS (
                    SELECT min(s.tenant) FROM audit_shape s WHERE {isShort}
                    UNION ALL
                    SELECT (SELECT min(s.tenant) FROM audit_shape s WHERE {isShort} AND s.tenant > t.tenant) FROM t WHERE t.tenant IS NOT NULL
                )
                SELECT t.tenant FROM t WHERE t.tenant IS NOT NULL LIMIT @most
                """
            )
            .With("most", most);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            tenants.Add(reader.GetString(0));
        }

        return tenants;
    }

    public async Task<IReadOnlyList<AuditLogMark>> ListMarksAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command("SELECT log, watermark, highest FROM audit_log ORDER BY log");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var marks = new List<AuditLogMark>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var mark = new AuditLogMark(reader.GetString(0), reader.GetInt64(1));
            marks.Add(mark with { Highest = Math.Max(mark.Watermark, reader.GetInt64(2)) });
        }

        return marks;
    }

    // The records that are counted, as a table with its conditions, and the conditions on their shapes: each stands under the month of its
    // first record.
    private (string Events, string Shapes) Parts(DbCommand command, AuditQuery query)
    {
        if (query.Id is not null)
        {
            throw new ArgumentException("One record is not counted.", nameof(query));
        }

        var filter = new AuditFilter(query);
        var byPatient = query.PatientKeys.Count > 0;
        var from = byPatient
            ? "audit_patient p JOIN audit_event e ON e.log = p.log AND e.sequence = p.sequence AND e.time = p.time"
            : "audit_event e";
        var conditions = filter.OfPatients(command, database) + filter.OfTime(command, byPatient ? "p" : "e", database);
        var shapes = filter.OfShape(command, database);
        if (!filter.AsksForShape)
        {
            return ($"{from} WHERE 1 = 1{conditions}", shapes);
        }

        command.With("first_month", filter.FirstMonth).With("last_month", filter.LastMonth);
        var isOf = $" AND e.shape IN (SELECT s.id FROM audit_shape s WHERE s.month BETWEEN @first_month AND @last_month{shapes})";
        return ($"{from} WHERE 1 = 1{conditions}{isOf}", shapes);
    }

    private static string Text(string column) => column == "kind" ? "CAST(s.kind AS text)" : "s." + column;
}
