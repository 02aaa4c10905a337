using PhiGateway.Console.Configuration;
using PhiGateway.Console.Work;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>What takes longer than a page may is begun once, goes on behind the pages, and is found again.</summary>
public sealed class LongWorkTests
{
    private static readonly WorkKey K = WorkKey.OfAll("k");

    private readonly FakeTime _time = new();
    private readonly TaskCompletionSource<string> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;

    [Fact]
    public async Task Once_OfWhatTakesLong_IsFoundAgainByWhoeverAsksNext()
    {
        using var work = Make(TimeSpan.Zero);
        Assert.Null(await work.OnceAsync(K, MakeAsync));
        Assert.Null(await work.OnceAsync(K, MakeAsync));
        _done.SetResult("made");

        string? found;
        while ((found = await work.OnceAsync(K, MakeAsync)) is null)
        {
            await Task.Yield();
        }

        Assert.Equal(("made", 1), (found, _begun));
        // Shown once: the next look makes it anew.
        while (await work.OnceAsync(K, MakeAsync) is null)
        {
            await Task.Yield();
        }

        Assert.Equal(2, _begun);
    }

    [Fact]
    public async Task Drop_OfWhatAStepHasChanged_IsMadeAnewForTheNextLook()
    {
        using var work = Make(TimeSpan.Zero);
        Assert.Null(await work.OnceAsync(K, MakeAsync));
        work.Drop(K);
        Assert.False(work.IsBegun(K));
        _done.SetResult("before");

        string? found;
        while ((found = await work.OnceAsync(K, static _ => Task.FromResult("after"))) is null)
        {
            await Task.Yield();
        }

        Assert.Equal("after", found);
    }

    [Fact]
    public void Held_OfWhatAPageWasMadeOf_IsThereUntilItIsDroppedOrNobodyCame()
    {
        using var work = Make(TimeSpan.Zero);
        Assert.Null(work.Held<string>(K));
        work.Hold(K, "first");
        work.Hold(K, "found");
        Assert.Equal(["found", "found"], [work.Held<string>(K), work.Held<string>(K)]);
        Assert.Null(work.Held<string>(WorkKey.OfAll("another")));
        Assert.Null(work.Held<Version>(K));
        work.Drop(K);
        Assert.Null(work.Held<string>(K));

        work.Hold(K, "found");
        _time.Now += TimeSpan.FromMinutes(4);
        Assert.Equal("found", work.Held<string>(K));
        _time.Now += TimeSpan.FromMinutes(2);
        Assert.Null(work.Held<string>(K));
    }

    [Fact]
    public async Task Hold_WhereAPersonHasMuchBeingMade_TakesNobodysPlace()
    {
        using var work = Make(TimeSpan.Zero);
        for (var i = 0; i < LongWork.MostOfOne; i++)
        {
            Assert.Null(await work.OnceAsync(new WorkKey($"s{i}", "eve", false), _ => _done.Task));
        }

        work.Hold(new WorkKey("held", "eve", false), "found");
        Assert.Null(work.Held<string>(new WorkKey("held", "eve", false)));
        work.Hold(new WorkKey("held", "rosa", false), "found");
        Assert.Equal("found", work.Held<string>(new WorkKey("held", "rosa", false)));
        _done.SetResult("made");
    }

    // Else whoever takes one step after the other would have as much made at once.
    [Fact]
    public async Task Drop_OfWhatIsBeingMade_BeginsNothingBesideIt()
    {
        using var work = Make(TimeSpan.Zero);
        Assert.Null(await work.OnceAsync(K, MakeAsync));
        for (var step = 0; step < 3; step++)
        {
            work.Drop(K);
            Assert.Null(await work.OnceAsync(K, NextAsync));
        }

        _done.SetResult("before");
        string? found;
        while ((found = await work.OnceAsync(K, NextAsync)) is null)
        {
            await Task.Yield();
        }

        Assert.Equal(("2", 2), (found, _begun));
    }

    // Else it would be made beside what counts it among so many at a time.
    [Fact]
    public async Task Once_ShownToWhoWaitedSinceBefore_LeavesWhatWasBegunSince()
    {
        using var work = Make(TimeSpan.FromMinutes(5));
        var (held, own) = (new HeldBack(), SynchronizationContext.Current);
        SynchronizationContext.SetSynchronizationContext(held);
        var waits = work.OnceAsync(K, MakeAsync);
        SynchronizationContext.SetSynchronizationContext(own);
        work.Drop(K);
        _done.SetResult("before");

        var made = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<string?> next;
        while ((next = work.OnceAsync(K, _ => made.Task)).IsCompleted)
        {
            await Task.Yield();
        }

        await held.GoOnAsync();
        Assert.Equal("before", await waits);
        Assert.True(work.IsMaking(K));
        made.SetResult("after");
        Assert.Equal("after", await next);
    }

    [Fact]
    public async Task Find_OfWhatIsOld_IsShownAndMadeAnewBehindThePage()
    {
        using var work = Make(TimeSpan.FromMinutes(5));
        var fresh = TimeSpan.FromMinutes(1);
        Assert.Equal("1", await work.FindAsync(K, fresh, NextAsync));
        Assert.Equal("1", await work.FindAsync(K, fresh, NextAsync));
        Assert.Equal(1, _begun);
        _time.Now += TimeSpan.FromMinutes(2);
        string? found;
        while ((found = await work.FindAsync(K, fresh, NextAsync)) == "1")
        {
            await Task.Yield();
        }

        Assert.Equal("2", found);
    }

    [Fact]
    public async Task Find_OfWhatFails_TellsWhoeverWaitsAndTriesAgain()
    {
        using var work = Make(TimeSpan.FromMinutes(5));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            work.FindAsync<string>(K, TimeSpan.Zero, _ => throw new InvalidOperationException())
        );
        Assert.Equal("1", await work.FindAsync(K, TimeSpan.Zero, NextAsync));
    }

    [Fact]
    public async Task Find_OfWhatFailsBehindThePage_TellsWhoeverAsksNextAndTriesAgain()
    {
        using var work = Make(TimeSpan.Zero);
        Assert.Null(await work.OnceAsync(K, MakeAsync));
        _done.SetException(new InvalidOperationException());

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            while (await work.OnceAsync(K, MakeAsync) is null)
            {
                await Task.Yield();
            }
        });
        Assert.Equal(1, _begun);
        while (await work.OnceAsync(K, NextAsync) is null)
        {
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Find_OfMoreThanIsMadeAtATime_BeginsNoMore()
    {
        using var work = Make(TimeSpan.Zero);
        for (var i = 0; i < 40; i++)
        {
            Assert.Null(await work.FindAsync(WorkKey.OfAll($"k{i}"), TimeSpan.Zero, _ => _done.Task));
        }

        var begun = 0;
        Assert.Null(
            await work.FindAsync(
                WorkKey.OfAll("one more"),
                TimeSpan.Zero,
                _ =>
                {
                    begun++;
                    return _done.Task;
                }
            )
        );
        Assert.Equal(0, begun);
        _done.SetResult("made");
    }

    [Fact]
    public async Task Find_OfOnePersonsMany_TakesTheirShareAndNobodyElsesPlace()
    {
        using var work = Make(TimeSpan.Zero);
        for (var i = 0; i < LongWork.Most; i++)
        {
            Assert.Null(await work.OnceAsync(new WorkKey($"s{i}", "eve", false), _ => _done.Task));
        }

        // Others search still, and the page that everybody looks at is made for her as for them.
        Assert.True(await IsBegunAsync(work, new WorkKey("s", "rosa", false)));
        Assert.True(await IsBegunAsync(work, new WorkKey("now", "eve", true)));
        Assert.True(await IsBegunAsync(work, WorkKey.OfAll("posture")));
        Assert.False(await IsBegunAsync(work, new WorkKey("one more", "eve", false)));
        _done.SetResult("made");
    }

    [Fact]
    public async Task Find_WhereEveryPlaceForSearchesIsTaken_StillMakesTheFirstScreen()
    {
        using var work = Make(TimeSpan.Zero);
        for (var i = 0; i < 2 * LongWork.Most; i++)
        {
            Assert.Null(await work.OnceAsync(new WorkKey($"s{i}", $"p{i}", false), _ => _done.Task));
        }

        Assert.False(await IsBegunAsync(work, new WorkKey("s", "rosa", false)));
        Assert.True(await IsBegunAsync(work, new WorkKey("now", "rosa", true)));
        _done.SetResult("made");
    }

    [Fact]
    public async Task Find_WhatIsDoneOfOnesShare_GivesWayToWhatTheyAskNow()
    {
        using var work = Make(TimeSpan.FromMinutes(5));
        for (var i = 0; i < 3 * LongWork.MostOfOne; i++)
        {
            var made = await work.FindAsync(new WorkKey($"s{i}", "rosa", false), TimeSpan.FromMinutes(1), NextAsync);
            Assert.Equal($"{i + 1}", made);
        }
    }

    private async Task<bool> IsBegunAsync(LongWork work, WorkKey key)
    {
        Assert.Null(await work.OnceAsync(key, _ => _done.Task));
        return work.IsBegun(key);
    }

    private LongWork Make(TimeSpan patience) =>
        new(new ConsoleOptions { PublicBase = new Uri("http://console.hospital.example"), Patience = patience }, _time);

    private Task<string> MakeAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _begun);
        return _done.Task;
    }

    private Task<string> NextAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Interlocked.Increment(ref _begun).ToString(System.Globalization.CultureInfo.InvariantCulture));

    // Whoever waits under it goes on when the test says so.
    private sealed class HeldBack : SynchronizationContext
    {
        private readonly TaskCompletionSource<Action> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Post(SendOrPostCallback d, object? state) => _next.SetResult(() => d(state));

        public async Task GoOnAsync() => (await _next.Task)();
    }
}
