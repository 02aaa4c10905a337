using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PhiGateway.Audit.Journal;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.EndToEnd.Storage;

/// <summary>A database that is far away, or behind a connection that died without a word.</summary>
public sealed class PostgresSilenceTests(PostgresFixture postgres)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Follow_ConnectionDiedWithoutAWord_AsksOverAFreshOne()
    {
        await using var world = await World.CreateAsync(postgres);
        var clock = new ManualClock();
        var options = new GatewayOptions();
        var holder = new SnapshotHolder(clock);
        var follower = new SnapshotFollower(
            world.Far.Source,
            holder,
            new LastGoodSnapshot(options, clock, NullLogger<LastGoodSnapshot>.Instance),
            options,
            clock,
            new NoFloor(),
            NullLogger<SnapshotFollower>.Instance
        );
        await follower.StartWithRegistryAsync(None);
        Assert.True(await follower.FollowOnceAsync(None));
        await world.RevokeAsync("acme");
        world.Proxy.Silence();

        var silent = follower.FollowOnceAsync(None);
        await world.Proxy.Unheard.Task;
        clock.Advance(options.Registry.PollTimeout);

        Assert.False(await silent);
        Assert.Contains("fresh connection", follower.Problem, StringComparison.Ordinal);
        Assert.True(await follower.FollowOnceAsync(None));
        Assert.True(holder.Current.Revocations.Contains(RevocationTarget.Client, "acme"));
        Assert.Null(follower.Problem);
    }

    [Fact]
    public async Task LoadSince_ChangeFarAway_CostsOneRoundTrip()
    {
        await using var world = await World.CreateAsync(postgres);
        var before = await world.Far.Source.LoadAllAsync(None);
        await world.Near.Store.WriteAsync([new(RegistryKind.Client, "a", "{}", 0)], "tester", None);
        await world.Near.Store.PutMembersAsync([new RosterMember("r", PatientId.Parse("p"))], "tester", None);
        await world.RevokeAsync("acme");
        _ = await world.Far.Source.LoadSinceAsync(before.Revision, None);
        world.Proxy.Count();

        var changes = await world.Far.Source.LoadSinceAsync(before.Revision, None);

        Assert.Equal((1, 1, 1), (changes.Items.Count, changes.Members.Count, changes.Revocations.Count));
        Assert.Equal(1, world.Proxy.Trips);
        Assert.Empty((await world.Far.Source.LoadSinceAsync(changes.Revision, None)).Revocations);
        Assert.Equal(2, world.Proxy.Trips);
    }

    [Fact]
    public async Task Follow_StatusTableLocked_TakesRevocationsAllTheSame()
    {
        await using var world = await World.CreateAsync(postgres);
        var options = new GatewayOptions { Node = "gw-1" };
        var holder = new SnapshotHolder(TimeProvider.System);
        var follower = new SnapshotFollower(
            world.Near.Source,
            holder,
            new LastGoodSnapshot(options, TimeProvider.System, NullLogger<LastGoodSnapshot>.Instance),
            options,
            TimeProvider.System,
            new NoFloor(),
            NullLogger<SnapshotFollower>.Instance
        );
        await follower.StartWithRegistryAsync(None);
        await using var locker = new NpgsqlConnection(world.Connection);
        await locker.OpenAsync(None);
        await using var transaction = await locker.BeginTransactionAsync(None);
        await using (var take = new NpgsqlCommand("LOCK TABLE node_status IN ACCESS EXCLUSIVE MODE", locker, transaction))
        {
            await take.ExecuteNonQueryAsync(None);
        }

        using var stop = new CancellationTokenSource();
        var running = follower.RunAsync(stop.Token);
        foreach (var client in new[] { "first", "second" })
        {
            var inForce = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            holder.Published += snapshot =>
            {
                if (snapshot.Revocations.Contains(RevocationTarget.Client, client))
                {
                    inForce.TrySetResult();
                }
            };
            await world.RevokeAsync(client);
            await inForce.Task;
        }

        await transaction.RollbackAsync(None);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private sealed class NoFloor : IEnforcedRevision
    {
        public long EnforcedRevision => 0;

        public void NoteEnforced(long revision) { }

        public Task AcceptOlderAsync(long revision) => Task.CompletedTask;
    }

    private sealed class World(string connection, RegistryStorage near, RegistryStorage far, SilentProxy proxy) : IAsyncDisposable
    {
        public string Connection => connection;

        public RegistryStorage Near => near;

        public RegistryStorage Far => far;

        public SilentProxy Proxy => proxy;

        public static async Task<World> CreateAsync(PostgresFixture postgres)
        {
            var connection = await postgres.CreateDatabaseAsync(StorageSchemas.Registry);
            var near = RegistryStorage.Create(Options(connection));
            var address = new NpgsqlConnectionStringBuilder(connection);
            var proxy = new SilentProxy(address.Port);
            address.Host = "127.0.0.1";
            address.Port = proxy.Port;
            return new World(connection, near, RegistryStorage.Create(Options(address.ConnectionString)), proxy);
        }

        public Task RevokeAsync(string client) =>
            near.Store.RevokeAsync(
                new Revocation(client, RevocationTarget.Client, client, null, null, "r", "t", DateTimeOffset.UnixEpoch),
                None
            );

        public async ValueTask DisposeAsync()
        {
            await proxy.DisposeAsync();
            await far.DisposeAsync();
            await near.DisposeAsync();
        }

        private static StorageOptions Options(string connection) =>
            new() { Provider = StorageProvider.Postgres, ConnectionString = connection };
    }
}
