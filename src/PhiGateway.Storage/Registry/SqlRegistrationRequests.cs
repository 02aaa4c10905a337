using System.Data.Common;
using System.Globalization;
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

    // Ids and peers alone: no database that is spoken here and everywhere compares networks, and the words of a request are long.
    private async Task<List<string>> FindMeantAsync(DbConnection connection, RegistrationFilter filter, CancellationToken cancellationToken)
    {
        var sql = new StringBuilder($"SELECT id, peer FROM registration_request WHERE until > {database.NowSql}");
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

        if (filter.SignedBy is { } signer)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND {database.MemberSql("words", "signedBy")} = @signer");
            command.With("signer", signer);
        }

        if (filter.Form is { } form)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND {database.MemberSql("words", "form")} = @form");
            command.With("form", form);
        }

        command.CommandText = sql.Append(" ORDER BY state, received_at, id").ToString();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var meant = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (filter.CoversPeer(reader.GetString(1)))
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

    private RegistrationRequest Read(DbDataReader reader) =>
        new()
        {
            Id = reader.GetString(0),
            ReceivedAt = database.ReadTime(reader, 1),
            Until = database.ReadTime(reader, 2),
            Peer = reader.GetString(3),
            Words =
                JsonSerializer.Deserialize<RegistrationWords>(reader.GetString(4), RegistryJson.Options)
                ?? throw new JsonException("The words of a request are null."),
            State = (RegistrationState)reader.GetInt16(5),
            Client = reader.TextOrNull(6),
            DecidedBy = reader.TextOrNull(7),
            DecidedAt = database.ReadTimeOrNull(reader, 8),
            Reason = reader.TextOrNull(9),
        };
}
