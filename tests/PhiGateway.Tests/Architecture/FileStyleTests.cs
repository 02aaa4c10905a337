using System.Text.RegularExpressions;
using Xunit;

namespace PhiGateway.Tests.Architecture;

public sealed partial class FileStyleTests
{
    private const int Wall = 400;
    private const int Median = 64;

    [Fact]
    public void SourceFile_Length_StaysBelowTheWall()
    {
        var lengthy = SourceFiles
            .Below()
            .Select(file => (File: SourceFiles.Name(file), Lines: File.ReadLines(file).Count()))
            .Where(pair => pair.Lines > Wall);

        Findings.AssertNone(lengthy.Select(pair => $"{pair.File}: {pair.Lines} lines"));
    }

    [Fact]
    public void Type_LengthOverAllItsFiles_StaysBelowTheWall()
    {
        // A long class that passes the wall in slices is a long class.
        var lengthy = SourceFiles
            .Below("src")
            .SelectMany(file =>
            {
                var code = CodeText.Bare(File.ReadAllText(file));
                var space = FileNamespace().Match(code).Groups["name"].Value;
                return PartialType()
                    .Matches(code)
                    .Select(match => $"{space}.{match.Groups["name"].Value}")
                    .Distinct()
                    .Select(type => (Type: type, Lines: File.ReadLines(file).Count()));
            })
            .GroupBy(part => part.Type, part => part.Lines)
            .Where(type => type.Sum() > Wall);

        Findings.AssertNone(lengthy.Select(type => $"{type.Key}: {type.Sum()} lines in {type.Count()} files"));
    }

    [Fact]
    public void Expression_Conditionals_AreNotNested()
    {
        var nested = SourceFiles
            .Below("src")
            .SelectMany(file => CodeText.NestedConditionals(File.ReadAllText(file)).Select(line => $"{SourceFiles.Name(file)}:{line}"));

        Findings.AssertNone(nested);
    }

    [Fact]
    public void Page_Conditionals_AreNotNested()
    {
        var nested = SourceFiles
            .Pages()
            .SelectMany(file => CodeText.Expressions(File.ReadAllText(file)).Select(found => (Name: SourceFiles.Name(file), found)))
            .Where(pair => CodeText.NestedConditionals(pair.found.Code).Any());

        Findings.AssertNone(nested.Select(pair => $"{pair.Name}:{pair.found.Line}"));
    }

    [Fact]
    public void SourceFiles_MedianLength_IsSmall()
    {
        var lengths = SourceFiles.Below("src").Select(file => File.ReadLines(file).Count()).Order().ToList();

        Assert.InRange(lengths[lengths.Count / 2], 1, Median);
    }

    [Fact]
    public void SourceFile_Namespace_IsFileScoped()
    {
        var scoped = SourceFiles.Below().Where(file => BlockNamespace().IsMatch(File.ReadAllText(file)));

        Findings.AssertNone(scoped.Select(SourceFiles.Name));
    }

    [Fact]
    public void SourceFile_PublicClasses_AreOne()
    {
        // Small records and enums may live with what they belong to, and the parts of a tree of options with its root; classes and
        // interfaces have a file of their own.
        var crowded = SourceFiles.Below("src").Where(file => PublicClass().Count(File.ReadAllText(file)) > 1);

        Findings.AssertNone(crowded.Select(SourceFiles.Name));
    }

    [Fact]
    public void SourceFile_Name_IsThatOfAType()
    {
        var nameless = SourceFiles
            .Below("src")
            .Where(file => Path.GetFileName(file) != "Program.cs")
            .Where(file =>
                TypeName().Matches(File.ReadAllText(file)) is { Count: > 0 } types
                && types.All(type => !Fits(Path.GetFileNameWithoutExtension(file), type.Groups["name"].Value))
            );

        Findings.AssertNone(nameless.Select(SourceFiles.Name));
    }

    [Fact]
    public void Libraries_Console_IsNotUsed()
    {
        var hosts = new[] { "PhiGateway.Gateway", "PhiGateway.Cli" };
        var talking = SourceFiles
            .Below("src")
            .Where(file => !hosts.Any(host => SourceFiles.Name(file).StartsWith($"src/{host}/", StringComparison.Ordinal)))
            .Where(file => ConsoleCall().IsMatch(File.ReadAllText(file)));

        Findings.AssertNone(talking.Select(SourceFiles.Name));
    }

    [Fact]
    public void Policy_ChanceAndClock_AreNotUsed()
    {
        var impure = SourceFiles.Below("src", "PhiGateway.Policy").Where(file => Impure().IsMatch(File.ReadAllText(file)));

        Findings.AssertNone(impure.Select(SourceFiles.Name));
    }

    private static bool Fits(string file, string type) =>
        file == type
        || file == type + "s"
        || file.StartsWith(type, StringComparison.Ordinal)
        || (type.EndsWith('y') && file == type[..^1] + "ies");

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex FileNamespace();

    [GeneratedRegex(@"^(?:\w+ )*partial (?:class|struct|interface|record(?: struct)?) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PartialType();

    // The project of that name is another thing.
    [GeneratedRegex(@"(?<!PhiGateway\.)(?<!\w)Console\.")]
    private static partial Regex ConsoleCall();

    [GeneratedRegex(@"^namespace [^;]*$", RegexOptions.Multiline)]
    private static partial Regex BlockNamespace();

    [GeneratedRegex(@"^public (?!.*\bpartial class)(?:\w+ )*(?:class|interface) (?!\w+Options\b)\w", RegexOptions.Multiline)]
    private static partial Regex PublicClass();

    [GeneratedRegex(
        @"^(?:public |internal |file )(?:\w+ )*(?:class|interface|enum|struct|record|delegate \S+) (?<name>\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex TypeName();

    [GeneratedRegex(@"Guid\.NewGuid|Random\.Shared|new Random|Environment\.Tick|Stopwatch\.|TimeProvider\.System")]
    private static partial Regex Impure();
}
