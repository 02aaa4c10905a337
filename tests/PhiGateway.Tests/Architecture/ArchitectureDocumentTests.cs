using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>The architecture page names the projects, the arrows between them and their rooms as they are.</summary>
public sealed partial class ArchitectureDocumentTests
{
    private const string Product = "PhiGateway.";

    private static readonly string Page = File.ReadAllText(RepositoryPaths.Of("docs", "architecture.md"));

    public static TheoryData<string> Projects => new(ProductAssemblies.AllowedReferences.Keys);

    [Fact]
    public void Projects_OnThePage_AreThoseOfTheProduct() =>
        Assert.Equal(
            ProductAssemblies.AllowedReferences.Keys.Order(),
            ProjectLine().Matches(Page).Select(static match => match.Groups["project"].Value).Order()
        );

    [Theory]
    [MemberData(nameof(Projects))]
    public void Arrows_OnThePage_AreTheAllowedOnes(string project)
    {
        var cell = Assert.Single(Rows("may name"), row => row.Project == project[Product.Length..]).Cell;
        var named = Code().Matches(cell).Select(static match => Product + match.Groups["text"].Value).ToList();
        if (cell.StartsWith("all of them but ", StringComparison.Ordinal))
        {
            named = [.. ProductAssemblies.AllowedReferences.Keys.Except(named).Where(other => other != project)];
        }

        Assert.Equal(ProductAssemblies.AllowedReferences[project].Order(), named.Order());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Rooms_OnThePage_AreTheFolders(string project)
    {
        var folders = SourceFiles
            .Below("src", project)
            .Concat(SourceFiles.Pages())
            .Select(static file => SourceFiles.Name(file).Split('/'))
            .Where(parts => parts[1] == project && parts.Length > 3)
            .Select(static parts => parts[2])
            .Distinct();
        var named = Rows("rooms")
            .Where(row => row.Project == project[Product.Length..])
            .SelectMany(static row => Code().Matches(row.Cell))
            .Select(static match => match.Groups["text"].Value)
            .ToList();

        Findings.AssertNone(folders.Except(named).Select(static folder => $"no word about {folder}"));
        Findings.AssertNone(
            named.Where(room => !Directory.Exists(RepositoryPaths.Of("src", project, room))).Select(static room => $"no such room: {room}")
        );
        Findings.AssertNone(
            named.GroupBy(static room => room).Where(static room => room.Count() > 1).Select(static room => $"twice: {room.Key}")
        );
    }

    // Rows of the table whose second column is called so: the project that the first cell begins with, and the second cell.
    private static IEnumerable<(string Project, string Cell)> Rows(string column)
    {
        var begin = Page.IndexOf($"| project | {column} |", StringComparison.Ordinal);
        Assert.True(begin >= 0, $"there is no table of '{column}'");
        var end = Page.IndexOf("\n\n", begin, StringComparison.Ordinal);
        return Row().Matches(Page[begin..end]).Select(static match => (match.Groups["project"].Value, match.Groups["cell"].Value));
    }

    [GeneratedRegex(@"^(?<project>PhiGateway\.\w+) +\S", RegexOptions.Multiline)]
    private static partial Regex ProjectLine();

    [GeneratedRegex(@"^\| `(?<project>\w+)`[^|]*\| (?<cell>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<text>[^`]+)`")]
    private static partial Regex Code();
}
