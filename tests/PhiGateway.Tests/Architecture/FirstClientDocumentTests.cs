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
        var exports = Exported();
        (string, string?)[] settings =
        [
            .. exports
                .Where(static one => one.Key.StartsWith(GatewayConfiguration.EnvironmentPrefix, StringComparison.Ordinal))
                .Select(static one => (KeyOf(one.Key), (string?)one.Value)),
        ];

        // The two databases are named by variables that are not set here, and nothing else is missing or misspelt.
        Assert.Equal(4, settings.Length);
        Assert.Equal(
            ["PhiGateway:Audit:Store:ConnectionString", "PhiGateway:Registry:ConnectionString"],
            ConfigurationFixture.Problems(settings).Select(static problem => problem.Key).Order()
        );

        // Where they are set as the page sets them, nothing is.
        string[] secrets = ["PHIGW_AUDIT", "PHIGW_REGISTRY"];
        Assert.All(secrets, name => Assert.StartsWith("Host=", exports[name], StringComparison.Ordinal));
        try
        {
            foreach (var name in secrets)
            {
                Environment.SetEnvironmentVariable(name, exports[name]);
            }

            Assert.Empty(ConfigurationFixture.Problems(settings));
        }
        finally
        {
            foreach (var name in secrets)
            {
                Environment.SetEnvironmentVariable(name, null);
            }
        }
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

    // As a shell has it: the words of a line are written out before any of them is set, so one knows nothing of those beside it.
    private static Dictionary<string, string> Exported()
    {
        var block = Fence().Matches(Page).Single(static one => one.Groups["text"].Value.StartsWith("export ", StringComparison.Ordinal));
        var set = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in block.Groups["text"].Value.Split('\n'))
        {
            var words = Assignment()
                .Matches(line)
                .Select(word => (Name: word.Groups["name"].Value, Value: Written(word.Groups["value"].Value, set)))
                .ToList();
            words.ForEach(word => set[word.Name] = word.Value);
        }

        return set;
    }

    private static string Written(string value, Dictionary<string, string> set) =>
        value.StartsWith('\'')
            ? value.Trim('\'')
            : Variable().Replace(value.Trim('"'), name => set.GetValueOrDefault(name.Groups["name"].Value, string.Empty));

    private static string KeyOf(string variable) =>
        "PhiGateway:" + variable[GatewayConfiguration.EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal);

    [GeneratedRegex(@"^```(?<word>\w*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("""(?<= )(?<name>PHIGW_\w+)=(?<value>'[^']*'|"[^"]*"|\S+)""")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\$(?<name>\w+)")]
    private static partial Regex Variable();
}
