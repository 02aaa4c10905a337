using System.CommandLine;
using System.Text.RegularExpressions;
using PhiGateway.Cli;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Cli;

/// <summary>What the documents tell a person to type is understood, and does what they say.</summary>
public sealed partial class DocumentedCommandsTests
{
    // What stands for a name in a document, and one that exists in the sample.
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["ID"] = "acme-connector",
        ["JTI"] = "jti-1",
        ["NAME"] = "north",
        ["FILE"] = "registry.yaml",
        ["PERSON"] = "mary@hospital.example",
        ["TARGET"] = "client",
        ["VALUE"] = "acme-connector",
        ["…"] = "x",
    };

    public static TheoryData<string, string> Commands
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var file in Pages())
            {
                foreach (Match match in Command.Matches(File.ReadAllText(file)))
                {
                    foreach (var command in Alternatives(match.Groups["words"].Value.Replace("\\|", "|", StringComparison.Ordinal)))
                    {
                        data.Add(Path.GetFileName(file), command);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_AsWritten_IsUnderstood(string page, string command)
    {
        var errors = PhigwCommand
            .Create()
            .Parse(command)
            .Errors.Select(static error => error.Message)
            .Where(static error =>
                !error.StartsWith("Required ", StringComparison.Ordinal) && !error.EndsWith(" is required.", StringComparison.Ordinal)
            );

        // A command that is only named leaves out what it needs; a word that does not exist is a mistake.
        Assert.True(!errors.Any(), $"{page}: phigw {command}: {string.Join(' ', errors)}");
    }

    [Fact]
    public async Task RevokeEverything_EachRow_StopsTheClient()
    {
        var rows = Row.Matches(await File.ReadAllTextAsync(Page("revoke-everything.md"), TestContext.Current.CancellationToken))
            .Select(static match => match.Groups["words"].Value)
            .ToList();
        Assert.True(rows.Count >= 4);
        foreach (var row in rows.Where(static row => !row.Contains("token ", StringComparison.Ordinal)))
        {
            await using var server = await AdminServer.StartAsync();
            await Approvals.OpenAsync(server);
            using var phigw = new PhigwShell(server);
            var words = row.Replace("organization ID", "organization acme", StringComparison.Ordinal)
                .Replace("issuer NAME", "issuer hospital-idp", StringComparison.Ordinal);
            var done = await phigw.RunAsync("olga", "", Plain(words).Split(' '));

            Assert.True(done.Code == 0, $"{row}: {done.All}");
            Assert.Contains("acme-connector", done.Output);
        }
    }

    // A block of a document is typed as it stands: commands of ours in it are understood, and what they run or read is there.
    [Fact]
    public void Blocks_EveryCommandOfOurs_IsUnderstood_AndEveryFileIsThere()
    {
        var commands = 0;
        foreach (var (page, line) in Pages().SelectMany(Lines))
        {
            foreach (Match match in OursInABlock.Matches(line))
            {
                commands++;
                var words = Plain(match.Groups["words"].Value.Trim());
                var errors = PhigwCommand.Create().Parse(words).Errors.Select(static error => error.Message);
                Assert.True(!errors.Any(), $"{page}: {line}: {string.Join(' ', errors)}");
            }

            foreach (Match match in RepositoryFile.Matches(line))
            {
                var path = RepositoryPaths.Of(match.Groups["path"].Value.Split('/'));
                Assert.True(Path.Exists(path), $"{page}: {line}: there is no {match.Groups["path"].Value}.");
            }
        }

        Assert.True(commands >= 10, $"{commands} commands were found.");
    }

    [Fact]
    public void Pages_EveryCommandOfTheGateway_IsOneOfItsUsage()
    {
        var usage = File.ReadAllText(RepositoryPaths.Of("src", "PhiGateway.Gateway", "Composition", "RunCommand.cs"));
        var known = Regex
            .Matches(usage, "^ +phi-gateway (?<word>[a-z-]+)", RegexOptions.Multiline)
            .Select(static match => match.Groups["word"].Value);
        var found = Pages()
            .SelectMany(static page => Gateways.Matches(File.ReadAllText(page)).Select(match => (page, Word: match.Groups["word"].Value)))
            .ToList();

        Assert.True(found.Count >= 5);
        Assert.All(found, command => Assert.Contains(command.Word, known));
    }

    // Files that a runbook tells a person to run or to keep.
    [Fact]
    public void Pages_EveryFileOfTheRepository_IsThere()
    {
        foreach (var page in Pages())
        {
            foreach (Match match in InlineFile.Matches(File.ReadAllText(page)))
            {
                var path = RepositoryPaths.Of(match.Groups["path"].Value.TrimEnd('/', '.').Split('/'));
                Assert.True(Path.Exists(path), $"{Path.GetFileName(page)} names {match.Groups["path"].Value}, which is not there.");
            }
        }
    }

    // A runbook names settings, records and metrics: each of them is there.
    [Fact]
    public void Runbooks_EveryNameInThem_IsThere()
    {
        var sources = string.Concat(
            RepositoryPaths
                .Files(RepositoryPaths.Of("src"), "*.cs")
                .Where(static file => !file.Contains("Migrations", StringComparison.Ordinal))
                .Select(File.ReadAllText)
        );
        var settings = File.ReadAllText(RepositoryPaths.Of("docs", "configuration.md"));
        foreach (var file in RepositoryPaths.Files(RepositoryPaths.Of("docs", "runbooks"), "*.md"))
        {
            var text = File.ReadAllText(file);
            foreach (Match match in Named.Matches(text))
            {
                var name = match.Groups["name"].Value;
                var found = name.StartsWith("PhiGateway:", StringComparison.Ordinal)
                    ? settings.Contains($"`{name}`", StringComparison.Ordinal)
                    : sources.Contains($"\"{name}\"", StringComparison.Ordinal);
                Assert.True(found, $"{Path.GetFileName(file)} names {name}, which is not there.");
            }
        }
    }

    // "mary" and "wei" stand for phigw with a person's key.
    [GeneratedRegex(@"^(?:phigw|mary|wei|root|until mary|until wei) (?<words>(?!\(\))[^|<>]+?)(?:\s*(?:[|<>]|<<<).*|; do .*)?$")]
    private static partial Regex OursInABlock { get; }

    [GeneratedRegex(
        @"(?:\$repo/|\./|--project |^|\s)(?<path>(?:tests|samples|deploy|docs|src)/[A-Za-z0-9_./-]+)(?<!/bin/Debug/net10\.0/[A-Za-z.]+)"
    )]
    private static partial Regex RepositoryFile { get; }

    [GeneratedRegex(@"(?<![\w./-])phi-gateway (?<word>[a-z][a-z-]+)(?: --config|`)")]
    private static partial Regex Gateways { get; }

    [GeneratedRegex(@"`(?<path>(?:tests|samples|deploy|docs|src)/[A-Za-z0-9_./-]+)`")]
    private static partial Regex InlineFile { get; }

    private static IEnumerable<(string Page, string Line)> Lines(string page) =>
        Regex
            .Matches(File.ReadAllText(page), @"^```[^\n]*\n(?<block>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)
            .SelectMany(static match =>
                match.Groups["block"].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n', StringSplitOptions.TrimEntries)
            )
            .Where(static line => line.Length > 0 && !line.StartsWith('#'))
            .Select(line => (Path.GetFileName(page), line.TrimStart('$', ' ')));

    [GeneratedRegex(@"`phigw (?<words>[^`]+)`")]
    private static partial Regex Command { get; }

    [GeneratedRegex(@"^\| [^|]+ \| `phigw (?<words>[^`]+)`", RegexOptions.Multiline)]
    private static partial Regex Row { get; }

    [GeneratedRegex(@"`(?<name>PhiGateway:[A-Za-z:]+|phi_gateway\.[a-z._]+|(?:journal|refusals|registry|clock|routes)\.[a-z-]+)(?:=\w+)?`")]
    private static partial Regex Named { get; }

    private static string Page(string name) => RepositoryPaths.Of("docs", "runbooks", name);

    private static IEnumerable<string> Pages() =>
        RepositoryPaths.Files(RepositoryPaths.Of("docs"), "*.md").Append(RepositoryPaths.Of("README.md"));

    // "client list|show" are two commands, "[--nodes]" one with and one without.
    private static IEnumerable<string> Alternatives(string words)
    {
        var places = words.Split(' ');
        var many = Array.FindIndex(places, static place => place.Contains('|') && !place.StartsWith('['));
        IEnumerable<string> commands =
            many < 0 ? [words] : places[many].Split('|').Select(one => string.Join(' ', [.. places[..many], one, .. places[(many + 1)..]]));
        return commands.SelectMany(static command =>
            command.Contains('[')
                ? [Plain(Optional.Replace(command, string.Empty)), Plain(Bracket.Replace(command, string.Empty))]
                : new[] { Plain(command) }
        );
    }

    [GeneratedRegex(@"\s*\[[^\]]*\]")]
    private static partial Regex Optional { get; }

    [GeneratedRegex(@"[\[\]]")]
    private static partial Regex Bracket { get; }

    private static string Plain(string command) =>
        string.Join(' ', command.Split(' ').Select(static word => Names.GetValueOrDefault(word, word)))
            .Replace("--issued-at x", "--issued-at 2026-05-01T12:00:00Z", StringComparison.Ordinal)
            .Replace("--lifetime x", "--lifetime 300", StringComparison.Ordinal);
}
