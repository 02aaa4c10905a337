using System.Text.RegularExpressions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>The documents name the stages and reasons that exist, in their order.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string[] Stages =
    [
        "CrossOrigin",
        "Ingress",
        "Identify",
        "Understand",
        "Decide",
        "Admit",
        "Settle",
        "Forward",
        "Release",
    ];

    [Fact]
    public void GatewayPipeline_Stages_StandInOrderWithoutCondition()
    {
        var file = Read("src", "PhiGateway.Gateway", "Pipeline", "GatewayPipeline.cs");
        var code = Comment().Replace(file, string.Empty);
        var list = StageList().Match(code);

        Assert.True(list.Success, "GatewayPipeline.cs has no list 'Stages'");
        Assert.Equal(Stages, Word().Matches(list.Groups["list"].Value).Select(match => match.Value), StringComparer.OrdinalIgnoreCase);
        Assert.Contains("Audit", file, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\b(?:if|switch)\b", code);
    }

    [Fact]
    public void Architecture_Stages_StandInTheOrderOfThePipeline()
    {
        // Lines that begin with a stage: of a table, a list or as headings.
        var document = Read("docs", "architecture.md");

        Assert.Equal(Stages, StageLine().Matches(document).Select(match => match.Groups["stage"].Value).Distinct());
        Assert.Contains("Audit", document, StringComparison.Ordinal);
    }

    [Fact]
    public void Refusals_EveryReason_HasARowWithItsStatus()
    {
        var rows = RefusalRow()
            .Matches(Read("docs", "refusals.md"))
            .ToLookup(match => match.Groups["code"].Value, match => match.Groups["status"].Value);

        Findings.AssertNone(DenyReason.All.Where(reason => !rows[reason.Code].Any()).Select(reason => $"no row: {reason.Code}"));
        Findings.AssertNone(
            DenyReason
                .All.Where(reason => rows[reason.Code].Any(status => status != $"{reason.Status}"))
                .Select(reason => $"wrong status: {reason.Code}")
        );
        Findings.AssertNone(rows.Where(row => DenyReason.Find(row.Key) is null).Select(row => $"no such reason: {row.Key}"));
        Findings.AssertNone(rows.Where(row => row.Count() > 1).Select(row => $"twice: {row.Key}"));
    }

    [Fact]
    public void Refusals_EveryReason_ShowsItsPublicText()
    {
        var document = Read("docs", "refusals.md");

        Findings.AssertNone(
            DenyReason.All.Where(reason => !document.Contains(reason.PublicText, StringComparison.Ordinal)).Select(reason => reason.Code)
        );
    }

    [Fact]
    public void DenyReasons_CodesAndStages_AreTheKnownOnes()
    {
        Assert.Equal(DenyReason.All.Count, DenyReason.All.Select(reason => reason.Code).Distinct().Count());
        Assert.All(DenyReason.All, reason => Assert.Matches("^[a-z]+(-[a-z]+)*$", reason.Code));
        Assert.All(DenyReason.All, reason => Assert.Contains(reason.Stage.ToString(), Stages.Append("Audit")));
    }

    [Fact]
    public void Documents_RelativeLinks_LeadSomewhere()
    {
        var documents = RepositoryPaths.Files(RepositoryPaths.Root, "*.md").ToList();
        Assert.NotEmpty(documents);

        var broken = documents.SelectMany(document =>
            Link()
                .Matches(File.ReadAllText(document))
                .Select(match => match.Groups["target"].Value)
                .Where(target => !target.Contains(':', StringComparison.Ordinal))
                .Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, target)))
                .Select(target => $"{Path.GetRelativePath(RepositoryPaths.Root, document)} -> {target}")
        );

        Findings.AssertNone(broken);
    }

    private static string Read(params ReadOnlySpan<string> parts)
    {
        var file = RepositoryPaths.Of(parts);
        Assert.True(File.Exists(file), $"{Path.GetRelativePath(RepositoryPaths.Root, file)} is missing");
        return File.ReadAllText(file);
    }

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bStages\b[^\[]*\[(?<list>[^\]]*)\]")]
    private static partial Regex StageList();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex(
        @"^(?:\||\d+\.|#+|[-*])\s*[*`]*(?<stage>CrossOrigin|Ingress|Identify|Understand|Decide|Admit|Settle|Forward|Release)\b",
        RegexOptions.Multiline
    )]
    private static partial Regex StageLine();

    [GeneratedRegex(@"^\|\s*`(?<code>[a-z-]+)`\s*\|\s*(?<status>\d{3})\s*\|", RegexOptions.Multiline)]
    private static partial Regex RefusalRow();

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
