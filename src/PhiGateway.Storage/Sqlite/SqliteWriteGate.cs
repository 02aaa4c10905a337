using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace PhiGateway.Storage.Sqlite;

/// <summary>Lets one writer of this process at a time at a SQLite file, in turn; shared by all stores over the same file.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the process, and the semaphore holds no handle.")]
internal sealed class SqliteWriteGate
{
    private static readonly ConcurrentDictionary<string, SqliteWriteGate> Gates = new(StringComparer.Ordinal);

    private readonly SemaphoreSlim _turn = new(1, 1);

    public static SqliteWriteGate For(string file) => Gates.GetOrAdd(file, static _ => new SqliteWriteGate());

    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        return new Turn(_turn);
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        private SemaphoreSlim? _turn = turn;

        public void Dispose() => Interlocked.Exchange(ref _turn, null)?.Release();
    }
}
