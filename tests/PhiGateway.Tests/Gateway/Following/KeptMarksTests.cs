using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Audit.Journal;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Following;

/// <summary>A node that starts anew beside its registry comes back with no less than it had enforced.</summary>
public sealed class KeptMarksTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-marks-").FullName;
    private readonly AdjustableClock _clock = new();
    private readonly GatewayOptions _options = new();

    public KeptMarksTests() => _options.Registry.LastGoodFile = Path.Combine(_folder, "registry.last-good");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // A standby that lagged took over while the node was down, or somebody took the row out of the table.
    [Theory]
    [InlineData(null)]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Start_RevocationGoneFromTheRegistry_StaysInForceAndIsTold(string? timeline)
    {
        await RunAsync(Load(5) with { Timeline = "1" }, Load(6, Revoked("r1", "acme")) with { Timeline = "1" });

        var (holder, follower) = await StartAsync(6, Load(8) with { Timeline = timeline });
        Assert.True(holder.Current.Revocations.Contains(RevocationTarget.Client, "acme"));
        Assert.StartsWith("1 revocations", follower.FailoverProblem);

        // And at the start after that one.
        (holder, follower) = await StartAsync(8, Load(9) with { Timeline = timeline });
        Assert.True(holder.Current.Revocations.Contains(RevocationTarget.Client, "acme"));
        Assert.NotNull(follower.FailoverProblem);
    }

    // The twins: what was lifted meanwhile is lifted, what is there is not missed, and a token that is dead by itself is nobody's.
    [Fact]
    public async Task Start_RevocationLiftedMeanwhile_IsLifted_WhatIsThereIsNotMissed()
    {
        var ended = Revoked("r3", "token") with { Target = RevocationTarget.TokenHash, Until = _clock.GetUtcNow().AddMinutes(5) };
        await RunAsync(Load(5), Load(6, Revoked("r1", "acme"), Revoked("r2", "other"), ended));
        _clock.Advance(TimeSpan.FromMinutes(6));

        var lift = Revoked("r4", "acme") with { Lifted = true };
        var (holder, follower) = await StartAsync(6, Load(8, Revoked("r1", "acme"), Revoked("r2", "other"), lift));

        Assert.False(holder.Current.Revocations.Contains(RevocationTarget.Client, "acme"));
        Assert.True(holder.Current.Revocations.Contains(RevocationTarget.Client, "other"));
        Assert.Null(follower.FailoverProblem);
    }

    [Fact]
    public async Task Start_OlderRegistryByTheOperatorsWord_BeginsAnew()
    {
        await RunAsync(Load(5), new RegistryChanges(8, [Document(8)], [], [Revoked("r1", "acme")]));
        _options.Registry.AcceptOlderRevision = true;

        var (holder, follower) = await StartAsync(8, new RegistryChanges(6, [Document(6)], [], []));

        Assert.Equal(6, holder.Current.Revision);
        Assert.False(holder.Current.Revocations.Contains(RevocationTarget.Client, "acme"));
        Assert.DoesNotContain(
            holder.Current.Problems,
            static problem => problem.Path.StartsWith("organizations/", StringComparison.Ordinal)
        );
        Assert.Null(follower.FailoverProblem);
    }

    // Written to after it was restored it is no older by its number: the word counts all the same, and needs to be said once.
    [Fact]
    public async Task Start_RestoredRegistryThatWentOnByTheOperatorsWord_BeginsAnew()
    {
        await RunAsync(Load(5), new RegistryChanges(8, [Document(8)], [], []));
        _options.Registry.AcceptOlderRevision = true;
        var (holder, follower) = await StartAsync(8, new RegistryChanges(9, [Document(7)], [], []));
        Assert.Null(follower.FailoverProblem);
        Assert.DoesNotContain(
            holder.Current.Problems,
            static problem => problem.Path.StartsWith("organizations/", StringComparison.Ordinal)
        );

        _options.Registry.AcceptOlderRevision = false;
        (_, follower) = await StartAsync(9, new RegistryChanges(9, [Document(7)], [], []));
        Assert.Null(follower.FailoverProblem);
    }

    [Theory]
    [InlineData(7, null, false)]
    [InlineData(8, null, true)]
    [InlineData(9, null, true)]
    [InlineData(7, "1", false)]
    [InlineData(7, "2", true)]
    public async Task Start_DocumentPutBackToAnEarlierForm_IsNotInForce(long revision, string? timeline, bool isInForce)
    {
        await RunAsync(Load(5) with { Timeline = "1" }, new RegistryChanges(8, [Document(8)], [], []) { Timeline = "1" });

        for (var start = 0; start < 2; start++)
        {
            var everything = new RegistryChanges(9 + start, [Document(revision)], [], []) { Timeline = timeline };
            var (holder, follower) = await StartAsync(8, everything);

            Assert.Equal(!isInForce, holder.Current.Problems.Any(static problem => problem.Path.StartsWith("organizations/acme")));
            Assert.Equal(isInForce, follower.FailoverProblem is null);
        }
    }

    // Of nobody it would close nobody, and the approval before it would count again.
    [Fact]
    public async Task Start_ApprovalPutBackToAnEarlierForm_ClosesItsClient()
    {
        var first = TestRegistry.Open().ConvertAll(static entity => TestRegistry.Item(entity, 6));
        var earlier = TestRegistry.Open().OfType<Approval>().Single();
        var later = earlier with { Id = "later", ApprovedAt = earlier.ApprovedAt.AddDays(1) };
        await RunAsync(Load(5), new RegistryChanges(8, [.. first, TestRegistry.Item(later, 8)], [], []));

        var (there, _) = await StartAsync(8, new RegistryChanges(9, [.. first, TestRegistry.Item(later, 8)], [], []));
        Assert.Null(there.Current.FindClientById("connector")!.Contradiction);

        var (putBack, _) = await StartAsync(9, new RegistryChanges(10, [.. first, TestRegistry.Item(later, 7)], [], []));
        Assert.NotNull(putBack.Current.FindClientById("connector")!.Contradiction);
    }

    // With the review gone, the approval before it would count again. The twin: what the control plane deletes leaves a row that says so.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_ReviewTakenOutOfTheTable_StillClosesItsClient_UntilItIsWrittenAnew(bool isDeleted)
    {
        var first = TestRegistry.Open().ConvertAll(static entity => TestRegistry.Item(entity, 6));
        await RunAsync(Load(5), new RegistryChanges(8, [.. first, TestRegistry.Item(Removed(), 8)], [], []));
        RegistryItem[] left = isDeleted ? [.. first, TestRegistry.Item(Removed(), 9, deleted: true)] : [.. first];
        for (var start = 0; start < 2; start++)
        {
            var (there, known) = await StartAsync(8 + start, new RegistryChanges(9 + start, left, [], []));
            Assert.Equal(isDeleted, there.Current.FindClientById("connector")!.Contradiction is null);
            Assert.Equal(isDeleted, known.FailoverProblem is null);
        }

        var (source, holder, follower) = Create(10);
        source.Answers.Enqueue(new RegistryChanges(11, left, [], []));
        await follower.StartWithRegistryAsync(None);
        var anew = TestRegistry.Item(Removed() with { Decision = ReviewDecision.Keep }, 12);
        source.Answers.Enqueue(new RegistryChanges(12, [anew], [], []));
        Assert.True(await follower.FollowOnceAsync(None));
        Assert.Null(holder.Current.FindClientById("connector")!.Contradiction);
        Assert.Null(follower.FailoverProblem);
    }

    // What an administrator writes anew counts at once.
    [Fact]
    public async Task Follow_DocumentThatWasPutBackIsWrittenAnew_IsInForceAndNoLongerTold()
    {
        await RunAsync(Load(5), new RegistryChanges(8, [Document(8)], [], []));
        var (source, holder, follower) = Create(8);
        source.Answers.Enqueue(new RegistryChanges(9, [Document(7)], [], []));
        await follower.StartWithRegistryAsync(None);
        Assert.NotNull(follower.FailoverProblem);

        source.Answers.Enqueue(new RegistryChanges(10, [Document(10)], [], []));
        Assert.True(await follower.FollowOnceAsync(None));

        Assert.Empty(holder.Current.Problems);
        Assert.Null(follower.FailoverProblem);
    }

    private static RegistryChanges Load(long revision, params Revocation[] revocations) =>
        new(revision, [], [new RosterMemberChange(new RosterMember("r", PatientId.Parse("p")), false)], revocations);

    private static Review Removed() =>
        new()
        {
            Id = "removed",
            Client = "connector",
            On = new DateOnly(2026, 4, 1),
            By = "li@hospital.example",
            Decision = ReviewDecision.Remove,
        };

    private RegistryItem Document(long revision) =>
        new(
            RegistryKind.Organization,
            "acme",
            1,
            revision,
            RegistryJson.Serialize(TestRegistry.Organization()),
            _clock.GetUtcNow(),
            "mary",
            Deleted: false
        );

    private Revocation Revoked(string id, string client) =>
        new(id, RevocationTarget.Client, client, null, null, "over", "mary", _clock.GetUtcNow());

    private async Task RunAsync(RegistryChanges everything, params RegistryChanges[] changes)
    {
        var (source, _, follower) = Create(0);
        source.Answers.Enqueue(everything);
        await follower.StartWithRegistryAsync(None);
        foreach (var change in changes)
        {
            source.Answers.Enqueue(change);
            Assert.True(await follower.FollowOnceAsync(None));
        }
    }

    private async Task<(SnapshotHolder Holder, SnapshotFollower Follower)> StartAsync(long enforced, RegistryChanges everything)
    {
        var (source, holder, follower) = Create(enforced);
        source.Answers.Enqueue(everything);
        await follower.StartWithRegistryAsync(None);
        return (holder, follower);
    }

    private (Source Source, SnapshotHolder Holder, SnapshotFollower Follower) Create(long enforced)
    {
        var (source, holder) = (new Source(), new SnapshotHolder(_clock));
        var follower = new SnapshotFollower(
            source,
            holder,
            new LastGoodSnapshot(_options, _clock, NullLogger<LastGoodSnapshot>.Instance),
            _options,
            _clock,
            new Enforced(enforced),
            NullLogger<SnapshotFollower>.Instance
        );
        return (source, holder, follower);
    }

    private sealed class Enforced(long revision) : IEnforcedRevision
    {
        public long EnforcedRevision { get; private set; } = revision;

        public void NoteEnforced(long revision) => EnforcedRevision = Math.Max(EnforcedRevision, revision);

        public Task AcceptOlderAsync(long revision)
        {
            EnforcedRevision = revision;
            return Task.CompletedTask;
        }
    }

    private sealed class Source : IRegistrySource
    {
        public Queue<RegistryChanges> Answers { get; } = new();

        public Task<RegistryChanges> LoadAllAsync(CancellationToken cancellationToken) => Task.FromResult(Answers.Dequeue());

        public Task<RegistryChanges> LoadSinceAsync(long revision, CancellationToken cancellationToken) =>
            Task.FromResult(Answers.Dequeue());

        public Task WaitForChangeAsync(TimeSpan atMost, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ReportNodeAsync(NodeStatus status, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
