using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Storage;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

/// <content>How nodes are woken and heard, and how answers of the admin API are remembered.</content>
public abstract partial class RegistryStoreContract
{
    [Fact]
    public async Task TryTake_MoreThanThereAre_TakesEachOnceAndNoMore()
    {
        var taken = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(_ => Task.Run(() => Storage.TaskUses.TryTakeAsync([new TaskUse("order-1", 5)], None)))
        );

        Assert.Equal(5, taken.Count(static refused => refused is null));
        Assert.All(taken.Where(static refused => refused is not null), static refused => Assert.Equal("order-1", refused));
        Assert.Null(await Storage.TaskUses.TryTakeAsync([new TaskUse("order-1", 6)], None));
    }

    [Fact]
    public async Task TryTake_OneOfTwoIsUsedUp_TakesNeither()
    {
        Assert.Null(await Storage.TaskUses.TryTakeAsync([new TaskUse("b", 1)], None));

        Assert.Equal("b", await Storage.TaskUses.TryTakeAsync([new TaskUse("a", 1), new TaskUse("b", 1)], None));
        Assert.Null(await Storage.TaskUses.TryTakeAsync([new TaskUse("a", 1)], None));
    }

    [Fact]
    public async Task TryUse_ByManyAtOnce_IsTakenByOne()
    {
        var until = DateTimeOffset.UtcNow.AddMinutes(2);
        var taken = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(_ => Task.Run(() => Storage.SingleUses.TryUseAsync("proof:1", until, None)))
        );

        Assert.Single(taken, static first => first);
        Assert.True(await Storage.SingleUses.IsUsedAsync("proof:1", None));
        Assert.False(await Storage.SingleUses.IsUsedAsync("proof:2", None));
        Assert.False(await Storage.SingleUses.TryUseAsync("proof:1", until, None));
        Assert.True(await Storage.SingleUses.TryUseAsync("proof:2", until, None));
    }

    [Fact]
    public async Task TryUse_ByANodeWhoseClockIsAhead_ForgetsNothingThatMayBeUsedOnce()
    {
        var now = DateTimeOffset.UtcNow;
        Assert.True(await Storage.SingleUses.TryUseAsync("proof:now", now.AddMinutes(2), None));
        await using var ahead = RegistryStorage.Create(_location.Options, new AheadClock());
        Assert.True(await ahead.SingleUses.TryUseAsync("proof:ahead", now.AddHours(3), None));
        Assert.False(await Storage.SingleUses.TryUseAsync("proof:now", now.AddMinutes(2), None));

        // What is over by the database's own time goes, whoever asks.
        Assert.True(await Storage.SingleUses.TryUseAsync("proof:old", now.AddHours(-1), None));
        await using var another = RegistryStorage.Create(_location.Options);
        Assert.True(await another.SingleUses.TryUseAsync("proof:another", now.AddMinutes(2), None));
        Assert.False(await Storage.SingleUses.IsUsedAsync("proof:old", None));
    }

    [Fact]
    public async Task KeepPage_ByOneNode_IsFoundByAnother_UntilItsTimeIsOver()
    {
        var now = DateTimeOffset.UtcNow;
        byte[] content = [1, 0, 255, 39];
        Assert.True(await Storage.KeptPages.TryKeepAsync(new KeptPage("p1", "acme", content, now.AddHours(1)), 2, None));
        Assert.True(await Storage.KeptPages.TryKeepAsync(new KeptPage("p2", "acme", content, now.AddHours(-1)), 2, None));
        await using var another = RegistryStorage.Create(_location.Options);

        Assert.Equal(content, await another.KeptPages.FindAsync("p1", None));
        Assert.Null(await another.KeptPages.FindAsync("p2", None));
        Assert.Null(await another.KeptPages.FindAsync("p3", None));

        // What is over counts no more, and another client's neither.
        Assert.True(await another.KeptPages.TryKeepAsync(new KeptPage("p4", "acme", content, now.AddHours(1)), 2, None));
        Assert.False(await another.KeptPages.TryKeepAsync(new KeptPage("p5", "acme", content, now.AddHours(1)), 2, None));
        Assert.Null(await Storage.KeptPages.FindAsync("p5", None));
        Assert.True(await Storage.KeptPages.TryKeepAsync(new KeptPage("p6", "other", content, now.AddHours(1)), 2, None));
    }

    [Fact]
    public async Task KeepPage_ThatIsOver_IsDroppedThoughNoFurtherOneIsKept()
    {
        var now = DateTimeOffset.UtcNow;
        byte[] content = [1, 0, 255, 39];
        var over = new KeptPage("over", "acme", content, now.AddHours(-1));
        var good = new KeptPage("good", "acme", content, now.AddHours(1));
        Assert.True(await Storage.KeptPages.TryKeepAsync(over, 9, None));
        Assert.True(await Storage.KeptPages.TryKeepAsync(good, 9, None));
        await using var another = RegistryStorage.Create(_location.Options);
        await another.QuotaUses.ExchangeAsync([], DateTimeOffset.UnixEpoch, None);

        // Its row is gone: there is room for one of the same name.
        Assert.True(await Storage.KeptPages.TryKeepAsync(over with { Until = now.AddHours(1) }, 9, None));
        Assert.Equal(content, await another.KeptPages.FindAsync("over", None));
        Assert.Equal(content, await another.KeptPages.FindAsync("good", None));
    }

    private sealed class AheadClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(1);
    }

    [Fact]
    public async Task Keep_TheSameByMany_LastsUntilTheLatestOfThem()
    {
        var first = DateTimeOffset.UtcNow.AddHours(1);
        Assert.Null(await Storage.SingleUses.FindEndAsync("end:1", None));
        await Storage.SingleUses.KeepAsync("end:1", first, None);
        await Task.WhenAll(
            Enumerable.Range(0, 4).Select(minute => Task.Run(() => Storage.SingleUses.KeepAsync("end:1", first.AddMinutes(minute), None)))
        );
        await Storage.SingleUses.KeepAsync("end:1", first.AddMinutes(1), None);

        Assert.Equal(first.AddMinutes(3), (await Storage.SingleUses.FindEndAsync("end:1", None))!.Value, TimeSpan.FromMilliseconds(1));
        Assert.True(await Storage.SingleUses.IsUsedAsync("end:1", None));
        Assert.Null(await Storage.SingleUses.FindEndAsync("end:2", None));
    }

    [Fact]
    public async Task Quotas_SaidByTwoNodes_AreSeenWholeAndNewOnesSinceThen()
    {
        var end = DateTimeOffset.UtcNow.AddHours(1);
        var a = new QuotaUse("quota-client", "a", 17_800_000, ["p1", "p2"], 740_000, 12) { Ends = end };
        await Storage.QuotaUses.ExchangeAsync([a], DateTimeOffset.UnixEpoch, None);
        var b = a with { Node = "b", Patients = [], Records = 3 };
        var both = await Storage.QuotaUses.ExchangeAsync([b], DateTimeOffset.UnixEpoch, None);
        Assert.Equal([("a", "p1 p2", 12L), ("b", "", 3L)], Told(both));

        var later = a with { Hour = a.Hour + 1, Patients = ["p3"], Records = 20 };
        await Storage.QuotaUses.ExchangeAsync([later], both.At, None);
        var news = await Storage.QuotaUses.ExchangeAsync([], both.At, None);
        Assert.Contains(("a", "p3", 20L), Told(news));
        Assert.Equal(later.Hour, news.Uses.Single(static use => use is { Client: "quota-client", Node: "a" }).Hour);

        static IEnumerable<(string, string, long)> Told(QuotaNews news) =>
            news
                .Uses.Where(static use => use.Client == "quota-client")
                .OrderBy(static use => use.Node)
                .Select(static use => (use.Node, string.Join(' ', use.Patients), use.Records));
    }

    [Fact]
    public async Task Quotas_PatientsOfTwoNodes_AreSaidOnceEach_AndOnlyWhatIsNewIsRead()
    {
        var end = DateTimeOffset.UtcNow.AddHours(1);
        var a = new QuotaUse("met", "a", 5, [], 1, 0)
        {
            Fresh = ["k:2", "k:1", "k:2"],
            HourEnds = end,
            Ends = end,
        };
        await Storage.QuotaUses.ExchangeAsync([a], DateTimeOffset.UnixEpoch, None);
        var b = a with { Node = "b", Fresh = ["k:1", "k:3"] };
        var first = await Storage.QuotaUses.ExchangeAsync([b], DateTimeOffset.UnixEpoch, None);
        Assert.Equal(["k:1", "k:2", "k:3"], Met(first));

        // What was written in the moment up to which is known is told once more, and a moment lasts a millisecond: the next one has come.
        var known = first;
        while (known.At <= first.At)
        {
            known = await Storage.QuotaUses.ExchangeAsync([], first.At, None);
        }

        await Storage.QuotaUses.ExchangeAsync([a with { Fresh = ["k:4"] }], DateTimeOffset.UnixEpoch, None);
        Assert.Equal(["k:4"], Met(await Storage.QuotaUses.ExchangeAsync([], known.At, None)));

        static IEnumerable<string> Met(QuotaNews news) =>
            news.Patients.Where(static one => one is { Client: "met", Hour: 5 }).Select(static one => one.Word).Order();
    }

    [Fact]
    public async Task Quotas_WhoseTimeHasEnded_AreDropped_AndOthersStay()
    {
        var now = DateTimeOffset.UtcNow;
        var over = new QuotaUse("over", "gone-pod", 5, [], 1, 7)
        {
            Fresh = ["k:1"],
            HourEnds = now.AddMinutes(-11),
            Ends = now.AddMinutes(-11),
        };
        var runs = over with { Client = "runs", HourEnds = now.AddHours(1), Ends = now.AddHours(1) };
        await Storage.QuotaUses.ExchangeAsync([over, runs], DateTimeOffset.UnixEpoch, None);

        // Another node, which drops what has ended when it starts.
        await using var other = RegistryStorage.Create(_location.Options);
        await other.QuotaUses.ExchangeAsync([], DateTimeOffset.UnixEpoch, None);
        var news = await Storage.QuotaUses.ExchangeAsync([], DateTimeOffset.UnixEpoch, None);

        Assert.DoesNotContain(news.Uses, static use => use.Client == "over");
        Assert.Contains(news.Uses, static use => use is { Client: "runs", Records: 7 });
        Assert.Equal(["runs"], news.Patients.Where(static one => one.Hour == 5 && one.Word == "k:1").Select(static one => one.Client));
    }

    [Fact]
    public async Task Wait_RevocationWritten_WakesTheNode()
    {
        var known = (await Source.LoadAllAsync(None)).Revision;
        var woken = AwaitRevisionAsync(known + 1);
        await Store.RevokeAsync(Revoke("x1", "acme"), None);
        Assert.Equal("x1", Assert.Single((await woken).Revocations).Id);
    }

    [Fact]
    public async Task Wait_WrittenBeforeTheWait_IsNotMissed()
    {
        var known = (await Source.LoadAllAsync(None)).Revision;
        await Source.WaitForChangeAsync(TimeSpan.FromMilliseconds(1), None);
        await PutAsync(RegistryKind.Client, "a", "1", 0);
        Assert.Single((await AwaitRevisionAsync(known + 1)).Items);
    }

    [Fact]
    public async Task LoadSince_RevocationBehindABulkImport_ComesWithTheFirstPage()
    {
        const int batches = 25;
        for (var batch = 0; batch < batches; batch++)
        {
            await Store.PutMembersAsync([.. Enumerable.Range(batch * 1000, 1000).Select(i => Member("r", $"p-{i}"))], "tester", None);
        }

        await PutAsync(RegistryKind.Client, "late", "1", 0);
        var newest = await Store.RevokeAsync(Revoke("x1", "acme"), None);

        var first = await Source.LoadSinceAsync(0, None);
        Assert.True(first.HasMore);
        Assert.Equal("x1", Assert.Single(first.Revocations).Id);
        Assert.Equal("late", Assert.Single(first.Items).Id);
        Assert.Equal(0, first.Members.Count % 1000);
        Assert.True(first.Revision < newest);

        var (page, members) = (first, first.Members.ToList());
        while (page.HasMore)
        {
            page = await Source.LoadSinceAsync(page.Revision, None);
            members.AddRange(page.Members);
        }

        Assert.Equal(newest, page.Revision);
        Assert.Equal(batches * 1000, members.Count);
        Assert.Equal(batches * 1000, members.Select(member => member.Member.Patient).Distinct().Count());
    }

    [Fact]
    public async Task Wait_Cancelled_Ends()
    {
        using var stop = new CancellationTokenSource();
        await Source.LoadAllAsync(None);
        var waiting = Task.Run(async () =>
        {
            while (true)
            {
                await Source.WaitForChangeAsync(TimeSpan.FromHours(1), stop.Token);
            }
        });
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task ReportNode_Twice_KeepsTheLast()
    {
        await Source.ReportNodeAsync(new NodeStatus("gw-2", 1, Moment(1), null), None);
        await Source.ReportNodeAsync(new NodeStatus("gw-1", 3, Moment(2), "old"), None);
        await Source.ReportNodeAsync(new NodeStatus("gw-1", 4, Moment(3), null, Moment(2), 17), None);
        Assert.Equal(
            [new NodeStatus("gw-1", 4, Moment(3), null, Moment(2), 17), new NodeStatus("gw-2", 1, Moment(1), null)],
            await Store.ListNodesAsync(None)
        );
    }

    [Fact]
    public async Task PutIdempotent_Lifecycle_RunningThenAnsweredThenRepeated()
    {
        var running = new IdempotencyEntry("mary:k1", "h1", 0, "", JustNow());
        var answered = running with { Status = 201, Body = "{}", At = running.At.AddSeconds(1) };
        Assert.Null(await Store.PutIdempotentAsync(running, None));
        Assert.Equal(running, await Store.PutIdempotentAsync(running with { At = answered.At }, None));
        Assert.Null(await Store.PutIdempotentAsync(answered, None));
        Assert.Equal(answered, await Store.PutIdempotentAsync(running, None));
        Assert.Equal(answered, await Store.PutIdempotentAsync(running with { BodyHash = "h2" }, None));
        Assert.Equal(answered, await Store.PutIdempotentAsync(answered with { Status = 500 }, None));
        Assert.Null(await Store.PutIdempotentAsync(running with { Key = "li:k1" }, None));
    }

    [Fact]
    public async Task PutIdempotent_AfterADayOfTheDatabases_StartsAnew_WhateverTimeTheCallerHas()
    {
        Assert.Null(await Store.PutIdempotentAsync(new IdempotencyEntry("k", "h1", 201, "{}", JustNow().AddHours(-23)), None));
        Assert.NotNull(await Store.PutIdempotentAsync(new IdempotencyEntry("k", "h2", 0, "", JustNow().AddHours(25)), None));
        Assert.Null(await Store.PutIdempotentAsync(new IdempotencyEntry("old", "h1", 201, "{}", JustNow().AddHours(-25)), None));
        Assert.Null(await Store.PutIdempotentAsync(new IdempotencyEntry("old", "h2", 0, "", JustNow()), None));
    }

    // As a database keeps it.
    private static DateTimeOffset JustNow() => DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    [Fact]
    public async Task PutIdempotent_AtOnce_OneIsFirst()
    {
        var entry = new IdempotencyEntry("k", "h", 0, "", JustNow());
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Store.PutIdempotentAsync(entry, None))));
        Assert.Single(answers, a => a is null);
        Assert.Equal(7, answers.Count(a => a == entry));
    }

    [Fact]
    public async Task CountMembers_RemovedOnes_CountWhereTheyAreAskedFor()
    {
        await Store.PutMembersAsync([Member("r", "p0"), Member("r", "p1")], "tester", None);
        var revision = await Store.RemoveMembersAsync("r", [PatientId.Parse("p0")], "tester", None);

        Assert.Equal(1, await Store.CountMembersAsync("r", 0, false, None));
        Assert.Equal(2, await Store.CountMembersAsync("r", 0, true, None));
        Assert.Equal(1, await Store.CountMembersAsync("r", revision - 1, true, None));
        Assert.Equal(0, await Store.CountMembersAsync("r", revision, true, None));
    }
}
