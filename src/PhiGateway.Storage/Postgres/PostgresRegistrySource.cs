using PhiGateway.Storage.Registry;

namespace PhiGateway.Storage.Postgres;

/// <summary>The registry's read side on Postgres; woken by NOTIFY, with the time given as the net below it.</summary>
internal sealed class PostgresRegistrySource(PostgresDatabase database, TimeProvider time)
    // The function runs with its owner's rights and deletes nothing else.
    : SqlRegistrySource(database, time, "SELECT registry_drop_ended_quotas()")
{
    private readonly PostgresChangeListener _listener = new(database.ConnectionString, time);

    /// <summary>Whether NOTIFY reaches this node now; otherwise only the poll does.</summary>
    public bool IsListening => _listener.IsListening;

    public override Task WaitForChangeAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        _listener.Start();
        return _listener.Signal.WaitAsync(atMost, Time, cancellationToken);
    }

    public override ValueTask DisposeAsync() => _listener.DisposeAsync();

    protected override ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken) => new((IDisposable?)null);
}
