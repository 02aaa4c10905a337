using System.Globalization;
using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>The decisions (ADRs) have one form, and the list of them leaves none out.</summary>
public sealed partial class DecisionDocumentTests
{
    private static readonly string Index = File.ReadAllText(RepositoryPaths.Of("docs", "README.md"));

    private static readonly (string Name, int Number, string Text)[] Decisions =
    [
        .. Directory
            .GetFiles(RepositoryPaths.Of("docs", "adr"), "*.md")
            .Select(static file =>
                (Path.GetFileName(file), int.Parse(Path.GetFileName(file)[..4], CultureInfo.InvariantCulture), File.ReadAllText(file))
            ),
    ];

    [Fact]
    public void Decision_Head_HasTheOneForm() =>
        Findings.AssertNone(
            Decisions
                .Where(static one => Head().Match(one.Text) is not { Success: true } head || head.Groups["number"].Value != $"{one.Number}")
                .Select(static one => one.Name)
        );

    [Fact]
    public void Decision_EachOne_SaysWhatWasDecided() =>
        Findings.AssertNone(
            Decisions.Where(static one => !one.Text.Contains("\n## Decision\n", StringComparison.Ordinal)).Select(static one => one.Name)
        );

    [Fact]
    public void Decision_EachOne_StandsInTheIndexUnderItsTitle()
    {
        var rows = Row()
            .Matches(Index)
            .ToDictionary(static row => row.Groups["file"].Value, static row => $"# {row.Groups["title"].Value}\n", StringComparer.Ordinal);

        Findings.AssertNone(Decisions.Where(one => !rows.ContainsKey(one.Name)).Select(static one => $"not in the index: {one.Name}"));
        Findings.AssertNone(
            Decisions
                .Where(one => rows.TryGetValue(one.Name, out var title) && !one.Text.StartsWith(title, StringComparison.Ordinal))
                .Select(static one => $"under another title: {one.Name}")
        );
    }

    [Fact]
    public void Decision_NumbersLeftOut_AreNamed()
    {
        var numbers = Decisions.Select(static one => one.Number).Order().ToList();
        var missing = Enumerable.Range(1, numbers[^1]).Except(numbers).ToList();
        var words = $"{string.Join(", ", missing.SkipLast(1))} and {missing[^1]}";

        Assert.Equal(numbers.Distinct(), numbers);
        Assert.Contains($"The numbers {words} were given to no decision.", Index, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\A# (?<number>\d+)\. [^\n]+\n\nStatus: (?:accepted|superseded by [^\n,]+), \d{4}-\d\d-\d\d(?:; [^\n]+)?\.\n\n## ")]
    private static partial Regex Head();

    [GeneratedRegex(@"^\| \[(?<title>[^\]]+)\]\(adr/(?<file>[^)]+)\) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
