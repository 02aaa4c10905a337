using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>
/// The dependencies page has a row for every package that a project refers to, and for no other; what only works as one family has one
/// version.
/// </summary>
public sealed partial class DependencyDocumentTests
{
    private static readonly string[] Rows =
    [
        .. Row()
            .Matches(File.ReadAllText(RepositoryPaths.Of("docs", "dependencies.md")))
            .Select(static match => match.Groups["package"].Value),
    ];

    private static readonly string[] Referenced = [.. References(static _ => true, static _ => true).Order()];

    [Fact]
    public void References_EachOne_HasARow() => Findings.AssertNone(Referenced.Except(Rows).Select(static package => $"no row: {package}"));

    [Fact]
    public void Rows_EachOne_IsReferenced() =>
        Findings.AssertNone(Rows.Except(Referenced).Select(static package => $"nobody refers to: {package}"));

    [Fact]
    public void Rows_Packages_StandOnce() => Assert.Equal(Rows.Length, Rows.Distinct().Count());

    [Fact]
    public void Versions_EachOne_BelongsToAReference()
    {
        var versions = XDocument
            .Load(RepositoryPaths.Of("Directory.Packages.props"))
            .Descendants("PackageVersion")
            .Select(static item => item.Attribute("Include")!.Value);

        Findings.AssertNone(versions.Except(Referenced).Select(static package => $"a version of what nobody refers to: {package}"));
    }

    [Fact]
    public void IdentityModel_EveryPackage_HasOneVersion()
    {
        var versions = RepositoryPaths
            .Files(RepositoryPaths.Root, "packages.lock.json")
            .SelectMany(static file =>
                JsonNode.Parse(File.ReadAllText(file))!["dependencies"]!
                    .AsObject()
                    .SelectMany(static framework => framework.Value!.AsObject())
            )
            .Where(static package => package.Key.Contains("IdentityModel.", StringComparison.Ordinal))
            .Select(static package => (string)package.Value!["resolved"]!)
            .Distinct();

        Assert.Single(versions);
    }

    [Fact]
    public void WrittenByHand_EachTypeNamed_IsInTheProduct()
    {
        // In the first column, between parentheses; the second says in which projects.
        var named = HandRow()
            .Matches(File.ReadAllText(RepositoryPaths.Of("docs", "dependencies.md")).Split("## Written by hand")[1])
            .SelectMany(static row =>
                Code()
                    .Matches(row.Groups["types"].Value)
                    .Select(type => (Type: type.Groups["text"].Value, Where: row.Groups["where"].Value))
            )
            .ToList();
        Assert.True(named.Count > 30, $"{named.Count} types are named");

        var known = ProductAssemblies
            .AllowedReferences.Keys.SelectMany(static project =>
                ProductAssemblies
                    .WrittenTypes(ProductAssemblies.Load(project))
                    .Select(type => (type.Name.Split('`')[0], project[(project.IndexOf('.', StringComparison.Ordinal) + 1)..]))
            )
            .ToHashSet();

        Findings.AssertNone(
            named
                .Where(one => !one.Where.Split(", ").Any(project => known.Contains((one.Type, project))))
                .Select(static one => one.ToString())
        );
    }

    [Theory]
    [InlineData("## Packages that the product is built from", true)]
    [InlineData("## Packages that only building and testing use", false)]
    public void Notices_OfPackages_AreThoseOfTheProjects(string heading, bool shipped)
    {
        var notices = File.ReadAllText(RepositoryPaths.Of("THIRD-PARTY-NOTICES.md"));
        Assert.Contains(heading, notices, StringComparison.Ordinal);
        var rows = Notice().Matches(notices.Split(heading)[1].Split("\n## ")[0]).Select(static match => match.Groups["package"].Value);
        var built = References(static file => file.StartsWith("src/", StringComparison.Ordinal), static item => !IsPrivate(item)).ToList();

        Assert.Equal((shipped ? built : Referenced.Except(built)).Order(), rows.Order());
    }

    private static IEnumerable<string> References(Func<string, bool> files, Func<XElement, bool> items) =>
        ProjectFiles()
            .Where(file => files(SourceFiles.Name(file)))
            .SelectMany(static file => XDocument.Load(file).Descendants("PackageReference"))
            .Where(items)
            .Select(static item => item.Attribute("Include")!.Value)
            .Distinct();

    // An analyzer or a tool: it works while building and is in no output.
    private static bool IsPrivate(XElement item) => item.Attribute("PrivateAssets")?.Value == "all";

    private static IEnumerable<string> ProjectFiles() =>
        RepositoryPaths.Files(RepositoryPaths.Root, "*.csproj").Append(RepositoryPaths.Of("Directory.Build.props"));

    [GeneratedRegex(@"^\| `(?<package>[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| `(?<package>[^`]+)`[^|]*\|", RegexOptions.Multiline)]
    private static partial Regex Notice();

    [GeneratedRegex(@"^\| [^|(]+\((?<types>[^)|]+)\) \| (?<where>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex HandRow();

    [GeneratedRegex("`(?<text>[A-Z][A-Za-z0-9]+)`")]
    private static partial Regex Code();
}
