using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace PhiGateway.EndToEnd.Faults;

/// <summary>
/// The runbooks journal-full.md and store-away.md, walked on a node whose journal has a small disk: full to the last byte, or full of what
/// the store does not take.
/// </summary>
public sealed class FullDiskTests(SmallDiskWorld world) : IClassFixture<SmallDiskWorld>
{
    // Bounds a hang only.
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(8);

    private readonly List<string> _received = [];

    [Fact]
    public async Task Disk_ReallyFull_RefusesAndTakesRevocations_AndOpensByItselfWhenThereIsRoom()
    {
        using var bound = new CancellationTokenSource(Bound);
        var token = await world.TokenAsync(world.Ward);
        var process = world.Gateway.Id;
        Assert.Equal(HttpStatusCode.OK, (await ReadAsync(token)).Status);

        await world.Disk.FillAsync(world.Gateway);
        await FillJournalAsync(token, bound.Token);

        // What one sees.
        Assert.Equal("audit-unavailable", (await ReadAsync(token)).Code);
        var (status, ready) = await world.Mary.TryAsync(HttpMethod.Get, "/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        if (world.Disk.IsMounted)
        {
            Assert.Contains("journal-full.md", ready, StringComparison.Ordinal);

            // Room is kept for what closes a door, to the last.
            var revoked = await RevokeAsync("token", "jti-of-a-full-disk");
            Assert.True(revoked.Status == HttpStatusCode.Created, revoked.Body);
        }

        // It stays shut as long as there is no room, and the node has looked and said so.
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ReadAsync(token)).Status);
            await Task.Delay(250, bound.Token);
        }

        // What one does, and checks: by itself, in the same process.
        world.Disk.Empty(world.Gateway);
        await UntilAsync(token, HttpStatusCode.OK, bound.Token);
        Assert.Equal(process, world.Gateway.Id);
        Assert.Equal(HttpStatusCode.OK, (await world.Mary.TryAsync(HttpMethod.Get, "/readyz")).Status);
        await AssertInTrailAsync();
        await AssertSaidAsync(world.Disk.IsMounted ? ["journal.full", "journal.room"] : ["journal.room"], bound.Token);
    }

    [Fact]
    public async Task Store_Away_NoClientNotices_UntilTheJournalIsFull_AndNothingIsLostWhenItIsBack()
    {
        using var bound = new CancellationTokenSource(Bound);
        var token = await world.TokenAsync(world.Ward);
        await using var store = new SqliteConnection(
            await File.ReadAllTextAsync(Path.Combine(world.Folder, "audit.connection"), bound.Token) + ";Default Timeout=60;Pooling=False"
        );
        await store.OpenAsync(bound.Token);
        await using (var away = await store.BeginTransactionAsync(bound.Token))
        {
            await using (var hold = store.CreateCommand())
            {
                hold.Transaction = (SqliteTransaction)away;
                hold.CommandText = "DELETE FROM audit_event WHERE 1 = 0";
                await hold.ExecuteNonQueryAsync(bound.Token);
            }

            // What one sees of a store that is away: readiness says it, and nobody else notices.
            Assert.Equal(HttpStatusCode.OK, (await ReadAsync(token)).Status);
            while (!(await ReadinessAsync()).Contains("did not take the batch", StringComparison.Ordinal))
            {
                await Task.Delay(100, bound.Token);
            }

            Assert.Equal(HttpStatusCode.OK, (await world.Mary.TryAsync(HttpMethod.Get, "/readyz")).Status);
            Assert.Equal(HttpStatusCode.OK, (await ReadAsync(token)).Status);

            // Before long the journal is full of what the store does not take.
            await FillJournalAsync(token, bound.Token);
            Assert.Equal("audit-unavailable", (await ReadAsync(token)).Code);
            Assert.Equal(HttpStatusCode.Created, (await RevokeAsync("token", "jti-of-a-store-away")).Status);
        }

        // What one does: bring it back. What one checks: the node opens, and the store has everything.
        await UntilAsync(token, HttpStatusCode.OK, bound.Token);
        await AssertInTrailAsync();
        while ((await ReadinessAsync()).Contains("did not take the batch", StringComparison.Ordinal))
        {
            await Task.Delay(100, bound.Token);
        }
    }

    // Fifty records and more for one request.
    private async Task FillJournalAsync(string token, CancellationToken cancellationToken)
    {
        var entry = """{"request":{"method":"GET","url":"Patient/f001"}}""";
        var batch = $$"""{"resourceType":"Bundle","type":"batch","entry":[{{string.Join(',', Enumerable.Repeat(entry, 50))}}]}""";
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var reply = await world.SendAsync(HttpMethod.Post, string.Empty, token, batch);
            if (reply.Status == HttpStatusCode.OK)
            {
                _received.Add(reply.DecisionId);
            }

            if (reply.Status == HttpStatusCode.ServiceUnavailable && (await ReadAsync(token)).Status == HttpStatusCode.ServiceUnavailable)
            {
                return;
            }
        }
    }

    private async Task<Reply> ReadAsync(string token)
    {
        var reply = await world.GetAsync("/Patient/f001", token);
        if (reply.Status == HttpStatusCode.OK)
        {
            _received.Add(reply.DecisionId);
        }

        return reply;
    }

    private async Task UntilAsync(string token, HttpStatusCode status, CancellationToken cancellationToken)
    {
        while ((await ReadAsync(token)).Status != status)
        {
            await Task.Delay(50, cancellationToken);
        }
    }

    private Task<(HttpStatusCode Status, string Body)> RevokeAsync(string target, string value) =>
        world.Mary.TryAsync(
            HttpMethod.Post,
            "revocations",
            new
            {
                target,
                value,
                reason = "taken",
            }
        );

    private async Task<string> ReadinessAsync() => (await world.Mary.TryAsync(HttpMethod.Get, "/readyz")).Body;

    private async Task AssertInTrailAsync()
    {
        Assert.NotEmpty(_received);
        foreach (var id in _received)
        {
            Assert.Contains(await world.TrailAsync(id), static record => (string?)record["kind"] is "disclosure" or "decision");
        }
    }

    private async Task AssertSaidAsync(string[] events, CancellationToken cancellationToken)
    {
        while (true)
        {
            var items = (await world.Wei.GetAsync("audit?kind=system&limit=500"))["items"]!.AsArray();
            var said = items.Select(static item => (string)item!["record"]!["event"]!).ToHashSet(StringComparer.Ordinal);
            if (events.All(said.Contains))
            {
                return;
            }

            await Task.Delay(100, cancellationToken);
        }
    }
}
