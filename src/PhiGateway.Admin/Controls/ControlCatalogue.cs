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

        return new ControlEvidence(
            $"{count} calls refused within {facts.Days} days: {words}.",
            null,
            $"/admin/v1/audit?decision=deny&reason={reasons[0]}"
        );
    }
}
