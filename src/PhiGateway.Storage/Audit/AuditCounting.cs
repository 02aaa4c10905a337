using System.Data.Common;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>Turns a count of requests into one statement that groups by steps of time and columns; no value becomes part of the text.</summary>
internal static class AuditCounting
{
    // Decision, disclosure, intent: what one request leaves first.
    private const string Requests = "e.kind IN (1, 2, 3)";

    /// <summary>The statement.</summary>
    /// <exception cref="ArgumentException">Too many columns or rows, or a step that is not whole seconds.</exception>
    public static DbCommand Build(Database database, DbConnection connection, AuditCounts counts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(counts.By.Count, AuditCounts.MostColumns, nameof(counts));
        ArgumentOutOfRangeException.ThrowIfLessThan(counts.Limit, 1, nameof(counts));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(counts.Limit, AuditCounts.MostRows, nameof(counts));
        if (counts.Step is { } step && (step < TimeSpan.FromSeconds(1) || step.Ticks % TimeSpan.TicksPerSecond != 0))
        {
            throw new ArgumentException("A step has whole seconds.", nameof(counts));
        }

        var command = connection.Command(string.Empty);
        var conditions = new List<string> { "e.time >= @from", "e.time < @to", Requests };
        command.With("from", database.Time(counts.From)).With("to", database.Time(counts.To));
        void Where(string condition, string name, string? value)
        {
            if (value is not null)
            {
                conditions.Add(condition);
                command.With(name, StorableText.Clean(value));
            }
        }

        Where("e.client = @client", "client", counts.Client);
        Where("e.tenant = @tenant", "tenant", counts.Tenant);
        Where("e.decision = @decision", "decision", counts.Decision);
        Where("e.reason = @reason", "reason", counts.Reason);
        var at = "CAST(0 AS bigint)";
        if (counts.Step is { } length)
        {
            at = database.StepSql("e.time");
            command.With("step", database.Length(length));
        }

        string[] columns = [at, .. counts.By.Select(ColumnOf)];
#pragma warning disable CA2100 // put together from constants of this file and of the database only
        command.CommandText =
            $"SELECT {string.Join(", ", columns)}, count(*) AS many FROM audit_event e WHERE {string.Join(" AND ", conditions)}"
            + $" GROUP BY {string.Join(", ", columns.Select(static (_, place) => place + 1))} ORDER BY many DESC LIMIT @limit";
#pragma warning restore CA2100
        return command.With("limit", counts.Limit);
    }

    /// <summary>The rows of its answer.</summary>
    public static async Task<IReadOnlyList<AuditCount>> ReadAsync(
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

            var at = counts.From + ((counts.Step ?? TimeSpan.Zero) * reader.GetInt64(0));
            rows.Add(new AuditCount(at, values, reader.GetInt64(values.Length + 1)));
        }

        return rows;
    }

    private static string ColumnOf(AuditColumn column) =>
        column switch
        {
            AuditColumn.Decision => "e.decision",
            AuditColumn.Reason => "e.reason",
            AuditColumn.Client => "e.client",
            AuditColumn.Tenant => "e.tenant",
            AuditColumn.ResourceType => "e.resource_type",
            AuditColumn.Interaction => "e.interaction",
            _ => throw new ArgumentOutOfRangeException(nameof(column)),
        };
}
