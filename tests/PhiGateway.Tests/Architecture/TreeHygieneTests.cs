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

    [Fact]
    public void Tree_PathsOfOneMachine_AreNone() =>
        AssertNowhere(
            new Regex(
                @"(?<![\w.~-])/(?:"
                    + string.Join('|', "wo" + "rk", "ro" + "ot", "ho" + "me/[a-z]", "Us" + "ers/[A-Za-z]")
                    + @")(?:/|\b(?=[""'\s]))"
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
        var roots =
            folders.Length == 0 ? [RepositoryPaths.Root] : folders.Select(folder => RepositoryPaths.Of(folder)).Where(Directory.Exists);
        var found = roots
            .SelectMany(root => RepositoryPaths.Files(root, "*"))
            .Where(IsOurText)
            .SelectMany(file =>
                File.ReadLines(file)
                    .Select((line, index) => (File: Path.GetRelativePath(RepositoryPaths.Root, file), Line: index + 1, Text: line))
            )
            .Where(place => banned.IsMatch(place.Text))
            .Select(place => $"{place.File}:{place.Line}");

        Findings.AssertNone(found);
    }

    private static bool IsOurText(string file) =>
        TextEndings.Contains(Path.GetExtension(file))
        && Path.GetFileName(file) is not (".git" or ".install.lock")
        && new FileInfo(file).Length < 4 * 1024 * 1024;
}
