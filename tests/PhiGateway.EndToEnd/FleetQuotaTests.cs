using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// A quota of patients a day over three processes on one Postgres: the bounds of ADR 55, on real nodes that are called all at once.
/// </summary>
public sealed class FleetQuotaTests(FleetWorld world) : IClassFixture<FleetWorld>
{
    private const int Quota = 30;
    private const int Patients = 90;

    [Fact]
    public async Task Quota_ThreeProcessesCalledAllAtOnce_IsNeverExceeded()
    {
        await PutPatientsAsync("q", Patients);
        var token = await world.AdmitCountedAsync(world.Counted, Quota);
        var seen = new ConcurrentDictionary<string, byte> { ["f001"] = 0 };

        // Each node is asked for patients that no other is asked for, all nodes at the same time: three times the quota.
        await Task.WhenAll(
            Enumerable
                .Range(0, Patients)
                .Select(async i =>
                {
                    var reply = await world.GetFromAsync(world.Nodes[i % world.Nodes.Count], $"/Patient/q{i}", token);
                    Note(seen, "q" + i, reply);
                })
        );

        // Above the quota: nothing.
        Assert.InRange(seen.Count, 1, Quota);

        // And once more, one after the other, when the nodes have spoken.
        for (var i = 0; i < Patients; i++)
        {
            Note(seen, "q" + i, await world.GetFromAsync(world.Nodes[(i + 1) % world.Nodes.Count], $"/Patient/q{i}", token));
        }

        Assert.InRange(seen.Count, 2, Quota);
    }

    // Three processes called all the time share one rate: the bound of ADR 93, after the seconds in which they learn of each other.
    [Fact]
    public async Task Rate_ThreeProcessesCalledAllTheTime_IsTheRateOfOne()
    {
        const int Rate = 12;
        var token = await world.AdmitLimitedAsync(world.Paced, new { requestsPerSecond = Rate });
        _ = await CallAsync(token, TimeSpan.FromSeconds(4));
        var (let, elapsed) = await CallAsync(token, TimeSpan.FromSeconds(8));

        var most = (Rate * (elapsed.TotalSeconds + 1) * 1.1) + world.Nodes.Count;
        Assert.InRange(let, Rate * 8 / 3, (int)Math.Ceiling(most));
    }

    private async Task<(int Let, TimeSpan Elapsed)> CallAsync(string token, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var let = 0;
        await Task.WhenAll(
            world.Nodes.Select(async node =>
            {
                while (watch.Elapsed < time)
                {
                    var reply = await world.GetFromAsync(node, "/Patient/f001", token);
                    Assert.True(
                        reply.Status is HttpStatusCode.OK || reply is { Status: HttpStatusCode.TooManyRequests, Code: "rate-limited" },
                        $"{(int)reply.Status} {reply.Body}"
                    );
                    if (reply.Status == HttpStatusCode.OK)
                    {
                        Interlocked.Increment(ref let);
                    }

                    await Task.Delay(20, TestContext.Current.CancellationToken);
                }
            })
        );
        return (let, watch.Elapsed);
    }

    // While the database is away treatment goes on, and each node counts for itself: the quota once for each node, and no more.
    [Fact]
    public async Task Quota_WithoutTheDatabase_IsAtMostTheQuotaOnEachNode()
    {
        await PutPatientsAsync("a", Patients);
        var token = await world.AdmitCountedAsync(world.Alone, Quota / 3);
        var seen = world.Nodes.Select(static _ => new ConcurrentDictionary<string, byte> { ["f001"] = 0 }).ToList();
        await world.WithoutDatabaseAsync(async () =>
        {
            for (var i = 0; i < Patients; i++)
            {
                var place = i % world.Nodes.Count;
                Note(seen[place], "a" + i, await world.GetFromAsync(world.Nodes[place], $"/Patient/a{i}", token));
            }
        });

        Assert.All(seen, static one => Assert.InRange(one.Count, 2, Quota / 3));

        // The control plane has it again, for whoever comes next.
        while ((int)(await world.Mary.TryAsync(HttpMethod.Get, "config/status")).Status != 200)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static void Note(ConcurrentDictionary<string, byte> seen, string id, Reply reply)
    {
        Assert.True(
            reply.Status is HttpStatusCode.OK || reply is { Status: HttpStatusCode.TooManyRequests, Code: "quota-exceeded" },
            $"{id}: {(int)reply.Status} {reply.Body}"
        );
        if (reply.Status == HttpStatusCode.OK)
        {
            seen[id] = 0;
        }
    }

    private async Task PutPatientsAsync(string prefix, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await world.PutAsync(
                "Patient",
                prefix + i,
                $$"""{"resourceType":"Patient","id":"{{prefix}}{{i}}","name":[{"family":"Counted"}]}"""
            );
        }
    }
}
