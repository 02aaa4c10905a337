using System.Data.Common;
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

    public async Task<IReadOnlyList<RegistrationRequest>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command(
                $"SELECT {Columns} FROM registration_request WHERE until > {database.NowSql} ORDER BY state, received_at, id LIMIT @limit"
            )
            .With("limit", (long)limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var requests = new List<RegistrationRequest>();
        while (await reader.ReadAsync(cancellationToken))
        {
            requests.Add(Read(reader));
        }

        return requests;
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
