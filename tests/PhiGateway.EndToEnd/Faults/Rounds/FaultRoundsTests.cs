using System.Globalization;
using System.Net;
using PhiGateway.Audit.Records;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Tiles;
using Xunit;

namespace PhiGateway.EndToEnd.Faults.Rounds;

/// <summary>
/// The node is killed at random moments under load, now and then with its database, and started again; afterwards an oracle that knows what
/// clients received and what the upstream applied is asked what the trail does not tell. A few rounds here; <c>tests/faults/run.sh</c> runs
/// as many as it is told.
/// </summary>
public abstract class FaultRoundsTests(FaultWorld world, SumDatabase go, ITestOutputHelper output)
{
    private const int Stretch = 50;

    private readonly List<Checkpoint> _signed = [];

    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("PHIGW_FAULT_ROUNDS"), out var rounds) ? rounds : 4;

    private static int Seed =>
        int.TryParse(Environment.GetEnvironmentVariable("PHIGW_FAULT_SEED"), out var seed) ? seed : Random.Shared.Next();

    [Fact]
    public async Task Node_KilledAtRandomMoments_HasOnRecordAllThatWasReleasedAndApplied()
    {
        var (rounds, seed) = (Rounds, Seed);
        var chance = new Random(seed);
        var sum = new RoundSums();
        StoredTrail trail;
        do
        {
            // Judged in stretches, or thousands of rounds would not fit into anybody's memory.
            var first = sum.Rounds;
            (trail, var oracle) = await StretchAsync(chance, sum, Math.Min(rounds - first, Stretch));
            var words = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, rounds {first} to {sum.Rounds - 1} of {rounds}");
            Tell($"{words}: {sum}");
            Assert.True(oracle.Violations.Count == 0, words + "\n" + string.Join('\n', oracle.Violations.Take(40)));
        } while (sum.Rounds < rounds);

        output.WriteLine($"seed {seed}: {sum}");
        Assert.True(sum.Answered > rounds, "Hardly anything was answered.");
        Assert.True(sum.Starts >= rounds + 2, "A start without a record of it.");
        AssertItBites(trail);
        await VerifyAsync();
    }

    // So many rounds with the same clients and tokens, and what the trail has of them when all of it is closed.
    private async Task<(StoredTrail Trail, Oracle Oracle)> StretchAsync(Random chance, RoundSums sum, int rounds)
    {
        NotingClients clients;
        await using (clients = await NotingClients.StartAsync(world))
        {
            for (var round = 0; round < rounds; round++, sum.Rounds++)
            {
                await Task.Delay(chance.Next(500, 2500), TestContext.Current.CancellationToken);
                sum.Databases += IsWithDatabase(sum.Rounds) ? 1 : 0;
                await RoundAsync(chance, sum.Rounds);
            }

            await Task.Delay(500, TestContext.Current.CancellationToken);
        }

        await SettleAsync();
        await using var store = world.Connect();
        var trail = await StoredTrail.ReadAsync(store, sum.Next);
        var oracle = new Oracle(trail);
        var applied = world.Upstream.TakeApplied();
        oracle.JudgeReceived(clients.Notes);
        oracle.JudgeApplied(applied);
        oracle.JudgeStore(sum.Next);
        sum.Add(clients, applied.Count, trail, oracle);
        return (trail, oracle);
    }

    // A run of hours says how far it is.
    private static void Tell(string words)
    {
        if (Environment.GetEnvironmentVariable("PHIGW_FAULT_LOG") is { Length: > 0 } log)
        {
            File.AppendAllText(log, words + "\n");
        }
    }

    // An oracle that never objects would show nothing.
    private static void AssertItBites(StoredTrail trail)
    {
        var oracle = new Oracle(trail);
        var known = trail.Rows.First(static row => row.Record.Kind == AuditKind.Disclosure).Record.Id.ToString();
        oracle.JudgeReceived([new Note(known, HttpStatusCode.OK, false, ["Patient/nobody"], 0, true, 0)]);
        oracle.JudgeReceived([new Note(Guid.NewGuid().ToString(), HttpStatusCode.OK, false, [], 0, true, 0)]);
        oracle.JudgeReceived([new Note(known, HttpStatusCode.OK, false, [], long.MaxValue, true, 0)]);
        Assert.Equal(3, oracle.Violations.Count);
        oracle = new Oracle(trail);
        oracle.JudgeApplied([]);
        Assert.Equal(trail.Rows.Count(static row => row.Record.Outcome == "applied"), oracle.Violations.Count);
        Assert.NotEmpty(oracle.Violations);
    }

    private async Task RoundAsync(Random chance, int round)
    {
        var withDatabase = IsWithDatabase(round);
        if (withDatabase)
        {
            // Mid-batch, as a crash would; the node goes on without it until it is killed too.
            await world.StopStoreAsync();
            await Task.Delay(chance.Next(0, 400));
        }
        else if (round % 4 == 1)
        {
            // A machine that is suspended and resumed; then it dies.
            await world.Gateway.SignalAsync("STOP");
            await Task.Delay(chance.Next(200, 3000));
            await world.Gateway.SignalAsync("CONT");
            await Task.Delay(chance.Next(0, 300));
        }

        await world.Gateway.KillAsync();
        _signed.Add(ReadCheckpoint());
        if (withDatabase)
        {
            await world.StartStoreAsync();
        }

        await world.Gateway.StartAsync();
    }

    private static bool IsWithDatabase(int round) => round % 4 == 3;

    // An orderly stop writes what is held; the next start closes what is open. What it then reads is behind all of that.
    private async Task SettleAsync()
    {
        await world.Gateway.StopAsync();
        _signed.Add(ReadCheckpoint());
        await world.Gateway.StartAsync();
        var reply = await world.GetAsync("/Patient/last", await world.TokenAsync(world.Ward));
        await world.TrailAsync(reply.DecisionId, atLeast: 1);
        await world.Gateway.StopAsync();
        await world.Gateway.StartAsync();
        reply = await world.GetAsync("/Metadata/none", await world.TokenAsync(world.Ward));
        await world.TrailAsync(reply.DecisionId, atLeast: 1);
    }

    // By its own command, by the code of others, and that it still extends all that it signed before each kill.
    private async Task VerifyAsync()
    {
        var (code, words) = await GatewayProcess.RunAsync("verify-audit", "--config", world.ConfigurationFile);
        Assert.True(code == 0, words);
        var files = LogFolder();
        var verified = go.Verify(files.Folder, File.ReadAllLines(Path.Combine(files.Folder, "vkeys"))[0]);
        Assert.True(verified.Verified, verified.Words);
        var newest = files.ReadCheckpoint()!.Value.Checkpoint;
        var tree = new TileTree(files.Tiles, newest.Size);
        foreach (var signed in _signed)
        {
            Assert.True(signed.Size <= newest.Size, $"{signed.Size} records were signed, {newest.Size} are there.");
            Assert.Equal(signed.Root, tree.RootAt(signed.Size));
        }
    }

    private Checkpoint ReadCheckpoint() => LogFolder().ReadCheckpoint()!.Value.Checkpoint;

    private LogFiles LogFolder() => new(Assert.Single(Directory.GetDirectories(Path.Combine(world.Journal, "log"))));
}
