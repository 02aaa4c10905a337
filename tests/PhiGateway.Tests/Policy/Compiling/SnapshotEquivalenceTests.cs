using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Compiling;

/// <summary>Applying changes one by one gives the very snapshot that a whole load gives.</summary>
public sealed class SnapshotEquivalenceTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    public void Apply_RandomHistory_EqualsRebuild(int seed)
    {
        var history = new RandomHistory(seed);
        var builder = new RegistrySnapshotBuilder();
        builder.Rebuild(TestRegistry.Changes([]));
        for (var step = 2; step < 250; step++)
        {
            var incremental = builder.Apply(history.Next(step));
            if (step % 10 == 0)
            {
                var whole = new RegistrySnapshotBuilder().Rebuild(history.Everything(step));
                Assert.Equal(Describe(whole), Describe(incremental));

                // What a node keeps of itself brings the same back.
                var kept = builder.Copy().ToChanges(history.Everything(step).Revocations);
                Assert.Equal(Describe(whole), Describe(new RegistrySnapshotBuilder().Rebuild(kept)));
            }
        }
    }

    [Fact]
    public void Apply_AfterPublishing_LeavesEarlierSnapshotsAlone()
    {
        var history = new RandomHistory(17);
        var builder = new RegistrySnapshotBuilder();
        builder.Rebuild(TestRegistry.Changes([]));
        var kept = new List<(RegistrySnapshot Snapshot, string Description)>();
        for (var step = 2; step < 120; step++)
        {
            var snapshot = builder.Apply(history.Next(step));
            kept.Add((snapshot, Describe(snapshot)));
        }

        Assert.All(kept, static pair => Assert.Equal(pair.Description, Describe(pair.Snapshot)));
    }

    private static string Describe(RegistrySnapshot snapshot)
    {
        var lines = new List<string> { $"{snapshot.Revision} {snapshot.ClientCount} {snapshot.MemberCount}" };
        lines.AddRange(
            snapshot
                .ListClients()
                .Select(static entry =>
                    $"{entry.Client.Id} {entry.Client.Status} {entry.Fingerprint} {entry.Contradiction} {entry.OpenFrom} {entry.OpenUntil} "
                    + $"{entry.Approval?.Id} {entry.Review?.Id} {string.Join(',', entry.Tasks.Select(static task => task.Task))} "
                    + string.Join(';', entry.Doors.Select(static door => $"{door.Name}:{door.From}:{door.Until}:{door.Rule}"))
                    + string.Join(
                        ';',
                        entry.CompiledCredentials.Select(static credential => $"{credential.Credential.Id}:{credential.Contradiction}")
                    )
                )
        );
        lines.AddRange(RandomHistory.ClientIds.Select(id => $"{id} → {snapshot.FindClient("idp", id)?.Client.Id}"));
        lines.AddRange(
            RandomHistory.Patients.Select(id =>
                $"{id} {snapshot.FindRoster("r1").Covers(PatientId.Parse(id), TestRegistry.Now.UtcTicks)} "
                + $"{snapshot.FindRoster("r2").Covers(PatientId.Parse(id), TestRegistry.Now.UtcTicks)}"
            )
        );
        lines.AddRange(
            Enum.GetValues<RevocationTarget>()
                .SelectMany(target =>
                    RandomHistory.RevocationValues.Select(value => $"{target} {value} {snapshot.Revocations.Contains(target, value)}")
                )
        );
        lines.AddRange(snapshot.Problems.Select(static problem => problem.ToString()));
        return string.Join('\n', lines);
    }
}
