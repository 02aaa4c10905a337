using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Audit.Journal;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Gateway.Following;

/// <summary>What closes is in force whatever else the follower has to do, and whichever registry it was written into.</summary>
public sealed class FollowerUrgencyTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-urgency-").FullName;
    private readonly AdjustableClock _clock = new();
    private readonly SteppedSource _source = new();
    private readonly GatewayOptions _options = new();

    private LastGoodSnapshot? _lastGood;

    public FollowerUrgencyTests() => _options.Registry.LastGoodFile = Path.Combine(_folder, "later", "registry.last-good");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Follow_OlderRegistry_TakesWhatClosesInIt_AndNothingElse()
    {
        var (holder, follower) = await StartAsync(8);
        var confirmed = holder.ConfirmedAt;
        _clock.Advance(TimeSpan.FromSeconds(10));
        _source.Next = new RegistryChanges(6, [], [Member("p9")], []) { Timeline = "2" };
        _source.Revocations = [Row("a", "acme"), Row("b", "beta"), Row("c", "beta") with { Lifted = true }];

        Assert.False(await follower.FollowOnceAsync(None));

        Assert.True(holder.Current.Revocations.Contains(RevocationTarget.Client, "acme"));
        Assert.False(holder.Current.Revocations.Contains(RevocationTarget.Client, "beta"));
        Assert.Equal((8, 1, confirmed), (holder.Current.Revision, holder.Current.MemberCount, holder.ConfirmedAt));
        Assert.Contains("older", follower.Problem, StringComparison.Ordinal);

        // Asked again only where the older one has moved on; a lift there opens nothing here.
        Assert.False(await follower.FollowOnceAsync(None));
        Assert.Equal(1, _source.RevocationLoads);
        _source.Next = _source.Next with { Revision = 7 };
        _source.Revocations = [.. _source.Revocations, Row("d", "gamma"), Row("e", "acme") with { Lifted = true }];
        Assert.False(await follower.FollowOnceAsync(None));
        Assert.True(holder.Current.Revocations.Contains(RevocationTarget.Client, "gamma"));
        Assert.True(holder.Current.Revocations.Contains(RevocationTarget.Client, "acme"));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    public async Task Follow_OlderRegistryOvertakes_IsReadAnewAsAWhole(long offered)
    {
        var (holder, follower) = await StartAsync(8);
        _source.Next = new RegistryChanges(6, [], [Member("p9")], []) { Timeline = "1" };
        Assert.False(await follower.FollowOnceAsync(None));

        // What was written there under the numbers that this node knows is among no changes since them.
        _source.Next = new RegistryChanges(offered, [], [Member("p8"), Member("p9")], [Row("a", "acme")]) { Timeline = "1" };
        _source.SinceThen = new RegistryChanges(offered, [], [], []) { Timeline = "1" };
        Assert.True(await follower.FollowOnceAsync(None));
        Assert.True(holder.Current.Revocations.Contains(RevocationTarget.Client, "acme"));
        Assert.Equal((offered, 2), (holder.Current.Revision, holder.Current.MemberCount));
        Assert.Equal(2, _source.WholeLoads);
        Assert.Null(follower.Problem);

        // From there on in steps again.
        _source.SinceThen = new RegistryChanges(10, [], [Member("p3")], []) { Timeline = "1" };
        Assert.True(await follower.FollowOnceAsync(None));
        Assert.Equal((10, 3), (holder.Current.Revision, holder.Current.MemberCount));
        Assert.Equal(2, _source.WholeLoads);
    }

    [Fact]
    public async Task Follow_OlderRegistryDoesNotTellWhatCloses_SaysThatItIsOlderAllTheSame()
    {
        var (_, follower) = await StartAsync(8);
        _source.Next = new RegistryChanges(6, [], [], []) { Timeline = "1" };
        _source.RevocationFault = new TimeoutException();

        Assert.False(await follower.FollowOnceAsync(None));
        Assert.Contains("older than 8", follower.Problem, StringComparison.Ordinal);
        Assert.Contains("did not answer in time", follower.Problem, StringComparison.Ordinal);

        // And is asked again.
        _source.RevocationFault = null;
        Assert.False(await follower.FollowOnceAsync(None));
        Assert.Equal(2, _source.RevocationLoads);
        Assert.EndsWith("which this node has enforced", follower.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_StartedFromTheFile_WhatAnOlderRegistryClosesIsInTheFileAfter()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_options.Registry.LastGoodFile)!);
        var (before, _) = await StartAsync(8);
        _source.IsAway = true;
        var (holder, follower) = Create();
        await follower.StartWithRegistryAsync(None);
        _source.IsAway = false;
        _source.Next = new RegistryChanges(6, [], [], [Row("a", "acme")]) { Timeline = "2" };

        await RefuseOnceAsync(follower);

        Assert.True(holder.Current.Revocations.Contains(RevocationTarget.Client, "acme"));
        _source.IsAway = true;
        var (after, restarted) = Create();
        await restarted.StartWithRegistryAsync(None);
        Assert.True(after.Current.Revocations.Contains(RevocationTarget.Client, "acme"));
        Assert.Equal((8, 1, before.ConfirmedAt), (after.Current.Revision, after.Current.MemberCount, after.ConfirmedAt));
    }

    [Fact]
    public async Task Run_ServesNothing_LeavesTheRefusedFileAsItIs()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_options.Registry.LastGoodFile)!);
        await StartAsync(8);
        var file = await File.ReadAllBytesAsync(_options.Registry.LastGoodFile!, None);
        _source.Next = new RegistryChanges(6, [], [], [Row("a", "acme")]) { Timeline = "2" };
        var (holder, follower) = Create(floor: 9);
        await follower.StartWithRegistryAsync(None);

        await RefuseOnceAsync(follower);

        Assert.Null(holder.ConfirmedAt);
        Assert.Equal(file, await File.ReadAllBytesAsync(_options.Registry.LastGoodFile!, None));
    }

    [Fact]
    public async Task Run_FileThatCouldNotBeWritten_IsWrittenFromMemory_AndBringsTheSameBack()
    {
        var folder = Path.GetDirectoryName(_options.Registry.LastGoodFile)!;
        await File.WriteAllTextAsync(folder, "no folder", None);
        var (holder, follower) = await StartAsync(8);
        _source.Next = new RegistryChanges(
            9,
            [new RegistryItem((RegistryKind)77, "x", 1, 9, "{}", _clock.GetUtcNow(), "newer", false)],
            [Member("p2"), Member("p3", _clock.GetUtcNow().AddDays(1))],
            [Row("a", "acme"), Row("b", "beta"), Row("c", "beta") with { Lifted = true }]
        );
        Assert.True(await follower.FollowOnceAsync(None));
        File.Delete(folder);
        Directory.CreateDirectory(folder);
        _clock.Advance(TimeSpan.FromMinutes(2));

        await RunOnceAsync(follower);

        Assert.Equal(1, _source.WholeLoads);
        _source.IsAway = true;
        var (after, restarted) = Create();
        await restarted.StartWithRegistryAsync(None);
        Assert.Equal((9, 3), (after.Current.Revision, after.Current.MemberCount));
        Assert.Equal(holder.Current.NotUnderstood, after.Current.NotUnderstood);
        Assert.True(after.Current.Revocations.Contains(RevocationTarget.Client, "acme"));
        Assert.False(after.Current.Revocations.Contains(RevocationTarget.Client, "beta"));
        Assert.False(restarted.HasReachedRegistry);
    }

    [Fact]
    public async Task Run_SomebodyWantsALook_LooksAtOnce()
    {
        var (holder, follower) = await StartAsync(8);
        _source.WaitsForEver = true;
        using var stop = new CancellationTokenSource();
        var run = follower.RunAsync(stop.Token);
        await _source.Waiting.Task;
        var looks = _source.Looks;
        holder.WantLook();
        while (_source.Looks == looks)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Follow_DriversOwnTimeout_IsAskedOverAFreshConnection(bool isTimeout)
    {
        var (_, follower) = await StartAsync(8);
        _source.Fault = new IOException("broken", isTimeout ? new TimeoutException() : null);
        Assert.False(await follower.FollowOnceAsync(None));
        Assert.Equal(isTimeout ? 1 : 0, _source.Renewals);
    }

    [Fact]
    public async Task Report_AfterAChange_IsRepeatedOnceItIsKnownToBeTheNewest()
    {
        var (holder, _) = await StartAsync(8);
        var reporter = new NodeReporter(_source, holder, _options, _clock, static () => null, null);
        reporter.ReportIfDue(None);
        Assert.True(reporter.IsPressing);
        _clock.Advance(TimeSpan.FromSeconds(1));
        holder.Confirm(_clock.GetUtcNow());
        reporter.ReportIfDue(None);
        Assert.False(reporter.IsPressing);
        Assert.Equal([(8, _clock.GetUtcNow().AddSeconds(-1)), (8, _clock.GetUtcNow())], _source.Reports);

        // And then now and then only.
        _clock.Advance(TimeSpan.FromSeconds(5));
        reporter.ReportIfDue(None);
        Assert.Equal(2, _source.Reports.Count);
    }

    // One round of the loop, and what it began beside itself.
    private async Task RunOnceAsync(SnapshotFollower follower)
    {
        _source.WaitsForEver = true;
        using var stop = new CancellationTokenSource();
        var run = follower.RunAsync(stop.Token);
        await _source.Waiting.Task;
        await _lastGood!.Writing;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    // One round of the loop whose look is refused, and what it began beside itself: all of it is done when the loop waits for the next.
    private async Task RefuseOnceAsync(SnapshotFollower follower)
    {
        using var stop = new CancellationTokenSource();
        var run = follower.RunAsync(stop.Token);
        await _lastGood!.Writing;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private async Task<(SnapshotHolder Holder, SnapshotFollower Follower)> StartAsync(long revision)
    {
        _source.Next = new RegistryChanges(revision, [], [Member("p1")], []) { Timeline = "1" };
        var made = Create();
        await made.Follower.StartWithRegistryAsync(None);
        return made;
    }

    private (SnapshotHolder Holder, SnapshotFollower Follower) Create(long floor = 0)
    {
        var holder = new SnapshotHolder(_clock);
        _lastGood = new LastGoodSnapshot(_options, _clock, NullLogger<LastGoodSnapshot>.Instance);
        return (
            holder,
            new SnapshotFollower(_source, holder, _lastGood, _options, _clock, new Floor(floor), NullLogger<SnapshotFollower>.Instance)
        );
    }

    private static RosterMemberChange Member(string patient, DateTimeOffset? until = null) =>
        new(new RosterMember("r", PatientId.Parse(patient), null, until), false);

    private Revocation Row(string id, string client) =>
        new(id, RevocationTarget.Client, client, null, null, "over", "mary", _clock.GetUtcNow());

    private sealed class Floor(long revision) : IEnforcedRevision
    {
        public long EnforcedRevision => revision;

        public void NoteEnforced(long revision) { }

        public Task AcceptOlderAsync(long revision) => Task.CompletedTask;
    }

    // Answers every look with what stands there.
    private sealed class SteppedSource : IRegistrySource
    {
        public RegistryChanges Next { get; set; } = new(0, [], [], []);

        // What a look brings where that is not the same as the whole.
        public RegistryChanges? SinceThen { get; set; }

        public IReadOnlyList<Revocation> Revocations { get; set; } = [];

        public Exception? RevocationFault { get; set; }

        public Exception? Fault { get; set; }

        public bool IsAway { get; set; }

        public bool WaitsForEver { get; set; }

        public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Looks { get; private set; }

        public int WholeLoads { get; private set; }

        public int RevocationLoads { get; private set; }

        public int Renewals { get; private set; }

        public List<(long Revision, DateTimeOffset? Confirmed)> Reports { get; } = [];

        public Task<RegistryChanges> LoadAllAsync(CancellationToken cancellationToken)
        {
            WholeLoads++;
            return IsAway ? Task.FromException<RegistryChanges>(new IOException("away")) : Task.FromResult(Next);
        }

        public Task<RegistryChanges> LoadSinceAsync(long revision, CancellationToken cancellationToken)
        {
            Looks++;
            if (Fault is { } fault)
            {
                return Task.FromException<RegistryChanges>(fault);
            }

            var next = SinceThen ?? Next;
            return Task.FromResult(
                next.Revision == revision ? new RegistryChanges(revision, [], [], []) { Timeline = next.Timeline } : next
            );
        }

        public Task<IReadOnlyList<Revocation>> LoadRevocationsAsync(CancellationToken cancellationToken)
        {
            RevocationLoads++;
            return RevocationFault is { } fault ? Task.FromException<IReadOnlyList<Revocation>>(fault) : Task.FromResult(Revocations);
        }

        public Task WaitForChangeAsync(TimeSpan atMost, CancellationToken cancellationToken)
        {
            Waiting.TrySetResult();
            return WaitsForEver ? Task.Delay(Timeout.Infinite, cancellationToken) : Task.CompletedTask;
        }

        public void Renew() => Renewals++;

        public Task ReportNodeAsync(NodeStatus status, CancellationToken cancellationToken)
        {
            Reports.Add((status.Revision, status.Confirmed));
            return Task.CompletedTask;
        }
    }
}
