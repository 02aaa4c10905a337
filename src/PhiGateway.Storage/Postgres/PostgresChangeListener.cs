using System.Data.Common;
using Npgsql;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Postgres;

/// <summary>
/// Keeps one connection of its own on LISTEN and sets a signal for each NOTIFY; comes back by itself when the database goes away.
/// </summary>
internal sealed class PostgresChangeListener : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);

    // A node that polls every few seconds gains nothing from asking a dead server more often.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly string _connectionString;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _start = new();
    private Task? _loop;
    private volatile bool _listening;
    private bool _disposed;

    public PostgresChangeListener(string connectionString, TimeProvider time)
    {
        _time = time;
        _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,

            // Notices a server that vanished without a word, such as a cut network.
            KeepAlive = 5,
            TcpKeepAlive = true,
            ApplicationName = "phigw-listen",
        }.ConnectionString;
    }

    /// <summary>Set by each NOTIFY and by each (re)connection, since something may have been missed before it.</summary>
    public ChangeSignal Signal { get; } = new();

    public bool IsListening => _listening;

    public void Start()
    {
        lock (_start)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _loop ??= Task.Run(ListenAsync);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_start)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        await _stop.CancelAsync();
        if (_loop is { } loop)
        {
            await loop;
        }

        Signal.Dispose();
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        var pause = ShortestPause;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(_connectionString);
                connection.Notification += (_, _) => Signal.Set();
                await connection.OpenAsync(_stop.Token);
                await using (var listen = new NpgsqlCommand($"LISTEN {PostgresRegistryStore.Channel}", connection))
                {
                    await listen.ExecuteNonQueryAsync(_stop.Token);
                }

                pause = ShortestPause;
                _listening = true;
                Signal.Set();
                while (!_stop.IsCancellationRequested)
                {
                    await connection.WaitAsync(_stop.Token);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
                when (e is DbException or IOException or TimeoutException or System.Net.Sockets.SocketException or InvalidOperationException
                )
            {
                // A lost database is waited for, never reported from here: the poll finds out and says so.
            }
            finally
            {
                _listening = false;
            }

            try
            {
                await Task.Delay(pause, _time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
