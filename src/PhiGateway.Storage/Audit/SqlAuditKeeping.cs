using System.Data.Common;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>What the audit database holds of each month, and its deletion; how a month is dropped is left to each database.</summary>
internal abstract class SqlAuditKeeping(Database database, TimeProvider time) : IAuditKeeping
{
    private const int DigestPage = 5000;

    public async Task<IReadOnlyList<string>> ListLogsAsync(CancellationToken cancellationToken)
    {
        // From name to name by the primary key: a DISTINCT would read every record.
        await using var connection = await database.OpenAsync(cancellationToken);
        var logs = new List<string>();
        for (string? next = string.Empty; next is not null; )
        {
            var above = logs.Count == 0 ? ">=" : ">";
            await using var command = connection
                .Command($"SELECT log FROM audit_event WHERE log {above} @last ORDER BY log LIMIT 1")
                .With("last", next);
            next = await command.ExecuteScalarAsync(cancellationToken) as string;
            if (next is not null)
            {
                logs.Add(next);
            }
        }

        return logs;
    }

    public async Task<IReadOnlyList<KeptMonth>> ListMonthsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command("SELECT DISTINCT month, tenant FROM audit_shape ORDER BY month");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var months = new SortedDictionary<int, List<string?>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var month = reader.GetInt32(0);
            if (!KeepingMonths.IsMonth(month))
            {
                continue;
            }

            if (!months.TryGetValue(month, out var tenants))
            {
                months[month] = tenants = [];
            }

            tenants.Add(reader.TextOrNull(1));
        }

        return [.. months.Select(static pair => new KeptMonth(pair.Key, pair.Value))];
    }

    public async Task<IReadOnlyList<KeptRange>> ListRangesAsync(int month, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command(
            "SELECT log, min(sequence), max(sequence), count(*) FROM audit_event WHERE time >= @from AND time < @to GROUP BY log ORDER BY log"
        );
        Within(command, month);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ranges = new List<KeptRange>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ranges.Add(new KeptRange(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)));
        }

        return ranges;
    }

    public Task<IReadOnlyList<int>> MonthsOfPatientAsync(IReadOnlyList<string> patientKeys, CancellationToken cancellationToken) =>
        MonthsAsync("audit_patient WHERE patient_key = @one", patientKeys, cancellationToken);

    public Task<IReadOnlyList<int>> MonthsOfRecordsAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        MonthsAsync("audit_event WHERE id = @one", [.. ids.Select(database.Uuid)], cancellationToken);

    public Task<long> DeleteMonthAsync(int month, CancellationToken cancellationToken) =>
        KeepingMonths.IsMonth(month) && KeepingMonths.End(month).AddYears(KeepingMonths.LeastYears) <= time.GetUtcNow()
            ? DropAsync(month, cancellationToken)
            : throw new InvalidOperationException("A month is kept for six years at least.");

    public async Task<IReadOnlyList<BodyKeyCount>> ListBodyKeysAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command(
            "SELECT month, tenant, wrapping_key, count(*), count(*) - count(wrapped) FROM audit_key "
                + "GROUP BY month, tenant, wrapping_key ORDER BY month, tenant, wrapping_key"
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<BodyKeyCount>();
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(
                new BodyKeyCount(reader.GetInt32(0), reader.TextOrNull(1), reader.GetString(2), reader.GetInt64(3), reader.GetInt64(4))
            );
        }

        return keys;
    }

    public async Task<TenantBodies> BodiesOfAsync(int month, string tenant, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await BodiesOfAsync(connection, null, month, tenant, cancellationToken);
    }

    private async Task<TenantBodies> BodiesOfAsync(
        DbConnection connection,
        DbTransaction? transaction,
        int month,
        string tenant,
        CancellationToken cancellationToken
    )
    {
        await using var command = connection.Command(
            "SELECT e.log, min(e.sequence), max(e.sequence), count(*), count(*) - count(e.body_key), count(k.wrapped) + count(*) - count(e.body_key) "
                + $"FROM audit_event e LEFT JOIN audit_key k ON k.id = e.body_key WHERE {OfTenant} GROUP BY e.log ORDER BY e.log",
            transaction
        );
        OfTenantWith(command, month, tenant);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ranges = new List<KeptRange>();
        long plain = 0;
        long readable = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            ranges.Add(new KeptRange(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)));
            plain += reader.GetInt64(4);
            readable += reader.GetInt64(5);
        }

        return new TenantBodies(ranges, plain, readable);
    }

    public async Task<IReadOnlyDictionary<string, ColumnDigest>> DigestColumnsAsync(
        int month,
        string tenant,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var digests = new Dictionary<string, ColumnDigest>(StringComparer.Ordinal);
        var (log, sequence) = (string.Empty, -1L);
        List<AuditEntry> page;
        do
        {
            await using var command = connection
                .Command(
                    $"SELECT {AuditRows.HeadColumns(database)} FROM audit_event e WHERE {OfTenant} AND (e.log, e.sequence) > (@log, @sequence) "
                        + $"ORDER BY e.log, e.sequence LIMIT {DigestPage}"
                )
                .With("log", log)
                .With("sequence", sequence);
            OfTenantWith(command, month, tenant);
            page = await AuditRows.ReadAsync(database, command, cancellationToken, new ReadBudget());
            foreach (var entry in page)
            {
                digests[entry.Log] = digests.GetValueOrDefault(entry.Log, ColumnDigest.None).With(entry);
                (log, sequence) = (entry.Log, entry.Sequence);
            }
        } while (page.Count == DigestPage || AuditPageBytes.IsCut(page));

        return digests;
    }

    public Task<long> DestroyBodiesAsync(int month, string tenant, CancellationToken cancellationToken) =>
        KeepingMonths.IsMonth(month) && KeepingMonths.End(month).AddYears(KeepingMonths.LeastYears) <= time.GetUtcNow()
            ? DestroyAsync(month, StorableText.Clean(tenant)!, cancellationToken)
            : throw new InvalidOperationException("A month is kept for six years at least.");

    /// <summary>Destroys the keys, in one transaction, after it was made sure that nothing lies beside them.</summary>
    protected abstract Task<long> DestroyAsync(int month, string tenant, CancellationToken cancellationToken);

    /// <summary>
    /// Looks, before the end of the transaction, whether the keys were all: rows say under which key they lie, and nothing ties a key's month
    /// and tenant to theirs.
    /// </summary>
    /// <exception cref="InvalidOperationException">Something can be read still: nothing is to be destroyed.</exception>
    protected async Task ThrowIfReadableAsync(
        DbConnection connection,
        DbTransaction transaction,
        int month,
        string tenant,
        CancellationToken cancellationToken
    )
    {
        var left = await BodiesOfAsync(connection, transaction, month, tenant, cancellationToken);
        if (left.Readable > 0)
        {
            throw new InvalidOperationException(
                FormattableString.Invariant(
                    $"{left.Readable} of these records would be readable still, under keys that are filed under another month or tenant, "
                ) + "or since they arrived just now. Nothing was destroyed."
            );
        }
    }

    /// <summary>A tenant's records in a month, but for registers, of the table under the alias <c>e</c>.</summary>
    protected static string OfTenant { get; } =
        FormattableString.Invariant($"e.time >= @from AND e.time < @to AND e.tenant = @tenant AND e.kind <> {BodyScope.Register}");

    /// <summary>The refusal of a month of which something was never sealed.</summary>
    protected static InvalidOperationException NotSealed { get; } =
        new("Some of these records were stored without being sealed: run 'phi-gateway seal-audit' first.");

    /// <summary>Gives a command what <see cref="OfTenant"/> asks for.</summary>
    protected void OfTenantWith(DbCommand command, int month, string tenant)
    {
        Within(command, month);
        command.With("tenant", StorableText.Clean(tenant));
    }

    /// <summary>Deletes it, in one transaction.</summary>
    protected abstract Task<long> DropAsync(int month, CancellationToken cancellationToken);

    /// <summary>Bounds a command to a month.</summary>
    protected void Within(DbCommand command, int month) =>
        command.With("from", database.Time(KeepingMonths.Start(month))).With("to", database.Time(KeepingMonths.End(month)));

    private async Task<IReadOnlyList<int>> MonthsAsync(string where, IReadOnlyList<object> wanted, CancellationToken cancellationToken)
    {
        var months = new SortedSet<int>();
        await using var connection = await database.OpenAsync(cancellationToken);
        foreach (var one in wanted)
        {
            await using var command = connection.Command($"SELECT DISTINCT {database.MonthOf("time")} FROM {where}").With("one", one);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                if (!reader.IsDBNull(0))
                {
                    months.Add(reader.GetInt32(0));
                }
            }
        }

        return [.. months];
    }
}
