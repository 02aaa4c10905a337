using System.Diagnostics;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Benchmarks.Fleet;

/// <summary>How long after its commit a revocation is in force on each of three nodes, and when it cuts what is streaming there.</summary>
internal static class RevocationRun
{
    private const int Nodes = 3;
    private const int LoadPerSecond = 100;

    private static readonly RevocationTarget[] Targets =
    [
        RevocationTarget.Client,
        RevocationTarget.Credential,
        RevocationTarget.Token,
        RevocationTarget.TokenHash,
        RevocationTarget.Organization,
        RevocationTarget.UseCase,
    ];

    /// <summary>Runs every scenario with so many revocations each, on all nodes under load.</summary>
    public static async Task RunAsync(int rounds)
    {
        // Client 0 makes the load and is never revoked.
        await using var fleet = await Fleet.StartAsync(Nodes, 1 + (3 * rounds), members: 0);
        using var calls = new FleetCalls();
        using var stop = new CancellationTokenSource();
        var steady = fleet.Tokens.For(FleetRegistry.ClientOf(0));
        var load = fleet.Nodes.Select(node => calls.LoadAsync(node, steady, LoadPerSecond, null, stop.Token)).ToList();
        var rows = new List<Latencies>();

        rows.AddRange(await ScenarioAsync("NOTIFY", 1));
        using (var import = new CancellationTokenSource())
        {
            var importing = ImportAsync(fleet, import.Token);
            rows.AddRange(await ScenarioAsync("NOTIFY, during a bulk import", 1 + rounds));
            await import.CancelAsync();
            System.Console.WriteLine($"memberships imported meanwhile: {await importing}");
        }

        await fleet.SilenceNotifyAsync();
        rows.AddRange(await ScenarioAsync("NOTIFY lost", 1 + (2 * rounds)));
        await stop.CancelAsync();
        await Task.WhenAll(load);

        System.Console.WriteLine(
            $"{rounds} revocations per scenario, {Nodes} nodes, {LoadPerSecond} reads/s on each; milliseconds from before the commit"
        );
        System.Console.WriteLine(Latencies.Header);
        rows.ForEach(System.Console.WriteLine);

        async Task<Latencies[]> ScenarioAsync(string name, int first)
        {
            var refused = new Latencies($"{name}: calls refused");
            var cut = new Latencies($"{name}: streams cut");
            for (var round = 0; round < rounds; round++)
            {
                await RevokeAsync(fleet, calls, first + round, Targets[round % Targets.Length], refused, cut);
            }

            return [refused, cut];
        }
    }

    private static async Task RevokeAsync(
        Fleet fleet,
        FleetCalls calls,
        int number,
        RevocationTarget target,
        Latencies refused,
        Latencies cut
    )
    {
        var token = fleet.Tokens.For(FleetRegistry.ClientOf(number));
        long revokedAt = 0;
        var streams = fleet
            .Nodes.Select(node =>
            {
                var streaming = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return (Running: streaming.Task, Ended: calls.UntilCutAsync(node, token, streaming, () => Volatile.Read(ref revokedAt)));
            })
            .ToList();
        await Task.WhenAll(streams.Select(stream => stream.Running));
        var reads = fleet.Nodes.Select(node => calls.UntilRefusedAsync(node, token, () => Volatile.Read(ref revokedAt))).ToList();
        await Task.Delay(Random.Shared.Next(100, 600));

        var value = target switch
        {
            RevocationTarget.Client => FleetRegistry.ClientOf(number),
            RevocationTarget.Credential => $"{FleetRegistry.ClientOf(number)}-oidc",
            RevocationTarget.Token => token.Id,
            RevocationTarget.TokenHash => token.Hash,
            RevocationTarget.Organization => $"org-{number}",
            _ => $"use-{number}",
        };
        Volatile.Write(ref revokedAt, Stopwatch.GetTimestamp());
        await fleet.Registry.Store.RevokeAsync(
            new Revocation(Guid.NewGuid().ToString(), target, value, null, null, "measured", "fleet", DateTimeOffset.UtcNow),
            CancellationToken.None
        );
        foreach (var time in await Task.WhenAll(reads))
        {
            refused.Add(time);
        }

        foreach (var time in await Task.WhenAll(streams.Select(stream => stream.Ended)))
        {
            cut.Add(time);
        }
    }

    // As the admin API imports: a thousand memberships at a time, one after the other.
    private static async Task<int> ImportAsync(Fleet fleet, CancellationToken stop)
    {
        var imported = 0;
        while (!stop.IsCancellationRequested)
        {
            var page = Enumerable
                .Range(imported, 1000)
                .Select(i => new RosterMember($"import-{i / 100_000}", PatientId.Parse($"imp-{i}")))
                .ToList();
            await fleet.Registry.Store.PutMembersAsync(page, "fleet", CancellationToken.None);
            imported += page.Count;
        }

        return imported;
    }
}
