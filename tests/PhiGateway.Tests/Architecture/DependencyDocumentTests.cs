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

    private static readonly string[] Referenced =
    [
        .. ProjectFiles()
            .SelectMany(static file => XDocument.Load(file).Descendants("PackageReference"))
            .Select(static item => item.Attribute("Include")!.Value)
            .Distinct()
            .Order(),
    ];

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

    private static IEnumerable<string> ProjectFiles() =>
        RepositoryPaths.Files(RepositoryPaths.Root, "*.csproj").Append(RepositoryPaths.Of("Directory.Build.props"));

    [GeneratedRegex(@"^\| `(?<package>[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
