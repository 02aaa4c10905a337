using System.Data.Common;
using System.Globalization;
using System.Text;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>
/// Reads and writes tables <c>quota_use</c> and <c>quota_patient</c> for a node: writes its own rows and each patient once, and reads what
/// others wrote meanwhile.
/// </summary>
/// <remarks>
/// What a second costs is what is new in it, however many patients a client has met; and what has ended is dropped, so much at a time. Pages
/// that were kept and are over go with it, since every node comes by here, whether further ones are kept or not.
/// </remarks>
/// <param name="database">The registry's.</param>
/// <param name="time">The clock, by which is dropped now and then.</param>
/// <param name="dropEnded">The statement that deletes what ended, by the database's own clock.</param>
/// <param name="enter">Waits for the turn to write, where there is one.</param>
internal sealed class SqlQuotaUses(
    Database database,
    TimeProvider time,
    string dropEnded,
    Func<CancellationToken, ValueTask<IDisposable?>> enter
) : IQuotaUses
{
    private static readonly TimeSpan BetweenDrops = TimeSpan.FromMinutes(1);

    private const int WordsPerStatement = 200;

    private const string SayHead = """
        INSERT INTO quota_use (client, node, hour, patients, day, records, until, at)
        VALUES (@client, @node, @hour, @patients, @day, @records, @until,
        """;

    private const string SayTail = """
        ) ON CONFLICT (client, node) DO UPDATE SET hour = excluded.hour, patients = excluded.patients,
            day = excluded.day, records = excluded.records, until = excluded.until, at = excluded.at
        """;

    private long _droppedAt;

    // The moment first: what is written while the rest is read is read again.
    private string NewsSql { get; } =
        $"""
            SELECT {database.NowSql};
            SELECT client, node, hour, patients, day, records FROM quota_use WHERE at >= @since;
            SELECT client, hour, word FROM quota_patient WHERE at >= @since AND until > {database.NowSql}
            """;

    public async Task<QuotaNews> ExchangeAsync(IReadOnlyList<QuotaUse> own, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        if (own.Count > 0)
        {
            await SayAsync(connection, own, cancellationToken);
        }

        var news = await LearnAsync(connection, since, cancellationToken);
        await DropEndedAsync(connection, cancellationToken);
        return news;
    }

    private async Task<QuotaNews> LearnAsync(DbConnection connection, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(NewsSql).With("since", database.Time(since));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var at = database.ReadTime(reader, 0);
        await reader.NextResultAsync(cancellationToken);
        var uses = new List<QuotaUse>();
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
        }

        await reader.NextResultAsync(cancellationToken);
        var patients = new List<QuotaPatient>();
        while (await reader.ReadAsync(cancellationToken))
        {
            patients.Add(new QuotaPatient(reader.GetString(0), reader.GetInt64(1), reader.GetString(2)));
        }

        return new QuotaNews(uses, at) { Patients = patients };
    }

    // In one order, clients as patients, so that two nodes never wait for each other.
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
                .With("records", use.Records)
                .With("until", database.Time(use.Ends));
            await command.ExecuteNonQueryAsync(cancellationToken);
            foreach (var words in use.Fresh.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Chunk(WordsPerStatement))
            {
                await AddAsync(connection, transaction, use, words, cancellationToken);
            }
        }

        await transaction.CommitAsync(CancellationToken.None);
    }

    private async Task AddAsync(
        DbConnection connection,
        DbTransaction transaction,
        QuotaUse use,
        string[] words,
        CancellationToken cancellationToken
    )
    {
        var text = new StringBuilder("INSERT INTO quota_patient (client, hour, word, at, until) VALUES ");
        for (var place = 0; place < words.Length; place++)
        {
            text.Append(place == 0 ? string.Empty : ", ")
                .Append(CultureInfo.InvariantCulture, $"(@client, @hour, @w{place}, {database.NowSql}, @until)");
        }

        await using var command = connection
            .Command(text.Append(" ON CONFLICT (client, hour, word) DO NOTHING").ToString(), transaction)
            .With("client", use.Client)
            .With("hour", use.Hour)
            .With("until", database.Time(use.HourEnds));
        for (var place = 0; place < words.Length; place++)
        {
            command.With(string.Create(CultureInfo.InvariantCulture, $"w{place}"), words[place]);
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task DropEndedAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcTicks;
        var droppedAt = Interlocked.Read(ref _droppedAt);
        if (now < droppedAt + BetweenDrops.Ticks || Interlocked.CompareExchange(ref _droppedAt, now, droppedAt) != droppedAt)
        {
            return;
        }

        await DropAsync(connection, dropEnded, cancellationToken);

        // By the database's time, as what is used once: a node whose clock is ahead would forget what others still give.
        await DropAsync(connection, $"DELETE FROM kept_page WHERE until < {database.NowSql}", cancellationToken);
    }

    private async Task DropAsync(DbConnection connection, string ended, CancellationToken cancellationToken)
    {
        try
        {
            using var turn = await enter(cancellationToken);
            await using var command = connection.Command(ended);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
#pragma warning disable CA1031 // What was said and learned counts, or this node would count for itself; a later one drops the rest.
        catch (Exception)
#pragma warning restore CA1031
        {
            // On PostgreSQL a role that was not granted the function, or the table, yet: deploy/postgres/roles.sql grants it.
        }
    }
}
