using System.Data.Common;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>
/// Turns a count of requests into one statement that groups by steps of time and shapes, and then by columns; no value becomes part of the
/// text.
/// </summary>
internal static class AuditCounting
{
    // Decision, disclosure, intent: what one request leaves first.
    private const string Requests = "s.kind IN (1, 2, 3)";

    private const string InTime = "e.time >= @from AND e.time < @to";

    /// <summary>The statement.</summary>
    /// <exception cref="ArgumentException">Too many columns, organizations or rows, or a step that is not whole seconds.</exception>
    public static DbCommand Build(Database database, DbConnection connection, DbTransaction transaction, AuditCounts counts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(counts.By.Count, AuditCounts.MostColumns, nameof(counts));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(counts.Organizations.Count, AuditCounts.MostOrganizations, nameof(counts));
        ArgumentOutOfRangeException.ThrowIfLessThan(counts.Limit, 1, nameof(counts));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(counts.Limit, AuditCounts.MostRows, nameof(counts));
        if (counts.Step is { } step && (step < TimeSpan.FromSeconds(1) || step.Ticks % TimeSpan.TicksPerSecond != 0))
        {
            throw new ArgumentException("A step has whole seconds.", nameof(counts));
        }

        var command = connection
            .Command(string.Empty, transaction)
            .With("from", database.Time(counts.From))
            .With("to", database.Time(counts.To))
            .With("first_month", AuditMonth.Of(counts.From))
            .With("last_month", AuditMonth.Of(counts.To));
        const string All = "s.month BETWEEN @first_month AND @last_month AND " + Requests;
        var conditions = All;
        void Where(string column, string? value)
        {
            if (StorableText.Clean(value) is { } text)
            {
                conditions += $" AND {database.IsTextSql("s." + column, "@" + column, text)}";
                command.With(column, text);
            }
        }

        Where("client", counts.Client);
        Where("tenant", counts.Tenant);
        Where("decision", counts.Decision);
        Where("reason", counts.Reason);
        if (counts.Organizations.Count > 0)
        {
            conditions += $" AND s.organization IN ({command.WithEach("organization", counts.Organizations.Select(StorableText.Clean))})";
        }

        string[] columns = [.. counts.By.Select(ColumnOf)];
        var shapes = $"(SELECT DISTINCT {string.Join(", ", columns.Prepend("s.id"))} FROM audit_shape s WHERE {conditions}) s";
        if (counts.Step is { } length)
        {
            command.With("step", database.Length(length));
        }

#pragma warning disable CA2100 // put together from constants of this file and of the database only
        var at = counts.Step is null ? "0" : database.StepSql("e.time");
        command.CommandText =
            conditions == All
                // Everything of a time: each shape is counted first, and what it says is looked up under the month of its first record, where
                // it stands. Never all shapes of the months: there may be more of them than records of the time.
                ? $"SELECT {List("c.at", columns)}, CAST(sum(c.n) AS bigint) AS many FROM "
                    + $"(SELECT {at} AS at, e.shape, count(*) AS n, min(e.time) AS first FROM audit_event e WHERE {InTime} GROUP BY 1, 2) c "
                    + $"JOIN audit_shape s ON s.id = c.shape AND s.month = {database.MonthOf("c.first")} AND {Requests}"
                : $"SELECT {List(at, columns)}, count(*) AS many FROM audit_event e JOIN {shapes} ON s.id = e.shape WHERE {InTime}";
        command.CommandText +=
            $" GROUP BY {List("1", columns.Select(static (_, place) => $"{place + 2}"))} ORDER BY many DESC LIMIT @limit";
#pragma warning restore CA2100
        return command.With("limit", counts.Limit);
    }

    private static string List(string first, IEnumerable<string> others) => string.Join(", ", others.Prepend(first));

    /// <summary>The rows of its answer.</summary>
    public static async Task<IReadOnlyList<AuditCount>> ReadAsync(
        Database database,
        DbDataReader reader,
        AuditCounts counts,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<AuditCount>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var values = new string?[counts.By.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = reader.IsDBNull(i + 1) ? null : reader.GetString(i + 1);
            }

            var at = counts.Step is { } step ? database.ReadStep(reader, 0, counts.From, step) : counts.From;
            rows.Add(new AuditCount(at, values, reader.GetInt64(values.Length + 1)));
        }

        return rows;
    }

    private static string ColumnOf(AuditColumn column) =>
        column switch
        {
            AuditColumn.Decision => "s.decision",
            AuditColumn.Reason => "s.reason",
            AuditColumn.Client => "s.client",
            AuditColumn.Tenant => "s.tenant",
            AuditColumn.ResourceType => "s.resource_type",
            AuditColumn.Interaction => "s.interaction",
            AuditColumn.Organization => "s.organization",
            _ => throw new ArgumentOutOfRangeException(nameof(column)),
        };
}
