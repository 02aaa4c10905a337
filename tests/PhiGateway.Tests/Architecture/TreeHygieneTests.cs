using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>
/// What must not stand anywhere in the tree. The words are put together here, so that this file does not hold them itself.
/// </summary>
public sealed class TreeHygieneTests
{
    private static readonly string[] TextEndings =
    [
        ".cs",
        ".csproj",
        ".props",
        ".sln",
        ".json",
        ".yaml",
        ".yml",
        ".md",
        ".mjs",
        ".js",
        ".sh",
        ".py",
        ".sql",
        ".razor",
        ".css",
        ".html",
        ".txt",
        ".service",
        ".conf",
        ".env",
        ".go",
        ".lua",
        "",
    ];

    // Read once for all of them.
    private static readonly Lazy<List<(string Name, string Text)>> Texts = new(static () =>
        [
            .. RepositoryPaths
                .Files(RepositoryPaths.Root, "*")
                .Where(IsOurText)
                .Select(static file => (SourceFiles.Name(file), File.ReadAllText(file))),
        ]
    );

    [Fact]
    public void EditorConfig_RulesThatAreOff_HaveAReason()
    {
        var lines = File.ReadAllLines(RepositoryPaths.Of(".editorconfig"));
        var off = lines
            .Index()
            .Where(static line => line.Item.StartsWith("dotnet_diagnostic.", StringComparison.Ordinal))
            .Where(static line => line.Item.EndsWith("= none", StringComparison.Ordinal))
            .ToList();

        Assert.NotEmpty(off);
        Findings.AssertNone(
            off.Where(line => !lines[line.Index - 1].StartsWith("# ", StringComparison.Ordinal)).Select(static line => line.Item)
        );
    }

    [Fact]
    public void Tree_PathsOfOneMachine_AreNone() =>
        AssertNowhere(
            new Regex(
                @"(?<![\w.~-])/(?:"
                    + string.Join('|', "wo" + "rk", "ro" + "ot", "ho" + "me/[a-z]", "Us" + "ers/[A-Za-z]")
                    + @")(?:/|\b(?=[""' \t]))"
            )
        );

    [Fact]
    public void Tree_PackageRegistryHosts_AreNone() =>
        AssertNowhere(
            new Regex(
                string.Join(
                    '|',
                    "registry\\." + "npmjs",
                    "registry\\." + "yarnpkg",
                    "api\\." + "nuget\\.org",
                    "proxy\\." + "golang\\.org",
                    "deb\\." + "debian\\.org"
                )
            )
        );

    [Fact]
    public void Code_UnfinishedWork_IsNone() =>
        AssertNowhere(
            new Regex(@"\b(?:" + string.Join('|', "TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImple" + "mentedException") + @")\b"),
            "src",
            "tests",
            "deploy"
        );

    [Fact]
    public void Tree_PrivateKeys_AreNone() => AssertNowhere(new Regex("BEGIN (?:RSA |EC )?" + "PRIVATE KEY"));

    private static void AssertNowhere(Regex banned, params string[] folders)
    {
        var found = Texts
            .Value.Where(file => folders.Length == 0 || folders.Any(folder => file.Name.StartsWith(folder + "/", StringComparison.Ordinal)))
            .SelectMany(file => Places(file.Name, file.Text, banned));

        Findings.AssertNone(found);
    }

    private static IEnumerable<string> Places(string name, string text, Regex banned) =>
        banned.Matches(text).Select(match => $"{name}:{text.AsSpan(0, match.Index).Count('\n') + 1}");

    private static bool IsOurText(string file) =>
        TextEndings.Contains(Path.GetExtension(file))
        && Path.GetFileName(file) is not (".git" or ".install.lock")
        && new FileInfo(file).Length < 4 * 1024 * 1024;
}
