using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Now;

/// <summary>Counts allowed and refused requests over a time and sets them beside what was usual at the same times before.</summary>
internal sealed class NowTrafficReader(TrafficReports traffic, ClientDirectory clients)
{
    private const int MostReasons = 5;
    private const int MostClients = 8;
    private const int FreshBars = 2;

    /// <summary>Counts over one range.</summary>
    /// <param name="call">The call.</param>
    /// <param name="range">The range.</param>
    /// <param name="now">When its end is.</param>
    /// <param name="liveFor">For so long the page counts it again by itself, which its record says; null: it does not.</param>
    /// <param name="isGoingOn">Whether it does so now, within a look that is on record.</param>
    public async Task<Outcome<NowTraffic>> ReadAsync(AdminCall call, NowRange range, DateTimeOffset now, TimeSpan? liveFor, bool isGoingOn)
    {
        var to = Ceiling(now, range.Step);
        var from = to - range.Length;

        // The last bars grow while they are looked at; what is usual does not.
        var border = to - (range.Step * FreshBars);
        var query = new TrafficQuery(from - (range.Length * range.Earlier), to, (int)range.Step.TotalSeconds, "decision,reason")
        {
            SettledBefore = border,
            LiveFor = liveFor,
            IsGoingOn = isGoingOn,
        };
        var byClient = query with { From = from, StepSeconds = null, By = "client,decision,tenant" };
        if (
            (await traffic.CountAsync(call, query)).Failed(out var problem, out var counted)
            || (await traffic.CountAsync(call, byClient)).Failed(out problem, out var touched)
        )
        {
            return problem;
        }

        var steps = new TrafficSteps(counted.Items, range, from);
        var everyReason = steps.Reasons();
        var reasons = everyReason.Take(MostReasons).ToList();
        var series = reasons
            .Select((reason, place) => new BarSeries(reason.Code, $"s{place}"))
            .Append(new BarSeries("other", "s5"))
            .ToList();
        return new NowTraffic(
            from,
            to,
            steps.Total("permit", 0),
            steps.Total("deny", 0),
            steps.Total("error", 0),
            steps.Usual("permit"),
            steps.Usual("deny"),
            new BarsModel(
                "Allowed",
                [new BarSeries("allowed", "allow")],
                steps.Bars("permit", null, at => Links.Audit(at, at + range.Step, "permit")),
                range.Step
            ),
            new BarsModel(
                "Refused, by reason",
                series,
                steps.Bars("deny", reasons, at => Links.Audit(at, at + range.Step, "deny")),
                range.Step
            ),
            reasons,
            await ClientsOfAsync(call, touched.Items),
            everyReason.Count,
            touched.Items.Select(static item => item.Values[0]).OfType<string>().Distinct(StringComparer.Ordinal).Count(),
            touched.Items.Select(static item => item.Values[2]).OfType<string>().Distinct(StringComparer.Ordinal).Count(),
            now
        );
    }

    private async Task<IReadOnlyList<NowClient>> ClientsOfAsync(AdminCall call, IReadOnlyList<TrafficCount> touched)
    {
        var lines = touched
            .GroupBy(static item => item.Values[0], StringComparer.Ordinal)
            .Select(static group => new NowClient(
                group.Key,
                null,
                group.Where(static item => item.Values[1] == "permit").Sum(static item => item.Count),
                group.Where(static item => item.Values[1] == "deny").Sum(static item => item.Count)
            ))
            .OrderByDescending(static line => line.Denied)
            .ThenByDescending(static line => line.Allowed)
            .Take(MostClients)
            .ToList();
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Id is { } id && (await clients.FindAsync(call, id)).Value is { } profile)
            {
                lines[i] = lines[i] with { Organization = profile.Organization?.Name };
            }
        }

        return lines;
    }

    private static DateTimeOffset Ceiling(DateTimeOffset at, TimeSpan step) =>
        new(((at.UtcTicks / step.Ticks) + 1) * step.Ticks, TimeSpan.Zero);
}
