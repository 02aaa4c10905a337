using System.Text.RegularExpressions;
using PhiGateway.Console.Http;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>The script's keys lead to every section, each by one of its own, and the script keeps nothing in the browser.</summary>
public sealed partial class ConsoleKeysTests
{
    // What a key means without the one that goes before it, or on a row.
    private static readonly string[] Others = ["g", "/", "j", "k"];

    private static string Script => File.ReadAllText(RepositoryPaths.Of("src", "PhiGateway.Console", "Assets", "console.js"));

    [Fact]
    public void Key_OfEverySection_IsItsOwnAndDocumented()
    {
        var keys = ConsoleSections.All.Select(static section => section.Shown.Shortcut).ToList();
        Assert.All(keys, static key => Assert.Matches("^[a-z]$", key));
        Assert.Equal(keys.Count, keys.Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(keys.Intersect(Others));

        var said = File.ReadAllText(RepositoryPaths.Of("docs", "console.md"));
        said = said[said.IndexOf("## Keys", StringComparison.Ordinal)..];
        var line = said[(said.IndexOf("then", StringComparison.Ordinal) + 4)..said.IndexOf("· `j`", StringComparison.Ordinal)];
        Assert.Equal(
            keys.Order(StringComparer.Ordinal),
            Key().Matches(line).Select(static match => match.Groups["key"].Value).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Script_OfThePages_KeepsNothingInTheBrowserAndWritesNoHtml()
    {
        string[] never = ["localStorage", "sessionStorage", "indexedDB", "caches", "cookie", "innerHTML", "outerHTML", "eval("];
        Assert.All(never, static word => Assert.DoesNotContain(word, Script, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("textContent", Script, StringComparison.Ordinal);
    }

    [GeneratedRegex("`(?<key>[a-z])`")]
    private static partial Regex Key();
}
