using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Storage;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

/// <summary>What every registry store keeps to, whatever the database.</summary>
public abstract partial class RegistryStoreContract : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private StorageLocation _location = null!;

    protected RegistryStorage Storage { get; private set; } = null!;

    private IRegistryStore Store => Storage.Store;

    private IRegistrySource Source => Storage.Source;

    public async ValueTask InitializeAsync()
    {
        _location = await LocateAsync();
        Storage = RegistryStorage.Create(_location.Options);
        await Storage.Migrator.MigrateAsync(None);
    }

    public async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        await _location.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<StorageLocation> LocateAsync();

    [Fact]
    public async Task Find_NothingWritten_IsNullAtRevisionZero()
    {
        Assert.Null(await Store.FindAsync(RegistryKind.Client, "a", None));
        Assert.Equal(0, await Store.GetRevisionAsync(None));
        var all = await Source.LoadAllAsync(None);
        Assert.Equal(0, all.Revision);
        Assert.Empty(all.Items);
        Assert.Empty(all.Members);
        Assert.Null(all.CommittedAt);
    }

    [Fact]
    public async Task Write_NewDocument_IsFoundAsWritten()
    {
        var written = await PutAsync(RegistryKind.Client, "a", """{"id":"a","n":"ü"}""", 0);

        var item = Assert.Single(written.Items);
        Assert.Equal((1L, written.Revision, "tester", false), (item.Version, item.Revision, item.UpdatedBy, item.Deleted));
        Assert.Equal(item, await Store.FindAsync(RegistryKind.Client, "a", None));
        Assert.Null(await Store.FindAsync(RegistryKind.UseCase, "a", None));
        Assert.Equal(written.Revision, await Store.GetRevisionAsync(None));
        Assert.Equal(TimeSpan.Zero, item.UpdatedAt.Offset);
        Assert.InRange(item.UpdatedAt, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
    }

    [Fact]
    public async Task Write_Again_CountsVersionAndRevision()
    {
        var first = await PutAsync(RegistryKind.Client, "a", "1", 0);
        var second = await PutAsync(RegistryKind.Client, "a", "2", 1);
        var third = await PutAsync(RegistryKind.Client, "a", "3", null);

        Assert.Equal([1L, 2L, 3L], new[] { first, second, third }.Select(w => w.Items[0].Version));
        Assert.True(first.Revision < second.Revision && second.Revision < third.Revision);
    }

    [Theory]
    [InlineData("a", 0L, 1L)]
    [InlineData("a", 2L, 1L)]
    [InlineData("missing", 1L, 0L)]
    public async Task Write_OtherVersionThanExpected_ConflictsAndWritesNothing(string id, long expected, long current)
    {
        var before = await PutAsync(RegistryKind.Client, "a", "1", 0);

        var result = await Store.WriteAsync(
            [new(RegistryKind.Client, "other", "x", 0), new(RegistryKind.Client, id, "y", expected)],
            "tester",
            None
        );

        Assert.Equal(new RegistryWriteResult.Conflict(RegistryKind.Client, id, current), result);
        Assert.Equal(before.Revision, await Store.GetRevisionAsync(None));
        Assert.Null(await Store.FindAsync(RegistryKind.Client, "other", None));
        Assert.Equal("1", (await Store.FindAsync(RegistryKind.Client, "a", None))!.Json);
    }

    [Fact]
    public async Task Write_SeveralDocuments_ShareOneRevision()
    {
        var written = Assert.IsType<RegistryWriteResult.Written>(
            await Store.WriteAsync(
                [new(RegistryKind.Organization, "o", "1", 0), new(RegistryKind.Client, "c", "2", 0), new(RegistryKind.Client, "c", "3", 1)],
                "tester",
                None
            )
        );

        Assert.All(written.Items, i => Assert.Equal(written.Revision, i.Revision));
        Assert.Equal([1L, 1L, 2L], written.Items.Select(i => i.Version));
        Assert.Equal("3", (await Store.FindAsync(RegistryKind.Client, "c", None))!.Json);
    }

    [Fact]
    public async Task Write_Nothing_TakesNoRevision()
    {
        var before = await PutAsync(RegistryKind.Client, "a", "1", 0);
        var written = Assert.IsType<RegistryWriteResult.Written>(await Store.WriteAsync([], "tester", None));
        Assert.Equal(before.Revision, written.Revision);
        Assert.Empty(written.Items);
    }

    [Fact]
    public async Task Write_Delete_LeavesTombstoneThatNodesSee()
    {
        var first = await PutAsync(RegistryKind.Client, "a", "1", 0);
        var deleted = await PutAsync(RegistryKind.Client, "a", null, 1);

        Assert.Null(await Store.FindAsync(RegistryKind.Client, "a", None));
        Assert.Empty(await Store.ListAsync(RegistryKind.Client, null, 10, None));
        var seen = Assert.Single((await Source.LoadSinceAsync(first.Revision, None)).Items);
        Assert.True(seen.Deleted);
        Assert.Equal(("1", 2L, deleted.Revision), (seen.Json, seen.Version, seen.Revision));
    }

    [Fact]
    public async Task Write_AfterDelete_CreatesAnewWithoutReusingAVersion()
    {
        await PutAsync(RegistryKind.Client, "a", "1", 0);
        await PutAsync(RegistryKind.Client, "a", null, null);

        Assert.Equal(
            new RegistryWriteResult.Conflict(RegistryKind.Client, "a", 0),
            await Store.WriteAsync([new(RegistryKind.Client, "a", "x", 2)], "tester", None)
        );
        Assert.Equal(3, (await PutAsync(RegistryKind.Client, "a", "2", 0)).Items[0].Version);
    }

    [Fact]
    public async Task Write_DeleteOfMissing_Conflicts()
    {
        Assert.Equal(
            new RegistryWriteResult.Conflict(RegistryKind.Client, "a", 0),
            await Store.WriteAsync([new(RegistryKind.Client, "a", null, null)], "tester", None)
        );
        Assert.Equal(0, await Store.GetRevisionAsync(None));
    }

    [Fact]
    public async Task Write_UnknownKind_IsRefusedAndNothingIsWritten()
    {
        await Assert.ThrowsAsync<ArgumentException>(() =>
            Store.WriteAsync([new(RegistryKind.Client, "a", "1", 0), new((RegistryKind)99, "b", "1", 0)], "tester", None)
        );
        Assert.Equal(0, await Store.GetRevisionAsync(None));
    }

    [Fact]
    public async Task List_Pages_InOrderOfBytes()
    {
        foreach (var id in new[] { "b", "a-z", "a_1", "a.b", "c", "a1" })
        {
            await PutAsync(RegistryKind.Roster, id, "1", 0);
        }

        await PutAsync(RegistryKind.Client, "zz", "1", 0);

        var first = await Store.ListAsync(RegistryKind.Roster, null, 4, None);
        var second = await Store.ListAsync(RegistryKind.Roster, first[^1].Id, 4, None);
        Assert.Equal(["a-z", "a.b", "a1", "a_1", "b", "c"], first.Concat(second).Select(i => i.Id));
    }

    [Fact]
    public async Task Write_ManyAtOnce_AllSucceedUnderRevisionsOfTheirOwn()
    {
        var results = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => Task.Run(() => PutAsync(RegistryKind.Client, $"c{i}", "1", 0)))
        );
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), results.Select(r => r.Revision).Order());
    }

    [Fact]
    public async Task Write_SameDocumentAtOnce_OneWins()
    {
        await PutAsync(RegistryKind.Client, "a", "0", 0);
        var results = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => Task.Run(() => Store.WriteAsync([new(RegistryKind.Client, "a", $"{i}", 1)], "tester", None)))
        );
        Assert.Single(results.OfType<RegistryWriteResult.Written>());
        Assert.Equal(7, results.OfType<RegistryWriteResult.Conflict>().Count(c => c.CurrentVersion == 2));
    }

    [Fact]
    public async Task LoadSince_WhileManyWrite_NeverSkipsARevision()
    {
        const int writers = 4;
        const int each = 25;
        var writing = Task.WhenAll(
            Enumerable
                .Range(0, writers)
                .Select(w =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < each; i++)
                        {
                            await PutAsync(RegistryKind.Client, $"w{w}-{i}", "1", 0);
                        }
                    })
                )
        );

        var seen = new List<long>();
        var revision = 0L;
        while (revision < writers * each)
        {
            var changes = await Source.LoadSinceAsync(revision, None);
            Assert.All(changes.Items, i => Assert.InRange(i.Revision, revision + 1, changes.Revision));
            seen.AddRange(changes.Items.Select(i => i.Revision));
            revision = changes.Revision;
        }

        await writing;
        Assert.Equal(Enumerable.Range(1, writers * each).Select(i => (long)i), seen);
    }

    [Fact]
    public async Task LoadSince_MixedChanges_BringsOnlyNewerOnesInOrder()
    {
        await PutAsync(RegistryKind.Client, "old", "1", 0);
        var before = await Store.PutMembersAsync([Member("r", "p1")], "tester", None);
        await PutAsync(RegistryKind.Client, "b", "1", 0);
        await Store.PutMembersAsync([Member("r", "p2")], "tester", None);
        await Store.RemoveMembersAsync("r", [PatientId.Parse("p1")], "tester", None);
        await Store.RevokeAsync(Revoke("x1", "b"), None);
        var last = await PutAsync(RegistryKind.Client, "a", "1", 0);

        var changes = await Source.LoadSinceAsync(before, None);

        Assert.Equal(last.Revision, changes.Revision);
        Assert.Equal(["b", "a"], changes.Items.Select(i => i.Id));
        Assert.Equal([("p2", false), ("p1", true)], changes.Members.Select(m => (m.Member.Patient.Value!, m.Removed)));
        Assert.Equal("x1", Assert.Single(changes.Revocations).Id);
        Assert.NotNull(changes.CommittedAt);
        Assert.InRange(changes.CommittedAt.Value, last.Items[0].UpdatedAt.AddSeconds(-1), DateTimeOffset.UtcNow.AddHours(1));
        var none = await Source.LoadSinceAsync(changes.Revision, None);
        Assert.Equal((last.Revision, 0, 0, 0), (none.Revision, none.Items.Count, none.Members.Count, none.Revocations.Count));
    }

    [Fact]
    public async Task LoadSince_RevisionFromTheFuture_ReportsTheSmallerOne()
    {
        var written = await PutAsync(RegistryKind.Client, "a", "1", 0);
        var changes = await Source.LoadSinceAsync(written.Revision + 100, None);
        Assert.Equal(written.Revision, changes.Revision);
        Assert.Empty(changes.Items);
    }

    [Fact]
    public async Task LoadAll_AfterEverything_IsTheStateNow()
    {
        await PutAsync(RegistryKind.Client, "a", "1", 0);
        await PutAsync(RegistryKind.Client, "a", "2", 1);
        await Store.PutMembersAsync([Member("r", "p1"), Member("r", "p2")], "tester", None);
        await Store.RemoveMembersAsync("r", [PatientId.Parse("p1")], "tester", None);
        var revision = await Store.RevokeAsync(Revoke("x1", "a"), None);

        var all = await Source.LoadAllAsync(None);

        Assert.Equal(revision, all.Revision);
        Assert.Equal("2", Assert.Single(all.Items).Json);
        Assert.Equal("p2", Assert.Single(all.Members).Member.Patient.Value);
        Assert.Equal("x1", Assert.Single(all.Revocations).Id);
    }

    [Fact]
    public async Task PutMembers_WithDates_ReadsBackTheSame()
    {
        var member = new RosterMember("r", PatientId.Parse("p1"), Moment(1), Moment(2), "feed");
        await Store.PutMembersAsync([member, Member("r", "p0")], "tester", None);

        Assert.Equal([Member("r", "p0"), member], await Store.ListMembersAsync("r", null, 10, None));
        Assert.Equal([member], await Store.ListMembersAsync("r", "p0", 10, None));
        Assert.Equal(2, await Store.CountMembersAsync("r", 0, false, None));
        Assert.Equal(0, await Store.CountMembersAsync("r", await Store.GetRevisionAsync(None), true, None));
        Assert.Equal(0, await Store.CountMembersAsync("other", 0, true, None));
        Assert.Empty(await Store.ListMembersAsync("other", null, 10, None));
    }

    [Fact]
    public async Task PutMembers_Unchanged_TakesNoRevision()
    {
        var member = new RosterMember("r", PatientId.Parse("p1"), Moment(1), null, "feed");
        var first = await Store.PutMembersAsync([member], "tester", None);
        Assert.Equal(first, await Store.PutMembersAsync([member], "tester", None));
        Assert.Equal(first, await Store.GetRevisionAsync(None));
        Assert.Equal(first, await Store.PutMembersAsync([], "tester", None));
    }

    [Fact]
    public async Task PutMembers_SameTwiceInOneCall_TheLastCounts()
    {
        await Store.PutMembersAsync([Member("r", "p1") with { Source = "one" }, Member("r", "p1") with { Source = "two" }], "tester", None);
        Assert.Equal("two", Assert.Single(await Store.ListMembersAsync("r", null, 10, None)).Source);
    }

    [Fact]
    public async Task PutMembers_DefaultPatient_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutMembersAsync([new RosterMember("r", default)], "tester", None));

    [Fact]
    public async Task RemoveMembers_ThenPut_BringsBack()
    {
        await Store.PutMembersAsync([Member("r", "p1")], "tester", None);
        var removed = await Store.RemoveMembersAsync("r", [PatientId.Parse("p1"), PatientId.Parse("unknown")], "tester", None);
        Assert.Empty(await Store.ListMembersAsync("r", null, 10, None));
        Assert.Equal(removed, await Store.RemoveMembersAsync("r", [PatientId.Parse("p1")], "tester", None));

        await Store.PutMembersAsync([Member("r", "p1")], "tester", None);
        Assert.Single(await Store.ListMembersAsync("r", null, 10, None));
        Assert.False(Assert.Single((await Source.LoadSinceAsync(removed, None)).Members).Removed);
    }

    [Fact]
    [Trait("Size", "Large")]
    public async Task PutMembers_HundredThousand_AllArriveOnce()
    {
        const int count = 100_000;
        var members = Enumerable
            .Range(0, count)
            .Select(i => new RosterMember($"r{i % 3}", PatientId.Parse($"p-{i}"), null, Moment(i), "feed"))
            .ToList();
        var revision = await Store.PutMembersAsync(members, "tester", None);

        var all = await Source.LoadAllAsync(None);
        Assert.Equal(revision, all.Revision);
        Assert.Equal(count, all.Members.Count);
        Assert.Equal(members.ToHashSet(), all.Members.Select(m => m.Member).ToHashSet());

        var (since, arrived, more) = (0L, 0, true);
        while (more)
        {
            var page = await Source.LoadSinceAsync(since, None);
            (since, arrived, more) = (page.Revision, arrived + page.Members.Count, page.HasMore);
        }

        Assert.Equal((revision, count), (since, arrived));
    }

    [Fact]
    public async Task Revoke_ReadsBackTheSame_NewestFirst()
    {
        var first = new Revocation("x1", RevocationTarget.IssuedBefore, "*", "https://idp", Moment(5), "leak", "mary", Moment(6));
        var second = new Revocation("x2", RevocationTarget.Client, "acme", null, null, "over", "li", Moment(7), Lifted: true);
        await Store.RevokeAsync(first, None);
        await Store.RevokeAsync(second, None);

        Assert.Equal([second, first], await Store.ListRevocationsAsync(10, None));
        Assert.Equal([second], await Store.ListRevocationsAsync(1, None));
        Assert.Equal([first, second], (await Source.LoadAllAsync(None)).Revocations);
    }

    [Fact]
    public async Task Revoke_Again_IsTheSameRevocation()
    {
        var revision = await Store.RevokeAsync(Revoke("x1", "acme"), None);
        Assert.Equal(revision, await Store.RevokeAsync(Revoke("x1", "acme") with { At = Moment(9), Reason = "said again" }, None));
        Assert.Single(await Store.ListRevocationsAsync(10, None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.RevokeAsync(Revoke("x1", "other"), None));
    }

    protected static RosterMember Member(string roster, string patient) => new(roster, PatientId.Parse(patient));

    protected static DateTimeOffset Moment(int minutes) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minutes);

    protected static Revocation Revoke(string id, string client) =>
        new(id, RevocationTarget.Client, client, null, null, "test", "tester", Moment(0));

    protected async Task<RegistryWriteResult.Written> PutAsync(RegistryKind kind, string id, string? json, long? expected) =>
        Assert.IsType<RegistryWriteResult.Written>(await Store.WriteAsync([new(kind, id, json, expected)], "tester", None));

    /// <summary>Waits as a node does: for a signal, never by the clock. The hour would fail the run, not the assertion.</summary>
    protected async Task<RegistryChanges> AwaitRevisionAsync(long revision)
    {
        while (true)
        {
            var changes = await Source.LoadSinceAsync(revision - 1, None);
            if (changes.Revision >= revision)
            {
                return changes;
            }

            await Source.WaitForChangeAsync(TimeSpan.FromHours(1), None);
        }
    }
}
