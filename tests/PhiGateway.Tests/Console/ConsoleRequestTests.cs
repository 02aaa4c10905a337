using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using PhiGateway.Admin.Calls;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Http;
using PhiGateway.Console.Sessions;
using PhiGateway.Console.Work;
using PhiGateway.Tests.Architecture;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>What is made behind a page asks the click that began it when its request is over, and reaches no request from there.</summary>
public sealed partial class ConsoleRequestTests
{
    private static readonly Type[] OfARequest =
    [
        typeof(HttpContext),
        typeof(HttpRequest),
        typeof(HttpResponse),
        typeof(ConnectionInfo),
        typeof(IFeatureCollection),
    ];

    [Fact]
    public async Task Request_ThatIsOver_StillSaysEverythingThatWasAsked()
    {
        var options = new ConsoleOptions { PublicBase = new Uri("http://" + ConsoleServer.Host) };
        await using var services = new ServiceCollection().AddSingleton(new AskedSeal(options)).BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        (context.Request.Method, context.Request.Path) = ("POST", "/console/clients/acme/tokens");
        context.Request.QueryString = new QueryString("?skip=50&again=1&q=some");
        context.Request.RouteValues["id"] = "acme";
        var session = new ConsoleSession(
            new AdminCaller("rosa@hospital.example", "oidc", [AdminRoles.Responder]),
            "Rosa",
            "tests",
            DateTimeOffset.UnixEpoch
        );
        var form = new FormCollection(new Dictionary<string, StringValues> { ["reason"] = "a leak" });
        var request = ConsoleRequest.Of(context, session, form);

        context.Uninitialize();
        Assert.Throws<ObjectDisposedException>(() => context.Request.Path);
        Assert.All(
            typeof(ConsoleRequest).GetProperties(BindingFlags.Instance | BindingFlags.Public),
            property => Assert.Null(Record.Exception(() => property.GetValue(request)))
        );
        Assert.Equal(("acme", string.Empty), (request.Route("id"), request.Route("other")));
        Assert.Equal("/console/clients/acme/tokens?skip=50&again=1&q=some", request.PathAndQuery);
        Assert.Equal((50, true, "some", "a leak"), (request.Skipped, request.IsAgain, request.Asked("q"), request.Typed("reason")));
        Assert.Equal("some", request.Read("q=some").Asked("q"));
        Assert.Equal("rosa@hospital.example", request.Behind(CancellationToken.None).Person);
        Assert.Equal(WorkKey.Of(request, "a", "b"), WorkKey.Of(request, "a", "b"));
        Assert.Null(await request.TryAsync<string>("this", static () => throw new InvalidDataException()));
        Assert.Contains("this", request.Missing, StringComparison.Ordinal);
    }

    // A lambda that runs behind a page keeps what it names in a field: a request in one would be read when it is over.
    [Fact]
    public void Pages_AndWhatTheyBegin_KeepNoRequest()
    {
        var keeping = typeof(ConsoleRequest)
            .Assembly.GetTypes()
            .Where(static type => type == typeof(ConsoleRequest) || IsOfAPage(type))
            .Where(static type => !typeof(IAsyncStateMachine).IsAssignableFrom(type))
            .SelectMany(static type => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(static field => OfARequest.Any(kind => kind.IsAssignableFrom(field.FieldType)))
            .Select(static field => $"{field.DeclaringType}: {field.Name}");

        Findings.AssertNone(keeping);
    }

    // A client and an organization may have the same id, and an id may end as the word of another key begins.
    [Fact]
    public void Key_OfEachThing_IsNoOthers()
    {
        WorkKey[] keys =
        [
            WorkKey.OfAll("calls", "of", "acme"),
            WorkKey.OfAll("calls", "of acme"),
            WorkKey.OfAll("calls of", "acme"),
            WorkKey.OfAll("calls of acme"),
            WorkKey.OfAll("calls", "of\",\"acme"),
            WorkKey.OfAll("calls"),
            WorkKey.OfAll("calls", string.Empty),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    // By a word of its own each, and of which thing apart from it: nothing that is made for one page is found by another.
    [Fact]
    public void Keys_OfTheScreens_NameEachWhatTheyMakeByAWordOfTheirOwn()
    {
        var calls = SourceFiles
            .Below("src", "PhiGateway.Console")
            .SelectMany(static file =>
                KeyMade().Matches(File.ReadAllText(file)).Select(match => (File: SourceFiles.Name(file), Call: match))
            )
            .ToList();

        Assert.True(calls.Count > 15, $"{calls.Count} keys");
        Findings.AssertNone(
            calls
                .Where(static one => !one.Call.Groups["word"].Success)
                .Select(static one => $"{one.File}: {one.Call.Value} says not by a word what it is of")
        );
        Findings.AssertNone(
            calls
                .GroupBy(static one => one.Call.Groups["word"].Value, StringComparer.Ordinal)
                .Where(static group => group.Count() > 1)
                .Select(static group => $"\"{group.Key}\": {string.Join(", ", group.Select(static one => one.File))}")
        );
    }

    private static bool IsOfAPage(Type type) =>
        type.Namespace is { } name
        && (
            name.StartsWith("PhiGateway.Console.Pages", StringComparison.Ordinal)
            || name.StartsWith("PhiGateway.Console.Work", StringComparison.Ordinal)
        );

    [GeneratedRegex("""WorkKey\.Of(?:All|Now)?\(\s*(?:request,\s*)?(?:"(?<word>[^"]+)")?""")]
    private static partial Regex KeyMade();
}
