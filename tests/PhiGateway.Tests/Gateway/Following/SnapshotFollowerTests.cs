using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Audit.Journal;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Gateway.Following;

/// <summary>What a node takes into force from its registry and from its own disk, and what it never does.</summary>
public sealed class SnapshotFollowerTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-follower-").FullName;
    private readonly AdjustableClock _clock = new();
    private readonly FakeSource _source = new();
    private FakeEnforced _enforced = new(0);
    private readonly GatewayOptions _options = new();

    public SnapshotFollowerTests() => _options.Registry.LastGoodFile = Path.Combine(_folder, "registry.last-good");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Start_DatabaseAway_ServesTheWholeAndEveryChangeAfterIt()
    {
        await RunAsync(Everything(5, "p1"), Changes(6, "p2"), Changes(7, "p3"));

        var (holder, follower) = await RestartAsync();

        Assert.Equal(7, holder.Current.Revision);
        Assert.Equal(3, holder.Current.MemberCount);
        Assert.False(follower.HasReachedRegistry);
        Assert.NotNull(follower.Problem);
    }

    [Fact]
    public async Task Start_DatabaseAway_IsAsOldAsWhatItSaw()
    {
        await RunAsync(Everything(5, "p1"), Changes(6, "p2"));
        _clock.Advance(TimeSpan.FromMinutes(14));

        var (holder, _) = await RestartAsync();

        Assert.False(holder.IsTooOld(_options.Registry.MaxSnapshotAge));
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True(holder.IsTooOld(_options.Registry.MaxSnapshotAge));
    }

    [Fact]
    public async Task Start_NothingChangedForLong_IsAsYoungAsTheLastConfirmation()
    {
        await RunAsync(Everything(5, "p1"), null, null);

        var (holder, _) = await RestartAsync();

        Assert.Equal(5, holder.Current.Revision);
        Assert.False(holder.IsTooOld(_options.Registry.MaxSnapshotAge));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".changes")]
    public async Task Start_OneByteOfTheFileChanged_ServesNothingAndSaysSo(string which)
    {
        await RunAsync(Everything(5, "p1"), Changes(6, "p2"));
        var path = _options.Registry.LastGoodFile + which;
        var bytes = await File.ReadAllBytesAsync(path, None);
        bytes[^20] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, None);

        var (holder, follower) = await RestartAsync();

        Assert.Null(holder.ConfirmedAt);
        Assert.Contains("not what this node wrote", follower.Problem);
    }

    // The runbook key-lost.md, the key of the last good snapshot.
    [Fact]
    public async Task LastGoodKey_Lost_NeedsTheDatabaseAtTheNextStartAndNeverAgain()
    {
        await RunAsync(Everything(5, "p1"));
        File.Delete(_options.Registry.LastGoodFile + ".key");

        // What one sees: the file is refused, and without the database nothing is served.
        var (holder, follower) = await RestartAsync();
        Assert.Null(holder.ConfirmedAt);
        Assert.Contains("the last good snapshot was refused: it is not what this node wrote", follower.Problem);

        // With the database the node starts, and what it keeps under the new key is good for the start after.
        await RunAsync(Everything(6, "p2"));
        (holder, _) = await RestartAsync();
        Assert.Equal(6, holder.Current.Revision);
    }

    [Fact]
    public async Task Start_ChangeCutShortByACrash_ServesWhatWasInForce()
    {
        await RunAsync(Everything(5, "p1"), Changes(6, "p2"));
        await using (var file = new FileStream(_options.Registry.LastGoodFile + ".changes", FileMode.Append))
        {
            file.Write("0123456789abcdef {\"everyth"u8);
        }

        Assert.Equal(6, (await RestartAsync()).Holder.Current.Revision);
    }

    [Theory]
    [InlineData(6, true)]
    [InlineData(7, false)]
    public async Task Start_OlderFilePutBack_IsRefusedWhenTheJournalProvesANewerOne(long enforced, bool serves)
    {
        await RunAsync(Everything(5, "p1"), Changes(6, "p2"));

        var (holder, follower) = await RestartAsync(enforced);

        Assert.Equal(serves, holder.ConfirmedAt is not null);
        Assert.Equal(!serves, follower.Problem!.Contains("older than revision 7", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_DatabaseOlderThanEnforced_NeedsTheOperatorsWord(bool accepted)
    {
        _options.Registry.AcceptOlderRevision = accepted;
        _source.Answers.Enqueue(Everything(5, "p1"));
        var (holder, follower) = Create(newestEnforced: 9);

        await follower.StartWithRegistryAsync(None);

        Assert.Equal(accepted ? 5 : 0, holder.Current.Revision);
        Assert.Equal(accepted, follower.Problem is null);
        Assert.Equal(accepted ? 5 : 9, _enforced.EnforcedRevision);
    }

    [Fact]
    public async Task Start_AfterAnOlderRevisionWasAccepted_NeedsTheWordNoMore()
    {
        _options.Registry.AcceptOlderRevision = true;
        _source.Answers.Enqueue(Everything(5, "p1"));
        await Create(newestEnforced: 9).Follower.StartWithRegistryAsync(None);
        _options.Registry.AcceptOlderRevision = false;
        _source.Answers.Enqueue(Everything(5, "p1"));

        var (holder, follower) = Create(_enforced.EnforcedRevision);
        await follower.StartWithRegistryAsync(None);

        Assert.Equal(5, holder.Current.Revision);
        Assert.Null(follower.Problem);
    }

    [Fact]
    public async Task Follow_DatabaseRolledBack_IsNotTakenAndNotConfirmed()
    {
        var (holder, follower) = await RunAsync(Everything(5, "p1"), Changes(8, "p2"));
        var confirmed = holder.ConfirmedAt;
        _clock.Advance(TimeSpan.FromSeconds(10));
        _source.Answers.Enqueue(new RegistryChanges(6, [], [], []));

        Assert.False(await follower.FollowOnceAsync(None));

        Assert.Equal(8, holder.Current.Revision);
        Assert.Equal(confirmed, holder.ConfirmedAt);
        Assert.Contains("older", follower.Problem);
    }

    [Fact]
    public async Task Follow_RevocationWithABulkChange_IsInForceFirst()
    {
        var (holder, follower) = await RunAsync(Everything(5, "p1"));
        var published = new List<(long Revision, int Members, bool Revoked)>();
        holder.Published += snapshot => published.Add((snapshot.Revision, snapshot.MemberCount, !snapshot.Revocations.IsEmpty));
        var members = Enumerable
            .Range(0, 500)
            .Select(i => new RosterMemberChange(new RosterMember("r", PatientId.Parse($"m-{i}")), false))
            .ToList();
        _source.Answers.Enqueue(
            new RegistryChanges(
                9,
                [],
                members,
                [new Revocation("x", RevocationTarget.Client, "acme", null, null, "over", "mary", _clock.GetUtcNow())]
            )
        );

        Assert.True(await follower.FollowOnceAsync(None));

        Assert.Equal([(5, 1, true), (9, 501, true)], published);
    }

    [Fact]
    public async Task Run_ChangesInARow_ReportsWhereItEndedUp()
    {
        var (holder, follower) = await RunAsync(Everything(5, "p1"));
        var ended = new TaskCompletionSource();
        _source.IsThere = true;
        _source.Reported = revision => _ = revision == 9 && ended.TrySetResult();
        _source.Waits = atMost => _clock.Advance(atMost);
        foreach (var revision in (long[])[6, 7, 8, 9])
        {
            _source.Answers.Enqueue(Changes(revision, $"p{revision}"));
        }

        using var stop = new CancellationTokenSource();
        var run = follower.RunAsync(stop.Token);
        await ended.Task;
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(9, holder.Current.Revision);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Follow_AnotherServerWritesTheRegistry_IsReadAnewAsAWhole(long offered)
    {
        var (holder, follower) = Create(0);
        _source.Answers.Enqueue(Everything(5, "p1") with { Timeline = "00000001" });
        await follower.StartWithRegistryAsync(None);
        Assert.Equal(1, holder.Current.MemberCount);

        // The changes since 5 bring nothing, yet the whole is another one there.
        _source.Answers.Enqueue(new RegistryChanges(offered, [], [], []) { Timeline = "00000002" });
        _source.Answers.Enqueue(new RegistryChanges(offered, [], [Member("p2"), Member("p3")], []) { Timeline = "00000002" });
        Assert.True(await follower.FollowOnceAsync(None));
        Assert.Equal((offered, 2), (holder.Current.Revision, holder.Current.MemberCount));

        // From there on in steps again; a server that cannot tell changes nothing.
        _source.Answers.Enqueue(new RegistryChanges(7, [], [Member("p4")], []) { Timeline = "00000002" });
        Assert.True(await follower.FollowOnceAsync(None));
        _source.Answers.Enqueue(new RegistryChanges(8, [], [Member("p5")], []));
        Assert.True(await follower.FollowOnceAsync(None));
        Assert.Equal((8, 4), (holder.Current.Revision, holder.Current.MemberCount));
    }

    [Fact]
    public async Task Follow_RevocationLostInTheFailover_StaysInForceUntilWrittenAnewOrLifted()
    {
        var (holder, follower) = Create(0);
        _source.Answers.Enqueue(Everything(5, "p1") with { Timeline = "1" });
        await follower.StartWithRegistryAsync(None);
        var lost = Revoked("r1", "acme");
        _source.Answers.Enqueue(new RegistryChanges(6, [], [], [lost]) { Timeline = "1" });
        Assert.True(await follower.FollowOnceAsync(None));

        await FailOverAsync("2", 7);
        Assert.True(holder.Current.Revocations.Contains(RevocationTarget.Client, "acme"));
        Assert.StartsWith("1 revocations", follower.FailoverProblem);
        await FailOverAsync("3", 8, Revoked("r2", "acme"));
        Assert.True(holder.Current.Revocations.Contains(RevocationTarget.Client, "acme"));
        Assert.Null(follower.FailoverProblem);
        await FailOverAsync("4", 9, Revoked("r2", "acme"), Revoked("r3", "acme") with { Lifted = true });
        Assert.False(holder.Current.Revocations.Contains(RevocationTarget.Client, "acme"));

        async Task FailOverAsync(string timeline, long revision, params Revocation[] revocations)
        {
            _source.Answers.Enqueue(new RegistryChanges(revision, [], [], []) { Timeline = timeline });
            _source.Answers.Enqueue(new RegistryChanges(revision, [], [Member("p1")], revocations) { Timeline = timeline });
            Assert.True(await follower.FollowOnceAsync(None));
        }
    }

    [Fact]
    public async Task Start_RowsOfANewerVersion_AreKeptAndClosedAgain()
    {
        var unknown = new RegistryItem((RegistryKind)77, "x", 1, 6, "{}", _clock.GetUtcNow(), "newer", false);
        var revocation = Revoked("r9", "vault") with { Target = (RevocationTarget)66 };
        await RunAsync(Everything(5, "p1"), new RegistryChanges(6, [unknown], [], []), new RegistryChanges(7, [], [], [revocation]));

        var (holder, follower) = await RestartAsync();

        Assert.Equal(7, holder.Current.Revision);
        Assert.NotNull(holder.Current.NotUnderstood);
        Assert.Equal(2, follower.NotUnderstood);
    }

    private static RosterMemberChange Member(string patient) => new(new RosterMember("r", PatientId.Parse(patient)), false);

    private Revocation Revoked(string id, string client) =>
        new(id, RevocationTarget.Client, client, null, null, "over", "mary", _clock.GetUtcNow());

    private static RegistryChanges Everything(long revision, string patient) => Changes(revision, patient);

    private static RegistryChanges Changes(long revision, string patient) =>
        new(revision, [], [new RosterMemberChange(new RosterMember("r", PatientId.Parse(patient)), false)], []);

    // Null: a look that finds nothing new, six minutes later.
    private async Task<(SnapshotHolder Holder, SnapshotFollower Follower)> RunAsync(
        RegistryChanges everything,
        params RegistryChanges?[] changes
    )
    {
        var (holder, follower) = Create(0);
        _source.Answers.Enqueue(everything);
        await follower.StartWithRegistryAsync(None);
        foreach (var change in changes)
        {
            if (change is null)
            {
                _clock.Advance(TimeSpan.FromMinutes(6));
            }

            _source.Answers.Enqueue(change ?? new RegistryChanges(holder.Current.Revision, [], [], []));
            Assert.True(await follower.FollowOnceAsync(None));
        }

        return (holder, follower);
    }

    private async Task<(SnapshotHolder Holder, SnapshotFollower Follower)> RestartAsync(long newestEnforced = 0)
    {
        var (holder, follower) = Create(newestEnforced);
        await follower.StartWithRegistryAsync(None);
        return (holder, follower);
    }

    private (SnapshotHolder Holder, SnapshotFollower Follower) Create(long newestEnforced)
    {
        var holder = new SnapshotHolder(_clock);
        return (
            holder,
            new SnapshotFollower(
                _source,
                holder,
                new LastGoodSnapshot(_options, _clock, NullLogger<LastGoodSnapshot>.Instance),
                _options,
                _clock,
                _enforced = new FakeEnforced(newestEnforced),
                NullLogger<SnapshotFollower>.Instance
            )
        );
    }

    private sealed class FakeEnforced(long revision) : IEnforcedRevision
    {
        public long EnforcedRevision { get; private set; } = revision;

        public void NoteEnforced(long revision) => EnforcedRevision = Math.Max(EnforcedRevision, revision);

        public Task AcceptOlderAsync(long revision)
        {
            EnforcedRevision = revision;
            return Task.CompletedTask;
        }
    }

    // Answers what it is given; away when there is nothing.
    private sealed class FakeSource : IRegistrySource
    {
        public Queue<RegistryChanges> Answers { get; } = new();

        /// <summary>With nothing to answer, nothing has changed.</summary>
        public bool IsThere { get; set; }

        public Action<long> Reported { get; set; } = static _ => { };

        public Action<TimeSpan> Waits { get; set; } = static _ => { };

        public Task<RegistryChanges> LoadAllAsync(CancellationToken cancellationToken) => NextAsync();

        public Task<RegistryChanges> LoadSinceAsync(long revision, CancellationToken cancellationToken) =>
            IsThere && Answers.Count == 0 ? Task.FromResult(new RegistryChanges(revision, [], [], [])) : NextAsync();

        public async Task WaitForChangeAsync(TimeSpan atMost, CancellationToken cancellationToken)
        {
            Waits(atMost);
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
        }

        public Task ReportNodeAsync(NodeStatus status, CancellationToken cancellationToken)
        {
            Reported(status.Revision);
            return Task.CompletedTask;
        }

        private Task<RegistryChanges> NextAsync() =>
            Answers.TryDequeue(out var next) ? Task.FromResult(next) : Task.FromException<RegistryChanges>(new TimeoutException());
    }
}
