using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace PhiGateway.EndToEnd.Faults.Rounds;

/// <summary>On the embedded store, which somebody else holds for a while.</summary>
public sealed class SqliteFaultWorld : FaultWorld
{
    private SqliteConnection? _holder;
    private DbTransaction? _hold;

    private protected override string Provider => "Sqlite";

    internal override DbConnection Connect() => new SqliteConnection(Store + ";Default Timeout=60;Pooling=False");

    internal override async Task StopStoreAsync()
    {
        _holder = (SqliteConnection)Connect();
        await _holder.OpenAsync();
        _hold = _holder.BeginTransaction(deferred: false);
    }

    internal override async Task StartStoreAsync()
    {
        await _hold!.DisposeAsync();
        await _holder!.DisposeAsync();
    }
}
