using System.Collections.Concurrent;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Sqlite;

/// <summary>
/// Tells the sources of this process that a store over the same file has committed; other processes are found by polling.
/// </summary>
internal sealed class SqliteChangeHub
{
    private static readonly ConcurrentDictionary<string, SqliteChangeHub> Hubs = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<ChangeSignal, bool> _signals = new();

    public static SqliteChangeHub For(string file) => Hubs.GetOrAdd(file, static _ => new SqliteChangeHub());

    public void Join(ChangeSignal signal) => _signals.TryAdd(signal, true);

    public void Leave(ChangeSignal signal) => _signals.TryRemove(signal, out _);

    public void Announce()
    {
        foreach (var (signal, _) in _signals)
        {
            signal.Set();
        }
    }
}
