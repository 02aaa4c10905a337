using System.Data.Common;
using System.Text;
using System.Text.Json;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>Keeps requests to be registered in table <c>registration_request</c>, for both databases.</summary>
/// <remarks>
/// Security: what a gateway's role may write is a row without a decision; the columns of the decision are the control plane's
/// (<c>roles.sql</c>), and no node reads more out of them than what an applicant is told.
/// </remarks>
/// <param name="database">The registry's.</param>
/// <param name="enter">Waits for the turn to write, where there is one.</param>
internal sealed class SqlRegistrationRequests(Database database, Func<CancellationToken, ValueTask<IDisposable?>> enter)
    : IRegistrationRequests
{
    // Well below the parameters that any database takes.
    private const int OneStatement = 500;

    private const string Columns = "id, received_at, until, peer, words, state, client, decided_by, decided_at, reason";

    public async Task<RegistrationRequest?> TryAddAsync(RegistrationRequest request, int most, CancellationToken cancellationToken)
    {
        using (var turn = await enter(cancellationToken))
        await using (var connection = await database.OpenAsync(cancellationToken))
        {
            // One statement: of many at once a few may come in beyond the bound, which the budget of each node bounds.
            await using var command = connection
                .Command(
                    $"""
                    INSERT INTO registration_request (id, received_at, until, peer, words)
                    SELECT @id, @received, @until, @peer, @words
                    WHERE (SELECT COUNT(*) FROM registration_request WHERE state = 0 AND until > {database.NowSql}) < @most
                    ON CONFLICT (id) DO NOTHING
                    """
                )
                .With("id", request.Id)
                .With("received", database.Time(request.ReceivedAt))
                .With("until", database.Time(request.Until))
                .With("peer", request.Peer)
                .With("words", JsonSerializer.Serialize(request.Words, RegistryJson.Options))
                .With("most", (long)most);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return await FindAsync(request.Id, cancellationToken);
    }

    public async Task<RegistrationRequest?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command($"SELECT {Columns} FROM registration_request WHERE id = @id AND until > {database.NowSql}")
            .With("id", id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    public async Task<RegistrationPart> ListAsync(RegistrationFilter filter, int skip, int take, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var meant = await FindMeantAsync(connection, filter, cancellationToken);
        string[] shown = [.. meant.Skip(skip).Take(take)];
        var found = new Dictionary<string, RegistrationRequest>(StringComparer.Ordinal);
        foreach (var ids in shown.Chunk(OneStatement))
        {
            await using var command = connection.Command(string.Empty);
            command.CommandText = $"SELECT {Columns} FROM registration_request WHERE id IN ({command.WithEach("i", ids)})";
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var request = Read(reader);
                found[request.Id] = request;
            }
        }

        // One that was decided between the two statements stands where it stood, as it is now.
        return new RegistrationPart([.. shown.Where(found.ContainsKey).Select(id => found[id])], meant.Count);
    }

    public async Task<IReadOnlyList<string>> DeclineAsync(
        IReadOnlyList<string> ids,
        string decidedBy,
        DateTimeOffset decidedAt,
        string reason,
        CancellationToken cancellationToken
    )
    {
        using var turn = await enter(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        var declined = new List<string>(ids.Count);
        foreach (var some in ids.Chunk(OneStatement))
        {
            await using var command = connection
                .Command(string.Empty)
                .With("state", (short)RegistrationState.Declined)
                .With("by", decidedBy)
                .With("at", database.Time(decidedAt))
                .With("reason", reason);
            command.CommandText = $"""
                UPDATE registration_request SET state = @state, decided_by = @by, decided_at = @at, reason = @reason
                WHERE state = 0 AND id IN ({command.WithEach("i", some)})
                RETURNING id
                """;
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                declined.Add(reader.GetString(0));
            }
        }

        return declined;
    }

    // Ids and peers, and the words, which are long, only where they are asked about: no database that is spoken here and everywhere compares
    // networks, and one row whose words are no JSON would end the whole statement.
    private async Task<List<string>> FindMeantAsync(DbConnection connection, RegistrationFilter filter, CancellationToken cancellationToken)
    {
        var asksWords = filter.SignedBy is not null || filter.Form is not null;
        var columns = asksWords ? "id, peer, words" : "id, peer";
        var sql = new StringBuilder($"SELECT {columns} FROM registration_request WHERE until > {database.NowSql}");
        await using var command = connection.Command(string.Empty);
        if (filter.State is { } state)
        {
            sql.Append(" AND state = @state");
            command.With("state", (short)state);
        }

        if (filter.ReceivedBefore is { } before)
        {
            sql.Append(" AND received_at < @before");
            command.With("before", database.Time(before));
        }

        command.CommandText = sql.Append(" ORDER BY state, received_at, id").ToString();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var meant = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (filter.CoversPeer(reader.GetString(1)) && (!asksWords || (ReadWords(reader, 2) is { } words && filter.CoversWords(words))))
            {
                meant.Add(reader.GetString(0));
            }
        }

        return meant;
    }

    public async Task<bool> TryDecideAsync(RegistrationRequest decided, CancellationToken cancellationToken)
    {
        using var turn = await enter(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command(
                """
                UPDATE registration_request
                SET state = @state, client = @client, decided_by = @by, decided_at = @at, reason = @reason
                WHERE id = @id AND state = 0
                """
            )
            .With("id", decided.Id)
            .With("state", (short)decided.State)
            .With("client", decided.Client)
            .With("by", decided.DecidedBy)
            .With("at", database.Time(decided.DecidedAt))
            .With("reason", decided.Reason);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task DropEndedAsync(CancellationToken cancellationToken)
    {
        using var turn = await enter(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command($"DELETE FROM registration_request WHERE until <= {database.NowSql}");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private RegistrationRequest Read(DbDataReader reader)
    {
        var row = new TolerantRow(reader);
        var words = ReadWords(reader, 4);
        return new RegistrationRequest
        {
            Id = reader.GetString(0),
            ReceivedAt = row.Read(1, column => database.ReadTime(reader, column), DateTimeOffset.MinValue),
            Until = row.Read(2, column => database.ReadTime(reader, column), DateTimeOffset.MaxValue),
            Peer = reader.GetString(3),
            Words = words ?? RegistrationWords.Unreadable,
            IsUnreadable = words is null,
            State = (RegistrationState)reader.GetInt16(5),
            Client = reader.TextOrNull(6),
            DecidedBy = reader.TextOrNull(7),
            DecidedAt = row.Read(8, column => database.ReadTimeOrNull(reader, column), null),
            Reason = reader.TextOrNull(9),
        };
    }

    // Null: a newer version wrote them, or a hand did. Such a row is shown and declined, and keeps nobody from the others.
    private static RegistrationWords? ReadWords(DbDataReader reader, int column)
    {
        try
        {
            var words = JsonSerializer.Deserialize<RegistrationWords>(reader.GetString(column), RegistryJson.Options);
            var isBroken = words is null || words.Contacts.Any(static one => one is null) || words.Keys.Any(static key => key is null);
            return isBroken ? null : words;
        }
        catch (Exception fault) when (TolerantRow.IsOfAValue(fault))
        {
            return null;
        }
    }
}
