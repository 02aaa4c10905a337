using System.Net;
using Microsoft.Data.Sqlite;
using Xunit;

namespace PhiGateway.EndToEnd.Faults;

/// <summary>
/// The runbook log-forked-or-rolled-back.md, walked: the journal put back to an earlier state, and the store changed behind the node.
/// </summary>
public sealed class ForkedLogTests(ForkedLogWorld world) : IClassFixture<ForkedLogWorld>
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Journal_RolledBack_ReleasesNothing_AlsoAfterARestart_UntilANewOneIsBegun()
    {
        using var bound = new CancellationTokenSource(Bound);
        var token = await world.TokenAsync(world.Ward);
        await ReadIntoTheTrailAsync(token);
        await world.Gateway.StopAsync();
        var snapshot = Path.Combine(world.Folder, "snapshot");
        ForkedLogWorld.Copy(world.Journal, snapshot);
        await world.Gateway.StartAsync();
        await ReadIntoTheTrailAsync(token);
        await world.Gateway.StopAsync();

        // The machine comes back as it was.
        Directory.Delete(world.Journal, recursive: true);
        ForkedLogWorld.Copy(snapshot, world.Journal);
        await world.Gateway.StartAsync(untilReady: false);
        await AssertShutAsync(token, bound.Token);
        await world.Gateway.StopAsync();
        await world.Gateway.StartAsync(untilReady: false);
        await AssertShutAsync(token, bound.Token);
        await world.Gateway.StopAsync();

        // Step 4: the log has ended; the folder goes, the key of the pseudonyms stays.
        var evidence = Path.Combine(world.Folder, "evidence");
        Directory.Move(world.Journal, evidence);
        Directory.CreateDirectory(world.Journal);
        File.Copy(Path.Combine(evidence, "pseudonym.key"), Path.Combine(world.Journal, "pseudonym.key"));
        world.Say("AcceptNew", true);
        await world.Gateway.StartAsync();
        await ReadIntoTheTrailAsync(token);
        await SaidAsync("journal.new", bound.Token);
        await world.Gateway.StopAsync();
        world.Say("AcceptNew", false);
        await world.Gateway.StartAsync();
        await ReadIntoTheTrailAsync(token);
    }

    [Fact]
    public async Task Store_Changed_ReleasesNothing_UntilItIsRepairedAndTheWordIsSaid()
    {
        using var bound = new CancellationTokenSource(Bound);
        var token = await world.TokenAsync(world.Ward);
        await ReadIntoTheTrailAsync(token);
        await world.Gateway.StopAsync();
        var (log, sequence, hash) = await NewestAsync(bound.Token);
        await SetHashAsync(log, sequence, [.. hash.Reverse()], bound.Token);

        await world.Gateway.StartAsync(untilReady: false);
        await AssertShutAsync(token, bound.Token);
        await world.Gateway.StopAsync();

        // Repaired, but the word was not said: it stays shut. Step 3 says it, once.
        await SetHashAsync(log, sequence, hash, bound.Token);
        await world.Gateway.StartAsync(untilReady: false);
        await AssertShutAsync(token, bound.Token);
        await world.Gateway.StopAsync();
        world.Say("AcceptRepaired", true);
        await world.Gateway.StartAsync();
        await ReadIntoTheTrailAsync(token);
        await SaidAsync("journal.trusted-again", bound.Token);
        await world.Gateway.StopAsync();
        world.Say("AcceptRepaired", false);
        await world.Gateway.StartAsync();
        await ReadIntoTheTrailAsync(token);
    }

    // What one sees: a permit is 503, a refusal goes on, readiness names the runbook, to nobody the record.
    private async Task AssertShutAsync(string token, CancellationToken cancellationToken)
    {
        Reply reply;
        while ((reply = await world.GetAsync("/Patient/f001", token)).Status == HttpStatusCode.OK)
        {
            await Task.Delay(50, cancellationToken);
        }

        while (reply.Code != "audit-forked")
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.Status);
            await Task.Delay(50, cancellationToken);
            reply = await world.GetAsync("/Patient/f001", token);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await world.GetAsync("/Patient/f001", null)).Status);
        var (status, words) = await world.Mary.TryAsync(HttpMethod.Get, "/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("log-forked-or-rolled-back.md", words, StringComparison.Ordinal);
    }

    private async Task ReadIntoTheTrailAsync(string token)
    {
        var reply = await world.GetAsync("/Patient/f001", token);
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Body);
        Assert.NotEmpty(await world.TrailAsync(reply.DecisionId));
    }

    private async Task SaidAsync(string name, CancellationToken cancellationToken)
    {
        while (!(await world.Wei.GetAsync("audit?kind=system&limit=500")).ToJsonString().Contains(name, StringComparison.Ordinal))
        {
            await Task.Delay(100, cancellationToken);
        }
    }

    private async Task<(string Log, long Sequence, byte[] Hash)> NewestAsync(CancellationToken cancellationToken)
    {
        await using var store = await OpenAsync(cancellationToken);
        await using var command = store.CreateCommand();
        command.CommandText = "SELECT log, sequence, chain_hash FROM audit_event ORDER BY time DESC, sequence DESC LIMIT 1";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        Assert.True(await reader.ReadAsync(cancellationToken));
        return (reader.GetString(0), reader.GetInt64(1), (byte[])reader.GetValue(2));
    }

    private async Task SetHashAsync(string log, long sequence, byte[] hash, CancellationToken cancellationToken)
    {
        await using var store = await OpenAsync(cancellationToken);
        await using var command = store.CreateCommand();
        command.CommandText = "UPDATE audit_event SET chain_hash = $hash WHERE log = $log AND sequence = $sequence";
        command.Parameters.AddWithValue("$hash", hash);
        command.Parameters.AddWithValue("$log", log);
        command.Parameters.AddWithValue("$sequence", sequence);
        Assert.Equal(1, await command.ExecuteNonQueryAsync(cancellationToken));
    }

    private async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await File.ReadAllTextAsync(Path.Combine(world.Folder, "audit.connection"), cancellationToken);
        var store = new SqliteConnection(connection + ";Pooling=False");
        await store.OpenAsync(cancellationToken);
        return store;
    }
}
