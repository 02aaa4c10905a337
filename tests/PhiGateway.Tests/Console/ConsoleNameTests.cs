using System.Globalization;
using System.Text.RegularExpressions;
using Bunit;
using PhiGateway.Console.Pages.Clients;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>Names that others chose turn nothing around that stands beside them, and no title of a page is made of one.</summary>
public sealed partial class ConsoleNameTests
{
    // Words of the gateway's own, whatever they are called.
    private static readonly string[] Own =
    [
        "JobPage @Line.Title",
        "LabPage @answer.Reason",
        "PosturePage @line.Id",
        "PosturePage @line.Title",
        "WorkPage @line.Title",
    ];

    // Titles that are made: of clients, vendors and uses, and of what is exported or gathered, which is called by what it is.
    private static readonly string[] Composed =
    [
        "\"Approve \" + brief.Client",
        "\"Stop \" + id",
        "\"Stop \" + vendor.Organization.Id",
        "\"Tokens of \" + report.Client",
        "\"Use \" + seen.Brief.UseCase",
        "isEmergency ? \"Break-glass\" : \"Alerts\"",
        "line.Title",
        "profile.Client.Id",
    ];

    [Fact]
    public void Name_OfSomebodyElse_StandsByItself()
    {
        var found = RepositoryPaths
            .Files(RepositoryPaths.Of("src", "PhiGateway.Console", "Pages"), "*.razor")
            .SelectMany(static file => Bare(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file)))
            .Distinct()
            .Order(StringComparer.Ordinal);

        Assert.Equal(Own, found);
    }

    [Theory]
    [InlineData("<td>@one.Owner</td>", true)]
    [InlineData("<td><bdi>@one.Owner</bdi></td>", false)]
    [InlineData("<td><bdi>@one.Id</bdi>, @one.Client.Owner</td>", true)]
    [InlineData("<td id=\"@one.Owner\"></td>", false)]
    [InlineData("<td>@Links.Of(one.Owner)</td>", false)]
    public void Name_InASource_IsFoundUnlessItStandsByItself(string source, bool isFound) => Assert.Equal(isFound, Bare("X", source).Any());

    // A browser keeps titles when its pages are closed: of a page about a patient the title is a constant.
    [Fact]
    public void Title_OfEveryPage_IsNoneOfAPatient()
    {
        var titles = RepositoryPaths
            .Files(RepositoryPaths.Of("src", "PhiGateway.Console"), "*.cs")
            .SelectMany(static file => Content().Matches(File.ReadAllText(file)).Select(static match => match.Groups["title"].Value.Trim()))
            .ToList();

        Assert.True(titles.Count > 30, $"{titles.Count} pages");
        Assert.Equal(Composed, titles.Where(static title => !Constant().IsMatch(title)).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(-30, 60, "good")]
    [InlineData(-80, 10, "warn")]
    [InlineData(-100, -10, "deny")]
    [InlineData(-90, 0, "deny")]
    public void RotationBar_OfACredential_FillsAndChangesWithItsDays(int created, int rotate, string kind)
    {
        using var context = new BunitContext();
        var today = new DateOnly(2026, 5, 1);
        var credential = new Credential
        {
            Id = "c",
            Client = "acme",
            Created = today.AddDays(created),
            RotateBy = today.AddDays(rotate),
        };
        var bar = context.Render<RotationBar>(one => one.Add(part => part.Model, credential).Add(part => part.Today, today));

        Assert.Equal("fill " + kind, bar.Find("rect.fill").GetAttribute("class"));
        var share = Math.Min(100, -created * 100 / (rotate - created));
        Assert.Equal(share.ToString(CultureInfo.InvariantCulture), bar.Find("rect.fill").GetAttribute("width"));
        Assert.Contains(rotate < 0 ? "overdue since" : "due", bar.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void RotationBar_WithoutADate_SaysSo()
    {
        using var context = new BunitContext();
        var credential = new Credential { Id = "c", Client = "acme" };
        var today = new DateOnly(2026, 5, 1);
        var bar = context.Render<RotationBar>(one => one.Add(part => part.Model, credential).Add(part => part.Today, today));

        Assert.Empty(bar.FindAll("rect"));
        Assert.Contains("no date", bar.Markup, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Bare(string page, string source) =>
        Name().Matches(Attribute().Replace(Alone().Replace(source, string.Empty), string.Empty)).Select(match => $"{page} {match.Value}");

    [GeneratedRegex(@"<bdi>.*?</bdi>|<code>.*?</code>|@\*.*?\*@", RegexOptions.Singleline)]
    private static partial Regex Alone();

    [GeneratedRegex("""="(?:@\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|[^"]*)"?""")]
    private static partial Regex Attribute();

    [GeneratedRegex(
        @"@[\w.]*\.(?:Owner|Deputy|Description|Title|Person|Organization|ApprovedBy|By|Why|Subject|Tenant|Client|UseCase|Node|Reason|Id)"
            + @"\b(?![.(])"
    )]
    private static partial Regex Name();

    [GeneratedRegex(@"new PageContent\(\s*(?<title>[^,]+),")]
    private static partial Regex Content();

    [GeneratedRegex("^\"[A-Za-z ,]+\"$")]
    private static partial Regex Constant();
}
