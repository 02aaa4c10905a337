using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;

namespace PhiGateway.Console.Work;

/// <summary>
/// Counts of the trail that a page shows beside what the registry says: made behind it, so that nobody waits for the trail in a request. A
/// click is a look and counts anew; whoever comes back for what a click began is shown that.
/// </summary>
internal sealed class CountsBehind(TrafficReports traffic, LongWork work)
{
    /// <summary>Stands in the address that leads to counts which were begun: they are not counted anew.</summary>
    public const string Begun = "counted";

    /// <summary>What a query counts, after a moment's patience.</summary>
    /// <param name="request">Who looks.</param>
    /// <param name="key">What is counted; the same for the same page.</param>
    /// <param name="lacking">The same in words, for a page that is shown without.</param>
    /// <param name="later">Address of the page with <see cref="Begun"/>, where the counts are found when they are there.</param>
    /// <param name="query">What is counted.</param>
    public async Task<Outcome<Counts>> CountAsync(ConsoleRequest request, WorkKey key, string lacking, string later, TrafficQuery query)
    {
        var isBack = request.IsAgain || request.Asked(Begun) is not null;
        var looked = await request.TryAsync(
            lacking,
            async () =>
                new Looked(
                    await work.FindAsync(
                        key,
                        isBack ? LongWork.Kept : TimeSpan.Zero,
                        async stopping => new Made<TrafficReport>(await traffic.CountAsync(request.Behind(stopping), query))
                    )
                )
        );
        if (looked is null)
        {
            return new Counts(null, null, IsOnRecord: false);
        }

        if (looked.Made is not { } made)
        {
            return new Counts(null, later, work.IsBegun(key));
        }

        var anew = work.IsMaking(key) ? later : null;
        return made.Outcome.Failed(out var problem, out var report) ? problem : new Counts(report, anew, IsOnRecord: true);
    }

    // What the trail could be asked for; null: it is being counted still.
    private sealed record Looked(Made<TrafficReport>? Made);
}

/// <summary>Counts as a page has them.</summary>
/// <param name="Report">As they were last counted; null: they are not there.</param>
/// <param name="Later">Where those of now are found when they are there; null: these are they, or the trail cannot be reached.</param>
/// <param name="IsOnRecord">Whether the look is.</param>
internal sealed record Counts(TrafficReport? Report, string? Later, bool IsOnRecord);
