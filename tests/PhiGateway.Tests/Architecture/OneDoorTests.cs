using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>What leaves the data plane leaves by one door, and what the exchange holds is asked for, not believed.</summary>
public sealed partial class OneDoorTests
{
    private static readonly string[] Writers = ["Release/Leaving/Exit.cs", "Refusals/RefusalWriter.cs"];
    private static readonly string[] Recorders = ["Release/Leaving/Exit.cs", "Trail/AuditTrail.cs"];

    [Fact]
    public void ResponseBody_InTheGateway_IsNamedByTheDoorAndTheRefusalWriterOnly()
    {
        AssertOnly(ResponseBody(), Writers);
    }

    [Fact]
    public void RecordOfWhatLeaves_InTheGateway_IsAskedForByTheDoorOnly()
    {
        AssertOnly(RecordCall(), Recorders);
    }

    [Fact]
    public void Exchange_InTheGateway_IsNeverBelievedToHoldAValue()
    {
        AssertOnly(Bang(), []);
    }

    [Fact]
    public void Upstream_ReadForAJudgement_IsAskedByOneLookupOnly()
    {
        AssertOnly(Send(), ["Forward/ForwardStage.cs", "Lookups/Fetch.cs"]);
    }

    [Theory]
    [InlineData("Decide", "Lookups|Settle|Forward|Release|Upstream")]
    [InlineData("Lookups", "Settle|Forward|Release|Trail")]
    [InlineData("Settle", "Forward|Release|Upstream|Trail")]
    [InlineData("Forward", "Settle|Release")]
    [InlineData("Mcp", "Ingress|Identify|Understand|Decide|Admit|Settle|Lookups|Upstream|Forward|Release|Trail|Pipeline|Handles")]
    [InlineData("Exchange", "Ingress|Identify|Understand|Decide|Admit|Settle|Lookups|Upstream|Forward|Release|Trail|Pipeline|Handles")]
    public void Room_Usings_NameNoLaterRoom(string room, string forbidden)
    {
        var later = new Regex($@"^using PhiGateway\.Gateway\.(?:{forbidden})\b", RegexOptions.Multiline | RegexOptions.ExplicitCapture);
        var found = Files().Where(file => file.Name.StartsWith(room + "/", StringComparison.Ordinal) && later.IsMatch(file.Text));

        Findings.AssertNone(found.Select(file => file.Name));
    }

    [Fact]
    public void Release_Usings_CallEarlierStagesForBatchesOnly()
    {
        var found = Files()
            .Where(file => file.Name.StartsWith("Release/", StringComparison.Ordinal) && EarlierStage().IsMatch(file.Text))
            .Select(file => file.Name);

        Assert.Equal(["Release/Batches/BatchRelease.cs"], found);
        var decisions = Directory.GetFiles(RepositoryPaths.Of("docs", "adr"), "*.md").Select(File.ReadAllText).ToList();
        Findings.AssertNone(
            found.Where(name => !decisions.Exists(text => text.Contains(Path.GetFileNameWithoutExtension(name), StringComparison.Ordinal)))
        );
    }

    [Fact]
    public void Lookups_InTheGateway_TouchNothingThatTheRecordTellsOfTheClientsCall()
    {
        var told = Files().Where(file => Told().IsMatch(file.Text)).Select(file => file.Name).ToList();

        // Whoever writes the record reads it, or the words are wrong.
        Assert.Contains("Trail/AuditTrail.cs", told);
        Assert.Contains("Forward/ForwardStage.cs", told);
        Findings.AssertNone(told.Where(static name => name.StartsWith("Lookups/", StringComparison.Ordinal)));
    }

    private static void AssertOnly(Regex words, string[] allowed)
    {
        var found = Files().Where(file => words.IsMatch(file.Text)).Select(file => file.Name).ToList();

        // What is allowed and never happens would hide that the test looks for the wrong words.
        Assert.Equal(allowed.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<(string Name, string Text)> Files()
    {
        var root = RepositoryPaths.Of("src", "PhiGateway.Gateway");
        foreach (var file in RepositoryPaths.Files(root, "*.cs"))
        {
            var name = Path.GetRelativePath(root, file).Replace('\\', '/');
            // The demonstration's backend is an upstream of its own; health is the control plane's.
            if (!name.StartsWith("Demo/", StringComparison.Ordinal) && !name.StartsWith("Health/", StringComparison.Ordinal))
            {
                yield return (name, Comment().Replace(File.ReadAllText(file), string.Empty));
            }
        }
    }

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b[Rr]esponse\s*\.\s*(?:Body|BodyWriter|WriteAsync|WriteAsJsonAsync|SendFileAsync|StartAsync)\b")]
    private static partial Regex ResponseBody();

    [GeneratedRegex(@"\b(?:RecordDisclosure|RecordOutcome|RecordSegment|RecordBatch)Async\b")]
    private static partial Regex RecordCall();

    [GeneratedRegex(@"\b(?:exchange|entry|batch)\s*(?:\.\s*\w+\s*)+!\s*[.;,)\]]")]
    private static partial Regex Bang();

    [GeneratedRegex(@"\bupstream\s*\.\s*SendAsync\b")]
    private static partial Regex Send();

    [GeneratedRegex(
        @"\b(?:exchange|entry|batch|bundle)\s*(?:\.\s*Bundle\s*)?\??\s*\.\s*"
            + @"(?:Fill|Forwarded|Disclosure|Status|BytesOut|IntentRecorded|DisclosureRecorded|DisclosedAt|Delivered|RefusedPlace)\b",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Told();

    [GeneratedRegex(@"^using PhiGateway\.Gateway\.(?:Forward|Settle|Admit|Understand|Identify|Ingress)\b", RegexOptions.Multiline)]
    private static partial Regex EarlierStage();
}
