using System.Reflection;
using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Replay;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages.Lab;
using PhiGateway.Console.Pages.Patients;
using PhiGateway.Console.Pages.Reviews;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>Each component by itself: whatever stands in its model is text, and nothing in it is said to be nothing.</summary>
public sealed class ConsoleComponentTests
{
    public static TheoryData<string> Components =>
        new(
            typeof(Shell)
                .Assembly.GetTypes()
                .Where(static type => type.IsSubclassOf(typeof(ComponentBase)) && type.GetProperty("Model") is not null)
                .Select(static type => type.FullName!)
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Components_OfThePages_AreAllThere() => Assert.True(Components.Count > 30, $"{Components.Count} components");

    [Theory]
    [MemberData(nameof(Components))]
    public void Component_HostileTextInEveryPlace_IsTextAndNothingElse(string name)
    {
        var plain = Render(name, "plain", isFull: true);
        var hostile = Render(name, ConsolePageTests.Hostile, isFull: true);

        // The same elements with the same attributes, whatever the words are.
        Assert.Equal(Shape(plain), Shape(hostile));
        Assert.DoesNotContain(Elements(hostile), static element => element.LocalName == "script" && !element.HasAttribute("src"));
        Assert.DoesNotContain(
            Elements(hostile).SelectMany(static element => element.Attributes),
            static attribute => attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase) || attribute.Name == "style"
        );
    }

    // Turned around, endless, unseen, and in letters that look like others: as elements all of it is the same page.
    [Theory]
    [MemberData(nameof(Components))]
    public void Component_StrangeLettersInEveryPlace_AreTextAndNothingElse(string name)
    {
        var plain = Shape(Render(name, "plain", isFull: true)).ToList();
        foreach (var strange in (string[])["\u202eemca", "\u2066\u202bacme", new string('W', 10_000), "ac\u200bme\ufeff", "\u0430\u0441me"])
        {
            Assert.Equal(plain, Shape(Render(name, strange, isFull: true)));
        }
    }

    [Theory]
    [MemberData(nameof(Components))]
    public void Component_WithNothingInIt_IsShownAllTheSame(string name) => Render(name, string.Empty, isFull: false);

    [Fact]
    public void DesignPage_OfEveryPart_RendersIt()
    {
        var page = File.ReadAllText(RepositoryPaths.Of("src", "PhiGateway.Console", "Pages", "Design", "DesignPage.razor"));
        var pages = Directory
            .EnumerateFiles(RepositoryPaths.Of("src", "PhiGateway.Console", "Pages"), "*.razor", SearchOption.AllDirectories)
            .Where(static file => !file.EndsWith("DesignPage.razor", StringComparison.Ordinal))
            .Select(File.ReadAllText)
            .ToList();
        var parts = typeof(Shell)
            .Assembly.GetTypes()
            .Where(static type => type.IsSubclassOf(typeof(ComponentBase)))
            .Where(type =>
                type.Namespace == typeof(Badge).Namespace
                || pages.Count(text => text.Contains($"<{type.Name} ", StringComparison.Ordinal)) > 2
            )
            .Select(static type => type.Name)
            .ToList();

        Assert.True(parts.Count > 7, string.Join(' ', parts));
        Assert.All(parts, name => Assert.Contains($"<{name} ", page, StringComparison.Ordinal));
        foreach (
            var style in (string[])["facts", "steps", "verdict", "filters", "pager", "switch", "matrix", "tiles", "notice", "sentence"]
        )
        {
            Assert.Contains($"class=\"{style}", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Badge_OfEachKind_HasASignBesideItsWord()
    {
        using var context = new BunitContext();
        var signs = new[] { "allow", "deny", "warn", "info", "quiet" }
            .Select(kind => context.Render<Badge>(badge => badge.Add(one => one.Kind, kind).Add(one => one.Text, "word")))
            .Select(static badge => badge.Find(".glyph").TextContent)
            .ToList();

        Assert.Equal(5, signs.Distinct().Count());
    }

    [Fact]
    public void Moment_OfATime_IsInUtcAndSaysSo()
    {
        using var context = new BunitContext();
        var at = new DateTimeOffset(2026, 5, 1, 23, 30, 0, TimeSpan.FromHours(-5));
        var shown = context.Render<Moment>(moment => moment.Add(one => one.At, at)).Find("time");

        Assert.Equal(
            ("2026-05-02 04:30:00", "2026-05-02T04:30:00Z", "UTC"),
            (shown.TextContent, shown.GetAttribute("datetime"), shown.GetAttribute("title"))
        );
        Assert.Contains("–", context.Render<Moment>(static moment => moment.Add(one => one.At, null)).Markup);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 0)]
    public void ReplayResult_OfACount_LeadsWhoReadsTheTrailToTheDecisions(bool mayProve, int links)
    {
        using var context = new BunitContext();
        var (from, to) = (new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));
        var report = new ReplayReport(from, to, 9, 9, true, 2, 1, [new ReplayedClient("acme", 2, 1, [])], new Dictionary<string, int>());
        var shown = context.Render<ReplayResult>(result => result.Add(one => one.Model, report).Add(one => one.MayProve, mayProve));

        var found = shown.FindAll("td.num a").Select(static link => link.GetAttribute("href")!).ToList();
        Assert.Equal(links, found.Count);
        Assert.All(found, static href => Assert.Contains("to=2026-05-01T00%3A00%3A00Z", href));
        Assert.Equal(mayProve, found.Any(static href => href.Contains("decision=permit&client=acme", StringComparison.Ordinal)));
    }

    [Fact]
    public void LinkedText_WordsWithAnId_LinksTheIdAndLeavesTheRestText()
    {
        using var context = new BunitContext();
        const string Words = "refused <b>0199a000-0000-7000-8000-000000000001</b>";
        var shown = context.Render<LinkedText>(static text => text.Add(one => one.Model, Words));

        Assert.Equal("/console/access/0199a000-0000-7000-8000-000000000001", shown.Find("a").GetAttribute("href"));
        Assert.Empty(shown.FindAll("b"));
    }

    [Fact]
    public void Page_OfNothing_SaysWhyItIsEmpty()
    {
        Assert.Contains("Nobody: no record names this patient", Render(typeof(PatientPage).FullName!, string.Empty, isFull: false).Markup);
        Assert.Contains(
            "no disclosures that are accounted for",
            Render(typeof(AccountingPage).FullName!, string.Empty, isFull: false).Markup
        );
        Assert.Contains("No record fits", Render(typeof(SearchPage).FullName!, string.Empty, isFull: false).Markup);
        Assert.Contains("Nothing that fits has arrived", Render(typeof(TailPage).FullName!, string.Empty, isFull: false).Markup);
        Assert.Contains("No access review was started", Render(typeof(ReviewsPage).FullName!, string.Empty, isFull: false).Markup);
        Assert.Contains("Nothing waits", Render(typeof(HeldPage).FullName!, string.Empty, isFull: false).Markup);
    }

    private static IRenderedComponent<IComponent> Render(string name, string text, bool isFull)
    {
        var type = typeof(Shell).Assembly.GetType(name)!;
        var context = new BunitContext();
        return context.Render(builder =>
        {
            builder.OpenComponent(0, type);
            foreach (var property in type.GetProperties().Where(static one => one.IsDefined(typeof(ParameterAttribute))))
            {
                // The frame shows a page, which is made by itself.
                var value = type == typeof(Shell) ? Frame(text, isFull) : new ModelMaker(text, isFull).Make(property.PropertyType);
                builder.AddComponentParameter(1, property.Name, value);
            }

            builder.CloseComponent();
        });
    }

    private static ShellModel Frame(string text, bool isFull) =>
        new(
            text,
            text,
            isFull ? (ShellPerson?)new ModelMaker(text, isFull).Make(typeof(ShellPerson)) : null,
            isFull ? text : null,
            isFull ? text : null,
            isFull ? text : null,
            typeof(PhiGateway.Console.SignIn.SignedOutPage),
            text,
            text
        );

    private static List<IElement> Elements(IRenderedComponent<IComponent> shown) =>
        [.. shown.Nodes.OfType<IElement>().SelectMany(static root => root.QuerySelectorAll("*").Prepend(root))];

    private static IEnumerable<string> Shape(IRenderedComponent<IComponent> shown) =>
        Elements(shown)
            .Select(static element =>
                $"{element.LocalName} {string.Join(' ', element.Attributes.Select(static one => one.Name).Order(StringComparer.Ordinal))}"
            );
}
