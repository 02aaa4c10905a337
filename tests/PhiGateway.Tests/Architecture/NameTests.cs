using System.Text.RegularExpressions;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>A name stands for one thing in the whole product, and for a thing that the product needs.</summary>
public sealed partial class NameTests
{
    /// <summary>Names that two types have, each with its reason.</summary>
    private static readonly Dictionary<string, string> Shared = new()
    {
        ["TrailRegistration"] = "a room registers itself under its own name, and both planes have a room for the trail",
    };

    [Fact]
    public void TopLevelTypes_OfTheProduct_HaveNamesOfTheirOwn()
    {
        var twice = ProductAssemblies
            .All.SelectMany(ProductAssemblies.WrittenTypes)
            .Where(static type => !type.IsNested)
            .GroupBy(static type => type.Name.Split('`')[0], static type => type.Namespace)
            .Where(static name => name.Distinct().Count() > 1)
            .ToList();

        Findings.AssertNone(
            twice
                .Where(static name => !Shared.ContainsKey(name.Key))
                .Select(static name => $"{name.Key}: {string.Join(", ", name.Distinct())}")
        );
        Findings.AssertNone(
            Shared.Keys.Except(twice.Select(static name => name.Key)).Select(static name => $"{name} is nobody else's any more")
        );
    }

    [Fact]
    public void TopLevelTypes_OfTheProduct_AreUsedByIt()
    {
        // By text: a type of whose file no name stands in any other file, and which extends nothing, is nobody's but the tests'.
        var files = SourceFiles
            .Below("src")
            .Concat(SourceFiles.Pages())
            .Select(static file => (Name: SourceFiles.Name(file), Text: File.ReadAllText(file)))
            .ToList();
        var seen = files
            .SelectMany(static file => Word().Matches(file.Text).Select(static word => word.Value).Distinct())
            .CountBy(static word => word)
            .ToDictionary(StringComparer.Ordinal);

        Findings.AssertNone(
            files
                .Where(static file => !Extends().IsMatch(file.Text))
                .Where(file =>
                    TypeName().Matches(file.Text) is { Count: > 0 } types && types.All(type => seen[type.Groups["name"].Value] == 1)
                )
                .Select(static file => file.Name)
        );
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\(\s*this |\bextension\(")]
    private static partial Regex Extends();

    [GeneratedRegex(
        @"^(?:public |internal )(?:\w+ )*(?:class|interface|enum|struct|record|delegate \S+) (?<name>\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex TypeName();
}
