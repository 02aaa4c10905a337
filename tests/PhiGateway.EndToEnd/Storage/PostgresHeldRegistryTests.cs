using Npgsql;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Storage.Postgres;
using PhiGateway.Storage.Registry;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.EndToEnd.Storage;

/// <summary>A writer that stops within its transaction, as a node does whose machine is paused or whose network is gone.</summary>
public sealed class PostgresHeldRegistryTests(PostgresFixture postgres)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly PostgresWriteLimits Short = new(TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(100));

    [Fact]
    public async Task Revoke_WhilePausedNodeHoldsTheRevision_IsWritten()
    {
        var text = await CreateAsync();
        await using var paused = new PostgresDatabase(text, "phigw-paused") { WriteLimits = Short };
        await using var left = await RegistryTransaction.BeginAsync(paused, null, None);
        await using var storage = RegistryStorage.Create(Options(text));

        Assert.Equal(1, await storage.Store.RevokeAsync(Row("x"), None));

        // What it would have written is gone with its lock.
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => left.CommitAsync(None));
        Assert.Equal(1, await storage.Store.GetRevisionAsync(None));
    }

    [Fact]
    public async Task Revoke_WhileAnotherWriterIsAtWork_WaitsForIt()
    {
        var text = await CreateAsync();
        await using var slow = new PostgresDatabase(text, "phigw-slow");
        await using var write = await RegistryTransaction.BeginAsync(slow, null, None);
        await using var storage = RegistryStorage.Create(Options(text));

        var revoking = storage.Store.RevokeAsync(Row("x"), None);
        await PostgresActivity.AwaitLockWaitAsync(text);
        await write.CommitAsync(None);

        Assert.Equal(2, await revoking);
    }

    [Fact]
    public async Task Begin_HeldWithoutEnd_SaysByWhom()
    {
        var text = await CreateAsync();
        await using var holder = new NpgsqlConnection(text + ";Application Name=phigw-elsewhere");
        await holder.OpenAsync(None);
        await using var transaction = await holder.BeginTransactionAsync(None);
        await using var update = new NpgsqlCommand("UPDATE registry_revision SET revision = revision + 1", holder, transaction);
        await update.ExecuteNonQueryAsync(None);
        await using var database = new PostgresDatabase(text, "phigw-waiting") { WriteLimits = Short };

        var held = await Assert.ThrowsAsync<RegistryHeldException>(() => RegistryTransaction.BeginAsync(database, null, None));
        Assert.Contains("phigw-elsewhere", held.Message, StringComparison.Ordinal);
        Assert.Contains("idle in transaction", held.Message, StringComparison.Ordinal);

        await transaction.RollbackAsync(None);
        await using var write = await RegistryTransaction.BeginAsync(database, null, None);
        Assert.Equal(1, write.Revision);
    }

    [Fact]
    public async Task TakeTask_WhilePausedNodeHoldsItsRow_IsTaken()
    {
        var text = await CreateAsync();
        await using var paused = new PostgresDatabase(text, "phigw-paused") { WriteLimits = Short };
        await using var connection = await paused.OpenAsync(None);
        await using var left = await paused.BeginWriteAsync(connection, None);
        await using var take = connection.Command("INSERT INTO task_use (task, used, at) VALUES ('t', 1, now())", left);
        await take.ExecuteNonQueryAsync(None);
        await using var storage = RegistryStorage.Create(Options(text));

        Assert.Null(await storage.TaskUses.TryTakeAsync([new TaskUse("t", 1)], None));
        Assert.Equal("t", await storage.TaskUses.TryTakeAsync([new TaskUse("t", 1)], None));
    }

    private Task<string> CreateAsync() => postgres.CreateDatabaseAsync(StorageSchemas.Registry);

    private static StorageOptions Options(string text) => new() { Provider = StorageProvider.Postgres, ConnectionString = text };

    private static Revocation Row(string id) =>
        new(id, RevocationTarget.Client, "acme", null, null, "leak", "olga", DateTimeOffset.UnixEpoch);
}
