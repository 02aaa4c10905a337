using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>
/// Finds and adds revocations within a write of the registry, and deletes those of tokens that are dead by themselves: there are never more
/// of them than clients gave back within some minutes. Called by the store.
/// </summary>
/// <param name="database">The registry's.</param>
/// <param name="dropEnded">The statement that deletes what ended long enough ago, by the database's own clock.</param>
internal sealed class RevocationTable(Database database, string dropEnded)
{
    private static readonly TimeSpan BetweenDrops = TimeSpan.FromMinutes(1);

    private long _droppedAt;

    /// <summary>The revision of the same revocation written before; null when there is none.</summary>
    public async Task<long?> FindAsync(RegistryTransaction write, Revocation revocation, CancellationToken cancellationToken)
    {
        await using var known = write
            .Command($"SELECT {RegistryRows.RevocationColumns}, revision FROM revocation WHERE id = @id")
            .With("id", revocation.Id);
        await using var reader = await known.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        return RegistryRows.SameEffect(RegistryRows.ReadRevocation(database, reader), revocation)
            ? reader.GetInt64(RegistryRows.RevocationColumnCount)
            : throw new ArgumentException("The id belongs to another revocation.", nameof(revocation));
    }

    /// <summary>
    /// Whether a row about the same thing, in whatever spelling, was written behind the newest that a lift was judged by; also where that is
    /// there no more.
    /// </summary>
    public async Task<bool> HasMovedAsync(RegistryTransaction write, Revocation lift, string judged, CancellationToken cancellationToken)
    {
        await using var command = write
            .Command(
                $"SELECT {RegistryRows.RevocationColumns} FROM revocation "
                    + "WHERE target = @target AND revision >= (SELECT revision FROM revocation WHERE id = @judged)"
            )
            .With("target", (short)lift.Target)
            .With("judged", judged);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var isThere = false;
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = RegistryRows.ReadRevocation(database, reader);
            if (row.Id == judged)
            {
                isThere = true;
            }
            else if (row.FindKey() == lift.FindKey())
            {
                return true;
            }
        }

        return !isThere;
    }

    /// <summary>Adds a row under a revision of its own.</summary>
    public async Task AddAsync(RegistryTransaction write, Revocation revocation, long revision, CancellationToken cancellationToken)
    {
        await using var command = write
            .Command(
                $"INSERT INTO revocation ({RegistryRows.RevocationColumns}, revision) VALUES (@id, "
                    + "@target, @value, @issuer, @issued_before, @reason, @by, @at, @lifted, @until, @revision)"
            )
            .With("id", revocation.Id)
            .With("target", (short)revocation.Target)
            .With("value", revocation.Value)
            .With("issuer", revocation.Issuer)
            .With("issued_before", database.Time(revocation.IssuedBefore))
            .With("reason", StorableText.Clean(revocation.Reason))
            .With("by", revocation.By)
            .With("at", database.Time(revocation.At))
            .With("lifted", revocation.Lifted)
            .With("until", database.Time(revocation.FindEnd()))
            .With("revision", revision);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Deletes what ended, at most once a minute.</summary>
    /// <param name="written">The revocation that was just written: only those with an end make more of what must be deleted.</param>
    /// <param name="enter">Waits for the turn to write, where there is one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task DropEndedAsync(
        Revocation written,
        Func<CancellationToken, ValueTask<IDisposable?>> enter,
        CancellationToken cancellationToken
    )
    {
        var at = Interlocked.Read(ref _droppedAt);
        if (
            written.Until is null
            || written.At.UtcTicks - at < BetweenDrops.Ticks
            || Interlocked.CompareExchange(ref _droppedAt, written.At.UtcTicks, at) != at
        )
        {
            return;
        }

        try
        {
            using var turn = await enter(cancellationToken);
            await using var connection = await database.OpenAsync(cancellationToken);
            await using var command = connection.Command(dropEnded);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
#pragma warning disable CA1031 // The revocation is written and in force; what stays longer than it must costs room, and is tried again.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            // On PostgreSQL a role that was not granted the function yet: deploy/postgres/roles.sql grants it.
        }
    }
}
