using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>The formatter breaks at 140 columns; what it cannot break may reach 160.</summary>
public sealed partial class LineWidthTests
{
    private const int Wall = 160;

    // Code around one long literal of data.
    private const int Around = 100;

    /// <summary>Tables with one row a line: broken rows cannot be compared.</summary>
    private static readonly string[] Tables = ["src/PhiGateway.Policy/Vocabulary/DenyReasons.cs"];

    [Fact]
    public void File_Lines_StayWithinTheWall()
    {
        var wide = SourceFiles
            .Below()
            .Where(file => !Tables.Contains(SourceFiles.Name(file)))
            .SelectMany(file => Wide(File.ReadLines(file)).Select(line => $"{SourceFiles.Name(file)}:{line}"));

        Findings.AssertNone(wide);
    }

    [Fact]
    public void Page_Lines_StayWithinTheWall()
    {
        // Markup can be broken at any attribute: no line of it is data.
        var wide = SourceFiles
            .Pages()
            .SelectMany(file =>
                File.ReadLines(file)
                    .Index()
                    .Where(line => line.Item.Length > Wall)
                    .Select(line => $"{SourceFiles.Name(file)}:{line.Index + 1}")
            );

        Findings.AssertNone(wide);
    }

    [Fact]
    public void Tables_EachOne_IsThereAndStillWide() =>
        Assert.All(Tables, static name => Assert.NotEmpty(Wide(File.ReadLines(RepositoryPaths.Of(name)))));

    [Fact]
    public void Wide_CodeAndData_AreToldApart()
    {
        var data = new string('x', Wall);

        Assert.Empty(Wide([$$""""    [InlineData("""{"id":"{{data}}"}""")]""""]));
        Assert.Empty(Wide(["const string Body = \"\"\"", $$"""{"id":"{{data}}"}""", "    \"\"\";"]));
        Assert.Equal([1], Wide([$"Call({data});"]));
        Assert.Equal([1], Wide([$"Call(\"{data}\");"]));
        Assert.Equal([1], Wide([$$""""Call({{data}}, """{"id":1}""");""""]));
        Assert.Equal([4], Wide(["var a = \"\"\"", "{}", "\"\"\";", $"Call({data});"]));
    }

    // Lines inside a raw literal are its data; so is a literal that holds JSON or a query, as long as little code stands around it.
    private static IEnumerable<int> Wide(IEnumerable<string> lines)
    {
        var (number, isRaw) = (0, false);
        foreach (var line in lines)
        {
            number++;
            var fences = Fence().Count(line);
            var isData = isRaw && fences == 0;
            isRaw ^= fences % 2 == 1;
            if (line.Length <= Wall || isData)
            {
                continue;
            }

            var longest = Literal().Matches(line).Select(match => match.Value).MaxBy(literal => literal.Length) ?? string.Empty;
            if (Literal().Replace(line, string.Empty).Length > Around || longest.AsSpan().IndexOfAny('{', '&') < 0)
            {
                yield return number;
            }
        }
    }

    [GeneratedRegex("\"{3,}")]
    private static partial Regex Fence();

    [GeneratedRegex(
        """
            \$*"{3,}.*?"{3,}|\$?"(?:\\.|[^"\\])*"
            """
    )]
    private static partial Regex Literal();
}
