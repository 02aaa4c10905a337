using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>Every number of every page leads to its records, or stands here with why no query answers it.</summary>
public sealed partial class ConsoleNumberTests
{
    private const string Without = """
        AccessPage | limit | Words.Number(explained.Registry.Decided)
        AccessPage | patient | Words.Count(Model.Patients, "patient", "patients")
        AccessProof | log | Words.Number(Model.Sequence)
        AlertPage | role | Words.Count(again.Count, "time", "times")
        AlertPage | list | Words.Number(Model.Alert.Records.Count)
        AlertsPage | list | Words.Count(Model.Total, "alert", "alerts")
        AlertsPage | list | Words.Number(lane.Total)
        AlertsPage | row | Words.Number(again.Count)
        BreakGlassPage | list | Words.Count(Model.Total, "emergency use", "emergency uses")
        BreakGlassPage | part | Words.Number(lane.Skipped + lane.Items.Count)
        BreakGlassPage | part | Words.Number(lane.Total)
        ApprovalsPage | list | Words.Count(Model.Part.Total, "client waits", "clients wait")
        CallersPage | list | Words.Count(Model.Report.Items.Count, "unknown caller", "unknown callers")
        CasePage | part | Words.Number(records.Count)
        CasePage | part | Words.Number(records.Count + Model.MoreRecords)
        CasesPage | list | Words.Count(Model.Part.Total, "case", "cases")
        ClientLedger | none | Words.Number(Unused)
        ClientLedger | none | Words.Number(Granted)
        ClientLedger | none | Words.Number(one.Count)
        ClientLedger | part | Words.Number(MostOfKind)
        ClientLedger | part | Words.Number(kind.Count())
        ClientLedger | none | Words.Number(row.Count)
        ClientLedger | part | Words.Number(MostUses)
        ClientLedger | part | Words.Number(Model.Uses.Count)
        ClientPace | limit | Words.Count(slow.RequestsPerSecond, "request", "requests")
        ClientPageView | limit | Words.Number(client.DelegationDepth)
        ClientPageView | row | Words.Number(use.Unused)
        ClientPageView | row | Words.Number(use.Granted)
        ClientsPage | list | Words.Count(Model.Page.Total, "client", "clients")
        GrantHolderList | none | Words.Count(grant.More, "other client", "other clients")
        StopPage | none | Words.Number(Model.Blast.OpenTasks)
        StopPage | memory | Words.Number(running)
        FindPage | list | Words.Number(group.Total)
        FindPage | part | Words.Number(group.Items.Count)
        ChangedPlaces | part | Words.Count(Model.Count - Most, "place", "places")
        HistoryList | role | Words.Number(entry.Revision)
        NamedClients | none | Words.Number(Model.Count() - Most)
        RevertPage | list | Words.Number(plan.ClientsAffected.Count)
        RevertPage | part | Words.Count(plan.Paths.Count - MostChanges, "other client", "other clients")
        RevertPage | part | Words.Number(plan.Changes.Count)
        ReplayResult | row | Words.Count(Model.Replayed, "decision that was made again", "decisions that were made again")
        ReplayResult | row | Words.Number(Model.WouldBeDenied)
        ReplayResult | row | Words.Number(Model.WouldBePermitted)
        ReplayResult | role | Words.Number(pair.Value)
        ShadowPage | role | Words.Number(row.Count)
        NowPage | part | Words.Number(traffic.Reasons.Count)
        NowPage | part | Words.Number(traffic.ReasonsInAll)
        NowPage | row | Words.Number(client.Allowed)
        NowPage | part | Words.Number(ClientsShown)
        NowPage | part | Words.Number(traffic.ClientsInAll)
        NowPage | memory | Words.Count(lag, "record", "records")
        OffboardingPage | list | Words.Number(one.Clients.Count)
        OffboardingPage | part | Words.Number(calls.Count)
        OffboardingPage | part | Words.Number(MostClients)
        AccountingPage | patient | Words.Count(Model.Report.Disclosures.Sum(static line => line.Count), "disclosure", "disclosures")
        AccountingPage | patient | Words.Count(Recipients, "recipient", "recipients")
        AccountingPage | patient | Words.Count(count, "release", "releases")
        AccountingPage | patient | Words.Count(Model.Report.Held, "disclosure", "disclosures")
        AccountingPage | patient | Words.Count(Model.Report.HeldUnproven, "of these", "of these")
        RequestsPage | list | Words.Number(Model.Waiting)
        RequestsPage | list | Words.Number(Model.Total)
        RequestsPage | list | Words.Number(Model.Late)
        ReviewPage | list | Words.Count(ToApply, "decision", "decisions")
        ReviewsPage | list | Words.Count(Model.Open, "review is open", "reviews are open")
        UseCount | role | Words.Number(Count)
        MassStopPage | list | Words.Count(Emergencies, "of these clients covers", "of these clients cover")
        MassStopPage | memory | Words.Number(running)
        RevocationsPage | list | Words.Count(Model.List.Total, "revocation", "revocations")
        FacetList | none | Words.Count(facet.More, "other value", "other values")
        SearchPage | list | Words.Count(Model.Lines.Count, "record", "records")
        TrailTable | patient | Words.Number(line.Withheld)
        SettingsPage | limit | Words.Number(life)
        SettingsPage | limit | Words.Number(skew)
        StrangersPage | list | Words.Count(Model.Part.Total, "request", "requests")
        StrangersPage | list | Words.Number(Model.Part.Total)
        FleetOfTheTrail | log | Words.Number(log.Size)
        TrustPage | list | Words.Count(log.Statements.Count, "statement", "statements")
        TrustPage | list | Words.Number(Model.Status.Node.Problems)
        TrustPage | memory | Words.Number(node.Behind)
        WatchersOfTheTrail | memory | Words.Number(trust.Verifier.Verified)
        WatchersOfTheTrail | part | Words.Count(trust.Verifier.Findings.Count - 5, "other", "others")
        WatchersOfTheTrail | log | Words.Number(witness.Size)
        WatchersOfTheTrail | memory | Words.Number(sink.Lag)
        UseCasePage | none | Words.Count(Model.Brief.Opens.Count - MostShown, "other door", "other doors")
        UseCasesPage | list | Words.Count(Model.Part.Total, "use of PHI waits", "uses of PHI wait")
        VendorStopPage | list | Words.Count(Model.Emergencies.Count, "use", "uses")
        VendorStopPage | memory | Words.Number(running)
        VendorsPage | list | Words.Count(Model.Total, "organization", "organizations")
        JobPage | limit | Words.Number(Line.Bytes)
        ListPager | part | Words.Number(Model.Skipped + 1)
        ListPager | part | Words.Number(Model.Skipped + Model.Count)
        ListPager | part | Words.Number(Model.Total)
        """;

    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["list"] = "it counts what stands under it on the same page",
        ["part"] = "it says how much of a list is shown; the rest is behind a link beside it or a narrower question",
        ["role"] = "it is a link to whoever may read the trail, and this is the branch of those who may not",
        ["row"] = "it sums rows that are links, or its row is the link",
        ["memory"] = "it lives in the memory of a node, and no query answers it",
        ["log"] = "it is a place in a log or its size, and no query answers it",
        ["patient"] = "its records name patients, and are opened for a reason only",
        ["none"] = "no query answers it: the report behind the page counts it and names as many as are shown",
        ["limit"] = "it is a setting, a revision or a size, and counts no records",
    };

    [Fact]
    public void Number_OfEveryPage_IsALinkOrSaysWhyNot()
    {
        var known = Known();
        var found = Components().SelectMany(static file => Unlinked(NameOf(file), File.ReadAllText(file))).ToHashSet();

        Assert.Empty(found.Except(known.Keys).Select(static one => $"{one.Page}: {one.Number} leads nowhere"));
        Assert.Empty(known.Keys.Except(found).Select(static one => $"{one.Page}: {one.Number} is no longer there, or is a link"));
        Assert.All(known.Values, static reason => Assert.Contains(reason, Reasons.Keys));
        Assert.Equal(Reasons.Keys.Order(StringComparer.Ordinal), known.Values.Distinct().Order(StringComparer.Ordinal));
    }

    // More of them are links than are not: were none found at all, nothing would be left to hold.
    [Fact]
    public void Numbers_OfThePages_AreFoundWhereTheyAreLinks()
    {
        var all = Components().Sum(static file => Number().Count(File.ReadAllText(file)));
        Assert.True(all > Known().Count + 50, $"{all} numbers");
    }

    [Theory]
    [InlineData("<td>@Words.Number(one.Count)</td>", true)]
    [InlineData("<td><a href=\"@Of(one)\">@Words.Number(one.Count)</a></td>", false)]
    [InlineData("<td><a href=\"@Links.With(\"/console/x\", (\"q\", one.Id))\">all @Words.Number(one.Count)</a></td>", false)]
    [InlineData("<td><a href=\"/x\">x</a> @Words.Number(one.Count) <a href=\"/y\">y</a></td>", true)]
    [InlineData("<details><summary>@Words.Number(one.Count)</summary>what it counts</details>", false)]
    [InlineData("<Tile Value=\"@Words.Number(one.Count)\" Href=\"/console/x\" />", false)]
    [InlineData("@* @Words.Number(one.Count) *@", false)]
    public void Number_InASource_IsFoundUnlessItIsALink(string source, bool isFound) =>
        Assert.Equal(isFound, Unlinked("X", source).Contains(("X", "Words.Number(one.Count)")));

    private static Dictionary<(string Page, string Number), string> Known() =>
        Without
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split(" | ", 3))
            .ToDictionary(static parts => (parts[0], parts[2]), static parts => parts[1]);

    private static IEnumerable<string> Components() => RepositoryPaths.Files(RepositoryPaths.Of("src", "PhiGateway.Console"), "*.razor");

    private static string NameOf(string file) => Path.GetFileNameWithoutExtension(file);

    private static IEnumerable<(string Page, string Number)> Unlinked(string page, string source) =>
        Number()
            .Matches(ByLink().Replace(Link().Replace(Comment().Replace(source, string.Empty), string.Empty), string.Empty))
            .Select(match => (page, Space().Replace(match.Value, " ")));

    [GeneratedRegex(@"@\*.*?\*@", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex("""<a\b(?:"[^"]*"|[^">])*>.*?</a>|<Tile\b(?:"[^"]*"|[^">])*/>|<summary>.*?</summary>""", RegexOptions.Singleline)]
    private static partial Regex Link();

    // What a component writes as a link by itself, for whom it may be one.
    [GeneratedRegex(@"@(?:CallsLink|Revision)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")]
    private static partial Regex ByLink();

    [GeneratedRegex(@"Words\.(?:Number|Count)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
