using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Controls;

/// <summary>The frameworks that the gateway is held against, each in a file of its own; asked by <see cref="ControlReports"/>.</summary>
internal static class ControlCatalogue
{
    /// <summary>All of them; those about AI agents where one can call.</summary>
    public static IReadOnlyList<FrameworkReport> Of(ControlFacts facts) =>
        facts.Agents.Count == 0
            ? Always(facts)
            :
            [
                .. Always(facts),
                new FrameworkReport("OWASP Top 10 for Agentic Applications – 2026", [.. AgenticControls.Of(facts)]),
                new FrameworkReport("NIST AI Risk Management Framework 1.0", [.. AiRmfControls.Of(facts)]),
            ];

    private static IReadOnlyList<FrameworkReport> Always(ControlFacts facts) =>
        [
            new FrameworkReport("OWASP Non-Human Identities Top 10 – 2025", [.. NhiControls.Of(facts)]),
            new FrameworkReport("NIST Cybersecurity Framework 2.0", [.. CsfControls.Of(facts)]),
            new FrameworkReport("HIPAA Security Rule, technical safeguards (45 CFR 164.312) and kin", [.. HipaaControls.Of(facts)]),
        ];

    /// <summary>A control; met where everything that was judged speaks for it, not met where nothing does.</summary>
    public static ControlLine Line(string id, string title, string? former, params ControlEvidence[] evidence)
    {
        var good = evidence.Count(static one => one.Good == true);
        var bad = evidence.Count(static one => one.Good == false);
        var state = (good, bad) switch
        {
            (0, 0) => "not-shown",
            (_, 0) => "met",
            (0, _) => "not-met",
            _ => "partly",
        };
        return new ControlLine(id, title, former, state, evidence);
    }

    /// <summary>A control that somebody else must meet.</summary>
    public static ControlLine Outside(string id, string title, string? former, string words) =>
        new(id, title, former, "outside", [new ControlEvidence(words, null, null)]);

    /// <summary>None of something is good.</summary>
    public static ControlEvidence None(int count, string one, string many, string query) =>
        new($"{count} {(count == 1 ? one : many)}.", count == 0, query);

    /// <summary>How things are.</summary>
    public static ControlEvidence Fact(string words, string? query) => new(words, null, query);

    /// <summary>Something that is so, or should be.</summary>
    public static ControlEvidence Is(bool good, string yes, string no, string? query) => new(good ? yes : no, good, query);

    /// <summary>Refusals of some reasons within the days; told to those only who read the trail.</summary>
    public static ControlEvidence Refused(ControlFacts facts, string words, params ReadOnlySpan<string> reasons)
    {
        if (facts.Refusals is not { } refusals)
        {
            return new ControlEvidence("Counts of the trail are shown to auditors.", null, null);
        }

        var count = 0L;
        foreach (var reason in reasons)
        {
            count += refusals.GetValueOrDefault(reason);
        }

        // What is counted is what the query finds: of one reason the records, of several how many of each.
        var within = $"from={Moment(facts.At.AddDays(-facts.Days))}&to={Moment(facts.At)}&decision=deny";
        return new ControlEvidence(
            $"{count} calls refused within {facts.Days} days: {words}.",
            null,
            reasons.Length == 1 ? $"/admin/v1/audit?{within}&reason={reasons[0]}" : $"/admin/v1/audit/counts?{within}&by=reason"
        );
    }

    /// <summary>How many alerts of each kind were raised within the days, kind by kind, each with the query that finds those.</summary>
    public static ControlEvidence[] Raised(ControlFacts facts, params string[] kinds) =>
        [
            .. kinds.Select(kind =>
                Fact($"{facts.Raised(kind)} alerts {kind} within {facts.Days} days.", $"/admin/v1/alerts?kind={kind}&{Within(facts)}")
            ),
        ];

    /// <summary>The filter of alerts that were raised within the days.</summary>
    public static string Within(ControlFacts facts) => "at.ge=" + Moment(facts.At.AddDays(-facts.Days));

    /// <summary>The signs of a risk that nobody has closed, kind by kind, each with its own query; that there are none is good.</summary>
    public static IReadOnlyList<ControlEvidence> Signs(ControlFacts facts, Func<Alert, bool> areOf)
    {
        const string Open = "/admin/v1/alerts?state.ne=closed";
        var kinds = facts
            .Alerts.Where(alert => alert.State != AlertState.Closed && areOf(alert))
            .CountBy(static alert => alert.Kind)
            .OrderBy(static kind => kind.Key, StringComparer.Ordinal)
            .ToList();
        return kinds.Count == 0
            ? [new ControlEvidence("No sign of it is open.", true, Open)]
            :
            [
                .. kinds.Select(static kind =>
                    None(kind.Value, $"alert {kind.Key} is open", $"alerts {kind.Key} are open", $"{Open}&kind={kind.Key}")
                ),
            ];
    }

    /// <summary>A moment as filters take it.</summary>
    public static string Moment(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
