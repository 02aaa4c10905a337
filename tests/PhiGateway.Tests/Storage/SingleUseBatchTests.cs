using PhiGateway.Storage.Common;
using PhiGateway.Storage.Registry;
using PhiGateway.Storage.Sqlite;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Storage;

/// <summary>Single uses go to the database together, and none waits for one that never comes back.</summary>
public sealed class SingleUseBatchTests : IAsyncLifetime
{
    [ThreadStatic]
    private static bool _isCalling;

    private readonly StorageLocation _location = StorageLocation.Sqlite();
    private readonly DateTimeOffset _until = DateTimeOffset.UnixEpoch.AddYears(100);
    private SqliteDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = new SqliteDatabase(_location.Options.ConnectionString);
        await using var connection = await _database.OpenAsync(CancellationToken.None);
        await using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE single_use (use TEXT PRIMARY KEY, until INTEGER NOT NULL)";
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _location.DisposeAsync();
    }

    [Fact]
    public async Task TryUse_OverAStatementThatHangs_IsToldSo_AndTheNextPasses()
    {
        var turns = 0;
        var batch = new SingleUseBatch(
            _database,
            async cancellationToken =>
            {
                if (Interlocked.Increment(ref turns) == 1)
                {
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }

                return null;
            },
            TimeSpan.FromSeconds(2)
        );
        var (first, second) = (batch.TryUseAsync("one", _until), batch.TryUseAsync("two", _until));

        await Assert.ThrowsAsync<TimeoutException>(() => first);
        Assert.True(await second);
        Assert.False(await batch.TryUseAsync("two", _until));

        // What was not remembered was not taken.
        Assert.True(await batch.TryUseAsync("one", _until));
    }

    [Fact]
    public async Task TryUse_BehindAsManyAsMayWait_IsToldAtOnce_AndAllOfThosePass()
    {
        var release = new TaskCompletionSource();
        var batch = new SingleUseBatch(
            _database,
            async _ =>
            {
                await release.Task;
                return null;
            },
            TimeSpan.FromMinutes(10)
        );
        var all = Enumerable.Range(0, SingleUseBatch.MostWaiting + 1).Select(use => batch.TryUseAsync($"use {use}", _until)).ToList();

        await Assert.ThrowsAsync<TimeoutException>(() => batch.TryUseAsync("one more", _until));
        release.SetResult();
        Assert.DoesNotContain(false, await Task.WhenAll(all));
    }

    // SQLite's driver works on the thread that calls it: what comes meanwhile is not made within the call of whoever was first.
    [Fact]
    public async Task TryUse_OfWhoeverComesFirst_ReturnsBeforeWhatCameMeanwhileIsMade()
    {
        SingleUseBatch batch = null!;
        Task<bool>? later = null;
        var within = new List<bool>();
        batch = new SingleUseBatch(
            _database,
            _ =>
            {
                within.Add(_isCalling);
                later ??= batch.TryUseAsync("later", _until);
                return default;
            }
        );

        _isCalling = true;
        var first = batch.TryUseAsync("first", _until);
        _isCalling = false;

        Assert.True(await first);
        Assert.True(await later!);
        Assert.Equal([true, false], within);
        Assert.False(await batch.TryUseAsync("later", _until));
    }
}
