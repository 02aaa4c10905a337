namespace PhiGateway.Storage.Postgres;

/// <summary>
/// How long a writing transaction may wait for a lock, and how long the server waits for the next word of whoever holds one.
/// </summary>
/// <remarks>
/// A node that is paused, or whose network is gone, keeps its connection: the server's own kernel would wait two hours for it, and every
/// other writer with it.
/// </remarks>
/// <param name="Idle">A transaction whose client says nothing for so long is ended by the server, and its locks with it.</param>
/// <param name="Lock">A statement that waits longer for a lock fails; null: it waits.</param>
internal sealed record PostgresWriteLimits(TimeSpan Idle, TimeSpan? Lock)
{
    /// <summary>The registry's: one row lets all writers of the fleet in, and what closes is among them.</summary>
    public static PostgresWriteLimits Registry { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(3));

    /// <summary>The trail's: each log has a writer of its own, which may be slow where requests take the processor.</summary>
    public static PostgresWriteLimits Audit { get; } = new(TimeSpan.FromMinutes(1), null);

    /// <summary>Said to the transaction, not to the connection, which a pooler may hand to somebody else.</summary>
    public string Sql =>
        $"SET LOCAL idle_in_transaction_session_timeout = {(long)Idle.TotalMilliseconds}"
        + (Lock is { } most ? $"; SET LOCAL lock_timeout = {(long)most.TotalMilliseconds}" : string.Empty);
}
