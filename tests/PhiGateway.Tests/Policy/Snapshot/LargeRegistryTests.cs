using System.Diagnostics;
using System.Globalization;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Decisions;
using Xunit;

namespace PhiGateway.Tests.Policy.Snapshot;

/// <summary>A hospital's worth: fifty thousand clients, a million memberships. Figures are printed, not judged.</summary>
[Trait("Size", "Large")]
public sealed class LargeRegistryTests(ITestOutputHelper output)
{
    [Fact]
    public void Builder_FiftyThousandClientsAndAMillionMembers_AnswersAndChanges()
    {
        var load = LargeRegistry.Create(50_000, 1_000_000);
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        var processor = Environment.CpuUsage.TotalTime;
        var builder = new RegistrySnapshotBuilder();
        var snapshot = builder.Rebuild(load);
        Print(
            $"build {clock.ElapsedMilliseconds} ms ({(Environment.CpuUsage.TotalTime - processor).TotalMilliseconds:F0} ",
            $"ms of processor), {(GC.GetTotalMemory(forceFullCollection: true) - memory) >> 20} MiB"
        );
        Assert.Equal((50_000, 1_000_000), (snapshot.ClientCount, snapshot.MemberCount));
        Assert.Empty(snapshot.Problems);

        clock.Restart();
        processor = Environment.CpuUsage.TotalTime;
        for (var change = 2; change < 1_002; change++)
        {
            snapshot = builder.Apply(
                TestRegistry.Changes(
                    [TestRegistry.Item(LargeRegistry.Client(change) with { Status = ClientStatus.Suspended }, change)],
                    change,
                    [TestRegistry.Member($"new-{change}", "roster-0")]
                )
            );
        }

        Print(
            $"1000 changes {clock.Elapsed.TotalMicroseconds / 1000:F1} µs each ",
            $"({(Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / 1000:F1} µs of processor)"
        );
        Assert.Equal(1_001_000, snapshot.MemberCount);
        Assert.Equal(DenyReason.ClientNotActive, Assert.IsType<Deny>(PolicyDecisionPoint.Decide(Request(1_001, "p1"), snapshot)).Reason);
        Assert.IsType<Permit>(PolicyDecisionPoint.Decide(Request(1, "p1"), snapshot));
        Assert.Equal(DenyReason.OutsideRoster, Assert.IsType<Deny>(PolicyDecisionPoint.Decide(Request(1, "p999999999"), snapshot)).Reason);

        clock.Restart();
        processor = Environment.CpuUsage.TotalTime;
        var organization = builder.Apply(
            TestRegistry.Changes([TestRegistry.Item(TestRegistry.Organization() with { Modules = ["connector@5"] }, 2_000)], 2_000)
        );
        Print(
            $"one organization of 50000 clients {clock.ElapsedMilliseconds} ms ",
            $"({(Environment.CpuUsage.TotalTime - processor).TotalMilliseconds:F0} ms of processor)"
        );
        Assert.Equal(DenyReason.ApprovalStale, Assert.IsType<Deny>(PolicyDecisionPoint.Decide(Request(1, "p1"), organization)).Reason);
    }

    private static AccessRequest Request(int client, string patient) =>
        Asked.For($"client-{client}", Asked.Search("Observation") with { Patients = [PatientId.Parse(patient)] });

    private void Print(params FormattableString[] parts) =>
        output.WriteLine(string.Concat(parts.Select(static part => part.ToString(CultureInfo.InvariantCulture))));
}
