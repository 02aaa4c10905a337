using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>No picture of the console shows a screen that says something else by now; one command makes them anew.</summary>
public sealed partial class ConsolePictureTests
{
    [Fact]
    public void Pictures_EveryOne_IsOfItsScreenAsItIs()
    {
        var made = ConsolePictures.Read();
        string[] old =
        [
            .. ConsolePictures.Screens.Keys.Where(name =>
                !made.TryGetValue(name, out var one)
                || one.Look != ConsolePictures.LookOf(name)
                || !File.Exists(ConsolePictures.PathOf(name))
                || one.Bytes != ConsolePictures.BytesOf(File.ReadAllBytes(ConsolePictures.PathOf(name)))
            ),
        ];

        Assert.True(old.Length == 0, $"older than their screens, and made anew by tests/pictures.sh: {string.Join(", ", old)}");
        Assert.Equal(ConsolePictures.Screens.Keys, made.Keys);
    }

    [Fact]
    public void Documents_WithPictures_ShowThoseThatAreMade()
    {
        var shown = Picture().Matches(File.ReadAllText(RepositoryPaths.Of("docs", "console.md")));
        Assert.Equal(ConsolePictures.Screens.Keys, shown.Select(static match => match.Groups["name"].Value).Order(StringComparer.Ordinal));

        // The story opens with one of them.
        var first = Picture().Match(File.ReadAllText(RepositoryPaths.Of("README.md")));
        Assert.Equal("now", first.Groups["name"].Value);
        Assert.All(
            Directory.EnumerateFiles(RepositoryPaths.Of("docs", "console"), "*.png"),
            static file => Assert.Contains(Path.GetFileNameWithoutExtension(file), ConsolePictures.Screens.Keys)
        );
    }

    [Theory]
    [InlineData("a.razor", "<p class=\"lead\">Two words</p>", "<p class=\"lead\">Other words</p>")]
    [InlineData("a.razor", "<p class=\"lead\">Two words</p>", "<p class=\"sub\">Two words</p>")]
    [InlineData("a.razor", "@if (a)\n{ <p>x</p> }", "@if (b)\n{ <p>x</p> }")]
    [InlineData("a.css", "p { color: red; }", "p { color: blue; }")]
    [InlineData("a.cs", "var said = \"one thing\";", "var said = \"another thing\";")]
    [InlineData("a.yaml", "name: a", "name: b")]
    public void Look_OfWhatSaysSomethingElse_IsAnother(string name, string before, string after) =>
        Assert.NotEqual(Look(name, before), Look(name, after));

    [Theory]
    [InlineData("a.razor", "@* one *@<p>\n    x</p>", "<p> x</p>@* other\n words *@")]
    [InlineData("a.css", "/* why */ p {\n color: red; }", "p { color: red; }")]
    [InlineData("a.cs", "// one\nvar a = Of(\"one thing\");", "/// two \"words\" here\nvar other = From(1, \"one thing\");")]
    [InlineData("a.cs", "var path = \"/console/one\";", "var path = \"/console/other\";")]
    public void Look_OfCommentsAndCode_IsTheSame(string name, string before, string after) =>
        Assert.Equal(Look(name, before), Look(name, after));

    [Fact]
    public void Look_OfEachPicture_HasThePartsOfItsScreen()
    {
        // Screens of their own are not alike, and the same screen in the dark is.
        var looks = ConsolePictures.Screens.Keys.ToDictionary(static name => name, ConsolePictures.LookOf, StringComparer.Ordinal);
        Assert.Equal(looks["now"], looks["now-dark"]);
        Assert.Equal(looks.Count - 1, looks.Values.Distinct(StringComparer.Ordinal).Count());
    }

    private static string Look(string name, string text) => ConsolePictures.LookOf([KeyValuePair.Create(name, text)]);

    [GeneratedRegex(@"\]\((?:docs/)?console/(?<name>[a-z0-9-]+)\.png\)")]
    private static partial Regex Picture();
}
