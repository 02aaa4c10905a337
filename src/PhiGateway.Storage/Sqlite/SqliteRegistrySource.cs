using Microsoft.Data.Sqlite;
using PhiGateway.Storage.Common;
using PhiGateway.Storage.Registry;

namespace PhiGateway.Storage.Sqlite;

/// <summary>The registry's read side on SQLite; woken in process, and by a glance at the revision for what another process wrote.</summary>
internal sealed class SqliteRegistrySource : SqlRegistrySource
{
    // A revocation by the command line has to be in force in under a second here too; one glance costs some microseconds.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);

    private readonly SqliteDatabase _database;
    private readonly SqliteChangeHub _hub;
    private readonly ChangeSignal _signal = new();

    public SqliteRegistrySource(SqliteDatabase database, TimeProvider time)
        : base(database, time, DropEndedQuotas(database.NowSql))
    {
        _database = database;
        _hub = SqliteChangeHub.For(database.File);
        _hub.Join(_signal);
    }

    // Times are microseconds; clocks of nodes differ, and a row of a version before has no end and is over with the longest stretch.
    // So many at a time: the patients of a stretch end at one moment, and others wait to write.
    private static string DropEndedQuotas(string now) =>
        $"""
            DELETE FROM quota_patient WHERE rowid IN
                (SELECT rowid FROM quota_patient WHERE until < {now} - {Micro(TimeSpan.FromMinutes(10))} LIMIT 20000);
            DELETE FROM quota_use WHERE COALESCE(until, at + {Micro(TimeSpan.FromDays(31))}) < {now} - {Micro(TimeSpan.FromMinutes(10))}
            """;

    private static long Micro(TimeSpan time) => (long)time.TotalMicroseconds;

    public override async Task WaitForChangeAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        var start = Time.GetTimestamp();
        while (true)
        {
            if (await HasChangedAsync(cancellationToken))
            {
                return;
            }

            var left = atMost - Time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero || await _signal.WaitAsync(left < Glance ? left : Glance, Time, cancellationToken))
            {
                return;
            }
        }
    }

    public override ValueTask DisposeAsync()
    {
        _hub.Leave(_signal);
        _signal.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken) =>
        await _database.EnterWriteAsync(cancellationToken);

    private async Task<bool> HasChangedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _database.OpenAsync(cancellationToken);
            var (revision, _, _) = await ReadRevisionAsync(connection, null, cancellationToken);
            var changed = revision != Loaded;

            // Said once: a node that cannot load it would otherwise spin.
            Loaded = revision;
            return changed;
        }
        catch (Exception e) when (e is SqliteException or StorageException)
        {
            return false;
        }
    }
}
