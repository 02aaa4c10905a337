using System.Data.Common;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>Reads and writes table <c>quota_use</c> for a node: writes its own rows, and reads what others wrote meanwhile.</summary>
/// <param name="database">The registry's.</param>
/// <param name="enter">Waits for the turn to write, where there is one.</param>
internal sealed class SqlQuotaUses(Database database, Func<CancellationToken, ValueTask<IDisposable?>> enter) : IQuotaUses
{
    private const string SayHead = """
        INSERT INTO quota_use (client, node, hour, patients, day, records, at)
        VALUES (@client, @node, @hour, @patients, @day, @records,
        """;

    private const string SayTail = """
        ) ON CONFLICT (client, node) DO UPDATE SET hour = excluded.hour, patients = excluded.patients,
            day = excluded.day, records = excluded.records, at = excluded.at
        """;

    public async Task<QuotaNews> ExchangeAsync(IReadOnlyList<QuotaUse> own, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        if (own.Count > 0)
        {
            await SayAsync(connection, own, cancellationToken);
        }

        await using var command = connection
            .Command($"SELECT client, node, hour, patients, day, records, {database.NowSql} FROM quota_use WHERE at >= @since")
            .With("since", database.Time(since));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var uses = new List<QuotaUse>();
        var at = since;
        while (await reader.ReadAsync(cancellationToken))
        {
            uses.Add(
                new QuotaUse(
                    reader.GetString(0),
                    reader.GetString(1),
                    reader.GetInt64(2),
                    reader.GetString(3).Split('\n', StringSplitOptions.RemoveEmptyEntries),
                    reader.GetInt64(4),
                    reader.GetInt64(5)
                )
            );
            at = database.ReadTime(reader, 6);
        }

        return new QuotaNews(uses, at);
    }

    // In one order, so that two nodes never wait for each other; each has rows of its own.
    private async Task SayAsync(DbConnection connection, IReadOnlyList<QuotaUse> own, CancellationToken cancellationToken)
    {
        using var turn = await enter(cancellationToken);
        await using var transaction = await database.BeginWriteAsync(connection, cancellationToken);
        foreach (var use in own.OrderBy(static use => use.Client, StringComparer.Ordinal))
        {
            await using var command = connection
                .Command($"{SayHead} {database.NowSql} {SayTail}", transaction)
                .With("client", use.Client)
                .With("node", use.Node)
                .With("hour", use.Hour)
                .With("patients", string.Join('\n', use.Patients))
                .With("day", use.Day)
                .With("records", use.Records);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(CancellationToken.None);
    }
}
