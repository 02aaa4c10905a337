using System.Data.Common;
using Npgsql;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd.Storage;

/// <summary>How a change reaches a node when transactions overlap, notifications are lost and the database goes away.</summary>
public sealed class PostgresChangeFeedTests(PostgresFixture postgres)
{
    private const string Listener = "phigw-listen";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task LoadSince_EarlierRevisionCommitsLate_IsNotSkipped()
    {
        var (storage, connectionString) = await CreateAsync(await postgres.GetAsync());
        await using var _ = storage;
        await using var slow = new NpgsqlConnection(connectionString);
        await slow.OpenAsync();
        var open = await slow.BeginTransactionAsync();
        await using (
            var take = new NpgsqlCommand(
                """
                UPDATE registry_revision SET revision = revision + 1, changed_at = clock_timestamp();
                INSERT INTO documents VALUES (4, 'slow', 1, 1, '{}', now(), 'tester', FALSE);
                """,
                slow,
                open
            )
        )
        {
            await take.ExecuteNonQueryAsync();
        }

        var fast = storage.Store.WriteAsync([new(RegistryKind.Client, "fast", "{}", 0)], "tester", None);
        await PostgresActivity.AwaitLockWaitAsync(connectionString);
        Assert.False(fast.IsCompleted);
        Assert.Equal(0, (await storage.Source.LoadSinceAsync(0, None)).Revision);

        await open.CommitAsync();
        Assert.Equal(2, Assert.IsType<RegistryWriteResult.Written>(await fast).Revision);
        Assert.Equal(["slow", "fast"], (await storage.Source.LoadSinceAsync(0, None)).Items.Select(i => i.Id));
    }

    [Fact]
    public async Task Wait_Rollback_WakesNobodyAndTakesNoRevision()
    {
        var (storage, _) = await CreateAsync(await postgres.GetAsync());
        await using var disposed = storage;
        await storage.Source.WaitForChangeAsync(TimeSpan.FromHours(1), None);
        Assert.IsType<RegistryWriteResult.Conflict>(
            await storage.Store.WriteAsync([new(RegistryKind.Client, "a", "{}", 3)], "tester", None)
        );
        var waiting = storage.Source.WaitForChangeAsync(TimeSpan.FromHours(1), None);
        Assert.False(waiting.IsCompleted);
        await storage.Store.WriteAsync([new(RegistryKind.Client, "a", "{}", 0)], "tester", None);
        await waiting;
        Assert.Equal(1, (await storage.Source.LoadSinceAsync(0, None)).Revision);
    }

    [Fact]
    public async Task Wait_ListenerKilled_PollStillSeesTheChangeAndTheListenerComesBack()
    {
        var (storage, connectionString) = await CreateAsync(await postgres.GetAsync());
        await using var _ = storage;
        await storage.Source.WaitForChangeAsync(TimeSpan.FromHours(1), None);
        Assert.True(storage.IsNotified);

        Assert.Equal(1, await PostgresActivity.TerminateAsync(connectionString, Listener));
        await storage.Store.WriteAsync([new(RegistryKind.Client, "a", "{}", 0)], "tester", None);
        await storage.Source.WaitForChangeAsync(TimeSpan.FromMilliseconds(1), None);
        Assert.Single((await storage.Source.LoadSinceAsync(0, None)).Items);

        // Back again, without anyone's help: a later change comes by notification.
        await PostgresActivity.AwaitIdleAsync(connectionString, Listener);
        await storage.Store.WriteAsync([new(RegistryKind.Client, "b", "{}", 0)], "tester", None);
        Assert.Equal(2, (await AwaitRevisionAsync(storage.Source, 2)).Revision);
    }

    [Fact]
    public async Task Wait_DatabaseStoppedAndStarted_GoesOn()
    {
        await using var cluster = await PostgresCluster.StartNewAsync();
        var (storage, connectionString) = await CreateAsync(cluster);
        await using var _ = storage;
        await storage.Store.WriteAsync([new(RegistryKind.Client, "before", "{}", 0)], "tester", None);
        Assert.Equal(1, (await AwaitRevisionAsync(storage.Source, 1)).Revision);

        await cluster.StopAsync();
        await storage.Source.WaitForChangeAsync(TimeSpan.FromMilliseconds(1), None);
        await storage.Source.WaitForChangeAsync(TimeSpan.FromMilliseconds(1), None);
        await Assert.ThrowsAnyAsync<DbException>(() => storage.Source.LoadSinceAsync(0, None));
        await Assert.ThrowsAnyAsync<DbException>(() =>
            storage.Store.WriteAsync([new(RegistryKind.Client, "lost", "{}", 0)], "tester", None)
        );
        Assert.Equal(
            StorageProblem.Unreachable,
            (await Assert.ThrowsAsync<StorageException>(() => storage.Migrator.VerifyAsync(None))).Problem
        );

        await cluster.StartAsync();
        await PostgresActivity.AwaitIdleAsync(connectionString, Listener);
        await storage.Store.WriteAsync([new(RegistryKind.Client, "after", "{}", 0)], "tester", None);
        Assert.Equal(2, (await AwaitRevisionAsync(storage.Source, 2)).Revision);
        Assert.Equal(["after", "before"], (await storage.Store.ListAsync(RegistryKind.Client, null, 10, None)).Select(i => i.Id));
    }

    [Fact]
    public async Task Dispose_Twice_EndsTheListenerOnce()
    {
        var (storage, connectionString) = await CreateAsync(await postgres.GetAsync());
        await storage.Source.WaitForChangeAsync(TimeSpan.FromHours(1), None);
        await storage.DisposeAsync();
        await storage.DisposeAsync();
        Assert.Equal(0, await PostgresActivity.TerminateAsync(connectionString, Listener));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => storage.Source.WaitForChangeAsync(TimeSpan.FromHours(1), None));
    }

    private static async Task<(RegistryStorage Storage, string ConnectionString)> CreateAsync(PostgresCluster cluster)
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        var storage = RegistryStorage.Create(
            new StorageOptions { Provider = StorageProvider.Postgres, ConnectionString = connectionString }
        );
        await storage.Migrator.MigrateAsync(None);
        return (storage, connectionString);
    }

    private static async Task<RegistryChanges> AwaitRevisionAsync(IRegistrySource source, long revision)
    {
        while (true)
        {
            var changes = await source.LoadSinceAsync(revision - 1, None);
            if (changes.Revision >= revision)
            {
                return changes;
            }

            await source.WaitForChangeAsync(TimeSpan.FromHours(1), None);
        }
    }
}
