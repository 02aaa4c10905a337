using System.Net;
using System.Text;
using PhiGateway.Cli;
using PhiGateway.EndToEnd.Faults;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Cosigning;
using PhiGateway.Proof.Witnessing;
using Xunit;

namespace PhiGateway.EndToEnd.Proof;

/// <summary>One node's log is cosigned by another node; put back to an earlier state, it is refused there and somebody is called.</summary>
public sealed class WitnessedLogTests(WitnessWorld world) : IClassFixture<WitnessWorld>
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Log_PutBackToAnEarlierState_IsRefusedByItsWitnessWhichSaysSo()
    {
        using var bound = new CancellationTokenSource(Bound);
        using var http = new HttpClient();
        var token = await world.TokenAsync(world.Ward);
        await WitnessedAsync(token, 0, bound.Token);

        // What anybody can ask for, and what phigw asks of a policy that somebody holds.
        var origin = Checkpoint.Parse(SignedNote.Parse(await ReadAsync("checkpoint"))!.Text)!.Origin;
        var shown = await http.GetStringAsync(new Uri(world.Second.Admin, $"/witness/{Witness.HashOf(origin)}/checkpoint"), bound.Token);
        Assert.NotNull(WitnessKey.Parse(world.WitnessKey)!.CosignedAt(SignedNote.Parse(shown)!));
        Assert.Equal(world.WitnessKey, (await http.GetStringAsync(new Uri(world.Second.Admin, "/witness/vkey"), bound.Token)).Trim());
        Assert.Contains($"witness second {world.WitnessKey}", await ReadAsync("policy"), StringComparison.Ordinal);
        Assert.Equal(0, await VerifyAsync(await ReadAsync("policy")));
        Assert.Equal(1, await VerifyAsync((await ReadAsync("policy")).Replace(world.WitnessKey, Stranger(), StringComparison.Ordinal)));
        using var nonsense = new StringContent("old 0\n", Encoding.UTF8, "text/plain");
        using var refused = await http.PostAsync(new Uri(world.Second.Admin, "/witness/add-checkpoint"), nonsense, bound.Token);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);

        // The machine is put back as it was, journal, log and keys together.
        await world.Gateway.StopAsync();
        var snapshot = Path.Combine(world.Folder, "snapshot");
        ForkedLogWorld.Copy(world.Journal, snapshot);
        var size = Size();
        await world.Gateway.StartAsync();
        await WitnessedAsync(token, size, bound.Token);
        await world.Gateway.StopAsync();
        Directory.Delete(world.Journal, recursive: true);
        ForkedLogWorld.Copy(snapshot, world.Journal);
        await world.Gateway.StartAsync(untilReady: false);

        var log = Path.GetFileName(world.PublishedLog);
        while (!File.Exists(Path.Combine(world.PublishedLog, "contradiction-second")))
        {
            await Task.Delay(100, bound.Token);
        }

        // The log's own node may be shut by now: the witness is asked. Which of its words depends on how far the log had grown again.
        using var wei = world.Wei.At(world.Second.Admin);
        while (!IsTold(await TrailOfSecondAsync(wei)))
        {
            await Task.Delay(100, bound.Token);
        }

        while (!(await wei.GetAsync("alerts?state=open&severity=urgent")).ToJsonString().Contains(log, StringComparison.Ordinal))
        {
            await Task.Delay(100, bound.Token);
        }

        while ((await world.GetAsync("/Patient/f001", token)).Code != "audit-forked")
        {
            await Task.Delay(100, bound.Token);
        }
    }

    private static bool IsTold(string trail) =>
        trail.Contains("were cosigned", StringComparison.Ordinal) || trail.Contains("signed two histories", StringComparison.Ordinal);

    private static string Stranger()
    {
        using var other = new Cosigner("stranger", new byte[32]);
        return other.Public.ToString();
    }

    // Reads until the witness has cosigned more than so many records.
    private async Task WitnessedAsync(string token, long beyond, CancellationToken cancellationToken)
    {
        var file = Path.Combine(world.PublishedLog, "witnessed");
        while (!File.Exists(file) || SizeOf(await File.ReadAllTextAsync(file, cancellationToken)) <= beyond)
        {
            Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", token)).Status);
            await Task.Delay(100, cancellationToken);
        }
    }

    private long Size() => SizeOf(File.ReadAllText(Path.Combine(world.PublishedLog, "checkpoint")));

    private static long SizeOf(string note) => Checkpoint.Parse(SignedNote.Parse(note)!.Text)!.Size;

    private Task<string> ReadAsync(string name) =>
        File.ReadAllTextAsync(Path.Combine(world.PublishedLog, name), TestContext.Current.CancellationToken);

    private static async Task<string> TrailOfSecondAsync(AdminClient wei)
    {
        var found = await wei.GetAsync("audit?kind=system&limit=500");
        var own = found["items"]!
            .AsArray()
            .Where(static item => ((string)item!["log"]!).StartsWith("gw-second/", StringComparison.Ordinal));
        return string.Join('\n', own.Select(static item => item!.ToJsonString()));
    }

    private async Task<int> VerifyAsync(string policy)
    {
        var file = Path.Combine(world.Folder, "policy");
        await File.WriteAllTextAsync(file, policy);
        return await PhigwCommand.RunAsync(
            ["audit", "verify", "--log", world.PublishedLog, "--policy", file],
            new StringWriter(),
            new StringWriter()
        );
    }
}
