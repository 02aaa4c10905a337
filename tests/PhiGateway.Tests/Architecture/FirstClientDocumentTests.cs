using System.Text.RegularExpressions;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Gateway.Configuration;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>
/// What docs/first-client.md has besides the commands that the walk pastes into a shell: nothing that is typed there stands outside of it but
/// the other database, whose settings are known, and what is shown as an answer is what is promised.
/// </summary>
public sealed partial class FirstClientDocumentTests
{
    private static readonly string Page = File.ReadAllText(RepositoryPaths.Of("docs", "first-client.md"));

    // The walk takes blocks of sh; one of another word would be typed and never tried.
    [Fact]
    public void Blocks_OfThePage_ArePastedByTheWalkOrKnownHere()
    {
        var blocks = Fence().Matches(Page);
        var words = blocks.Select(static block => block.Groups["word"].Value).ToHashSet(StringComparer.Ordinal);
        var others = blocks
            .Where(static block => block.Groups["word"].Length == 0)
            .Select(static block => block.Groups["text"].Value)
            .ToList();

        Assert.Subset(new HashSet<string>(StringComparer.Ordinal) { "sh", "" }, words);
        Assert.True(blocks.Count(static block => block.Groups["word"].Value == "sh") >= 10);
        Assert.All(
            others,
            static text =>
                Assert.True(
                    text.StartsWith("DENY ", StringComparison.Ordinal)
                        || text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                            .All(static line => line.StartsWith("export ", StringComparison.Ordinal)),
                    text
                )
        );
    }

    [Fact]
    public void OtherDatabase_Exports_AreSettingsThatTheNodeKnows()
    {
        var exports = Export()
            .Matches(Page)
            .Where(static match => match.Groups["name"].Value.StartsWith("PHIGW__", StringComparison.Ordinal))
            .ToList();
        var problems = ConfigurationFixture.Problems([
            .. exports.Select(static match => (KeyOf(match.Groups["name"].Value), (string?)match.Groups["value"].Value)),
        ]);

        // The two databases are named by variables that are not set here, and nothing else is missing or misspelt.
        Assert.Equal(4, exports.Count);
        Assert.Equal(
            ["PhiGateway:Audit:Store:ConnectionString", "PhiGateway:Registry:ConnectionString"],
            problems.Select(static problem => problem.Key).Order()
        );
        Assert.Empty(
            ConfigurationFixture.Problems([
                .. exports
                    .Where(static match => match.Groups["name"].Value.EndsWith("Provider", StringComparison.Ordinal))
                    .Select(static match => (KeyOf(match.Groups["name"].Value), (string?)match.Groups["value"].Value)),
                ("PhiGateway:Registry:ConnectionString", "Host=db.hospital.example;Database=phigateway;Username=gw;Password=x"),
                ("PhiGateway:Audit:Store:ConnectionString", "Host=db.hospital.example;Database=phigateway;Username=gw;Password=x"),
            ])
        );
    }

    // What the page shows as the answer of explain is promised by the walk, word for word but for what differs each time.
    [Fact]
    public void Answer_ThatIsShown_IsOneThatTheWalkWaitsFor()
    {
        var shown = Fence().Matches(Page).Single(static block => block.Groups["text"].Value.StartsWith("DENY ", StringComparison.Ordinal));
        var walk = File.ReadAllText(RepositoryPaths.Of("tests", "PhiGateway.EndToEnd", "FirstClientTests.cs"));

        foreach (var words in (string[])["DENY outside-use-case", "Condition.search"])
        {
            Assert.Contains(words, shown.Groups["text"].Value, StringComparison.Ordinal);
            Assert.Contains($"\"{words}\"", walk, StringComparison.Ordinal);
        }
    }

    private static string KeyOf(string variable) =>
        "PhiGateway:" + variable[GatewayConfiguration.EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal);

    [GeneratedRegex(@"^```(?<word>\w*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"(?<=^export [^\n]*|^export )(?<name>PHIGW_\w+)=(?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex Export();
}
