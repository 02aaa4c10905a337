using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>What the documents promise has a test that is there: each row of the threat model, and each runbook.</summary>
public sealed partial class WalkedDocumentTests
{
    private static readonly string[] Parts = ["What one sees", "What one does", "What one checks"];

    private static readonly Lazy<List<(string Name, string Text)>> Tests = new(static () =>
        [
            .. Directory
                .EnumerateFiles(RepositoryPaths.Of("tests"), "*.cs", SearchOption.AllDirectories)
                .Where(static file => !Built().IsMatch(file))
                .Select(static file => (Path.GetFileName(file), File.ReadAllText(file))),
        ]
    );

    [Fact]
    public void ThreatModel_EveryRow_NamesATestThatExists()
    {
        // A class of tests has tests of its own, or those of a contract.
        var classes = Tests
            .Value.Where(static file =>
                file.Text.Contains("[Fact", StringComparison.Ordinal)
                || file.Text.Contains("[Theory", StringComparison.Ordinal)
                || Contract().IsMatch(file.Text)
            )
            .SelectMany(static file => Class().Matches(file.Text))
            .Select(static match => match.Groups[1].Value);
        var known = classes.ToHashSet(StringComparer.Ordinal);
        var text = File.ReadAllText(RepositoryPaths.Of("docs", "threat-model.md"));
        var lines = text.Split('\n');

        // A head is followed by the line that makes it one.
        var rows = lines
            .Where(
                (line, place) =>
                    line.StartsWith("| ", StringComparison.Ordinal) && !lines[place + 1].StartsWith("|--", StringComparison.Ordinal)
            )
            .ToList();

        Assert.True(rows.Count > 70, "the tables are not where they were");
        Assert.Equal(rows.Distinct(StringComparer.Ordinal), rows);
        Assert.DoesNotContain(rows, static row => !Named().IsMatch(row));
        Assert.DoesNotContain(Named().Matches(text).Select(static match => match.Groups[1].Value), name => !known.Contains(name));
    }

    [Fact]
    public void Runbooks_EveryPage_IsWalkedByATest()
    {
        var pages = Directory
            .EnumerateFiles(RepositoryPaths.Of("docs", "runbooks"), "*.md")
            .Select(Path.GetFileName)
            .Where(static page => page != "README.md")
            .ToList();

        Assert.True(pages.Count > 8, "the runbooks are not where they were");
        Assert.DoesNotContain(pages, static page => !Tests.Value.Exists(file => file.Text.Contains(page!, StringComparison.Ordinal)));
    }

    /// <summary>At night nobody looks for what a page leaves out: each says what one sees, does and checks, in this order, and stands in the list.</summary>
    [Fact]
    public void Runbooks_EveryPage_SaysWhatOneSeesDoesAndChecks()
    {
        var list = File.ReadAllText(RepositoryPaths.Of("docs", "runbooks", "README.md"));
        foreach (var file in Directory.EnumerateFiles(RepositoryPaths.Of("docs", "runbooks"), "*.md"))
        {
            var name = Path.GetFileName(file);
            if (name == "README.md")
            {
                continue;
            }

            var text = File.ReadAllText(file);
            int[] places = [.. Parts.Select(part => text.IndexOf($"\n## {part}", StringComparison.Ordinal))];
            Assert.True(places.All(static place => place > 0) && places.SequenceEqual(places.Order()), name);
            Assert.Contains($"]({name})", list, StringComparison.Ordinal);
        }
    }

    /// <summary>Whoever tells another party what is allowed asks for a snapshot that is in sight.</summary>
    [Theory]
    [InlineData("PhiGateway.TokenService/Endpoints", "RevocationEndpoint.cs")]
    [InlineData("PhiGateway.Admin/AuthZen", null)]
    public void Answers_ToOtherParties_AreByASnapshotInSight(string room, string? closes)
    {
        var files = Directory
            .EnumerateFiles(RepositoryPaths.Of(["src", .. room.Split('/')]), "*.cs")
            .Select(static file => (Name: Path.GetFileName(file), Text: File.ReadAllText(file)))
            .Where(static file => file.Text.Contains("ISnapshotSource snapshots", StringComparison.Ordinal))
            .ToList();

        Assert.True(files.Count > 1, room);
        Assert.Empty(
            files
                .Where(file => file.Name != closes && !file.Text.Contains("FindFreshAsync", StringComparison.Ordinal))
                .Select(static file => file.Name)
        );
    }

    [GeneratedRegex(@"[\\/](?:obj|bin|node_modules)[\\/]")]
    private static partial Regex Built();

    [GeneratedRegex(@"\bclass (\w+Tests)\b")]
    private static partial Regex Class();

    [GeneratedRegex(@"\bclass \w+Tests\b[^{]*: \w*Contract\b")]
    private static partial Regex Contract();

    [GeneratedRegex(@"`(\w+Tests)`")]
    private static partial Regex Named();
}
