using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>Keeps pages in table <c>kept_page</c>; <see cref="SqlQuotaUses"/> drops those that are over, once a minute.</summary>
/// <param name="database">The registry's.</param>
/// <param name="enter">Waits for the turn to write, where there is one.</param>
internal sealed class SqlKeptPages(Database database, Func<CancellationToken, ValueTask<IDisposable?>> enter) : IKeptPages
{
    public async Task<bool> TryKeepAsync(KeptPage page, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(page);
        using var turn = await enter(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);

        // Nodes that write at once may go a few beyond; a bound is enough.
        await using var command = connection
            .Command(
                $"""
                INSERT INTO kept_page (id, client, content, until)
                SELECT @id, @client, @content, @until
                WHERE (SELECT COUNT(*) FROM kept_page WHERE client = @client AND until >= {database.NowSql}) < @most
                """
            )
            .With("id", page.Id)
            .With("client", page.Client)
            .With("content", page.Content.ToArray())
            .With("until", database.Time(page.Until))
            .With("most", (long)most);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task<byte[]?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command($"SELECT content FROM kept_page WHERE id = @id AND until >= {database.NowSql}")
            .With("id", id);
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }
}
