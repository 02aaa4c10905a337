using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Http;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>
/// Every act of the control plane that its route table knows, done by one person with every role there is: none opens a path that was shut.
/// A route that comes is tried with the example of its body, and nobody need name it here.
/// </summary>
public sealed class EveryActTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string Approve = "POST /admin/v1/clients/{id}:approve";

    // After these little is left to open: they are done when everything else was.
    private static readonly string[] Ends =
    [
        ":revoke",
        ":archive",
        ":retire",
        ":offboard",
        ":left",
        ":delete",
        ":destroy-content",
        "/revocations",
    ];

    public static TheoryData<int> Closers
    {
        get
        {
            var data = new TheoryData<int>();
            for (var closer = 0; closer < 15; closer++)
            {
                // Each is some hundreds of calls: a third of them is enough before each commit.
                data.Add(closer % 3 == 0 ? new TheoryDataRow<int>(closer) : new TheoryDataRow<int>(closer).WithTrait("Size", "Large"));
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Closers))]
    public async Task Acts_OfEveryRoute_ByOnePersonWithEveryRole_OpenNoPathThatWasShut(int closer)
    {
        await using var server = await StartAsync();
        var open = server.Time.Now;
        server.Time.Now = server.Time.Now.AddHours(1);
        await OnePersonTests.CloseAsync(server, closer);
        Assert.False(await IsOpenAsync(server));
        server.Time.Now = server.Time.Now.AddDays(1);

        var acts = await ActsOfAsync(server);
        Assert.True(acts.Count > 80, $"{acts.Count} acts");
        var run = new ActingPerson(server, new Random(closer), "mona", open);
        var (ending, others) = (acts.Where(static act => act.IsEnd).ToArray(), acts.Where(static act => !act.IsEnd).ToArray());
        foreach (var round in (FoundAct[][])[others, others, ending, [.. acts]])
        {
            run.Chance.Shuffle(round);
            foreach (var act in round)
            {
                await run.DoAsync(act);
                Assert.False(await IsOpenAsync(server), string.Join(", ", run.Said));
            }
        }

        // The twin: not everything is refused.
        Assert.True(run.Done.Count > 15, string.Join(", ", run.Said));
    }

    [Fact]
    public async Task Act_OfASecondPerson_OpensWhatTheFirstPutBack()
    {
        await using var server = await StartAsync();
        var open = server.Time.Now;
        await server.PatchAsync("/admin/v1/agreements/baa-1", """{"terminated":true}""", "mona");
        server.Time.Now = server.Time.Now.AddDays(1);
        await server.PatchAsync("/admin/v1/agreements/baa-1", """{"terminated":false}""", "mona");
        Assert.False(await IsOpenAsync(server));

        var approve = (await ActsOfAsync(server)).Single(static act => act.Name == Approve);
        await new ActingPerson(server, new Random(1), "mona", open).DoAsync(approve);
        Assert.False(await IsOpenAsync(server));
        var second = new ActingPerson(server, new Random(1), "anna", open);
        await second.DoAsync(approve);
        Assert.True(await IsOpenAsync(server), string.Join(", ", second.Said));
    }

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync(static options => options.RosterGrowth = new RosterGrowthRules(1000, 50, MostAlone: 3));
        await server.AddKeyAsync("mona", [.. AdminRoles.Given]);
        await Approvals.OpenAsync(server);
        return server;
    }

    private static async Task<bool> IsOpenAsync(AdminServer server)
    {
        var posture = await server.GetAsync(Client + "/posture");
        Assert.True(posture.Status is 200 or 404, posture.Text);
        return posture.Status == 200 && (bool)posture.Json["path_open"]!;
    }

    // What changes anything: the endpoints of the API that are neither reads nor reads with a body.
    private static async Task<List<FoundAct>> ActsOfAsync(AdminServer server)
    {
        var paths = (await server.ReadDocumentAsync()).Json["paths"]!.AsObject();
        return
        [
            .. server
                .Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
                .SelectMany(static source => source.Endpoints)
                .OfType<RouteEndpoint>()
                .Where(static endpoint => endpoint.RoutePattern.RawText!.StartsWith("/admin/v1/", StringComparison.Ordinal))
                .Select(static endpoint => (Endpoint: endpoint, Method: MethodOf(endpoint)))
                .Where(static one =>
                    one.Method is "PUT" or "PATCH" or "DELETE"
                    || (one.Method == "POST" && one.Endpoint.Metadata.GetMetadata<IdempotencyScope>() is not null)
                )
                .Select(one => ActOf(one.Method, one.Endpoint.RoutePattern.RawText!, paths))
                .OrderBy(static act => act.Name, StringComparer.Ordinal),
        ];
    }

    private static string MethodOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];

    private static FoundAct ActOf(string method, string path, JsonObject paths) =>
        new(method, path, paths[path]?[method.ToLowerInvariant()]?["requestBody"]?["content"] as JsonObject);

    /// <summary>One act, with the examples of its body by their media types.</summary>
    private sealed record FoundAct(string Method, string Path, JsonObject? Content)
    {
        public string Name => $"{Method} {Path}";

        public bool IsEnd => Ends.Any(end => Path.EndsWith(end, StringComparison.Ordinal));

        // A verb of one thing, or of the whole, as in campaigns:start.
        public bool IsVerb => Path.LastIndexOf(':') > Path.LastIndexOf('/');
    }

    /// <summary>One person's acts, each on something that is there.</summary>
    private sealed class ActingPerson(AdminServer server, Random chance, string who, DateTimeOffset open)
    {
        // With these the test looks, and the person acts.
        private static readonly string[] Kept = ["vera", "august", "olga", "otto", "anna", "arno", "adam", "nora", "mona", "ghost"];

        private int _step;

        public Random Chance => chance;

        public List<string> Said { get; } = [];

        public HashSet<string> Done { get; } = [];

        public async Task DoAsync(FoundAct act)
        {
            _step++;
            var (type, body) = await BodyAsync(act);
            var path = await PlaceAsync(act, body);
            var text = body?.ToJsonString();
            var headers = new List<(string Name, string Value)>();
            if (await TagAsync(act, path, text) is { } tag)
            {
                headers.Add(("If-Match", tag));
            }

            if (type is not null)
            {
                headers.Add(("Content-Type", type));
            }

            var answer = await server.SendAsync(who, act.Method, path, text, [.. headers]);
            Said.Add($"{act.Method} {path} {answer.Status}");
            if (answer.Status is >= 200 and < 300)
            {
                Done.Add(act.Name);
            }
        }

        private async Task<(string? Type, JsonObject? Body)> BodyAsync(FoundAct act)
        {
            if (act.Content is null)
            {
                return (null, null);
            }

            var type = act.Content.Select(static media => media.Key).First(static key => key != "application/yaml");
            var body = (JsonObject)act.Content[type]!["example"]!.DeepClone();
            if (body.ContainsKey("fingerprint"))
            {
                body["fingerprint"] = (string?)(await server.GetAsync(Client + "/posture")).Json["fingerprint"];
                body.Remove("until");
            }

            if (act.Path.EndsWith(":revert", StringComparison.Ordinal))
            {
                body = new JsonObject { ["at"] = open.ToString("O"), ["prune"] = chance.Next(2) == 0 };
            }

            // The patient stands in the path.
            if (act.Path.EndsWith("{patient}", StringComparison.Ordinal))
            {
                body.Remove("patient");
            }

            // As it was when the path was open, or beside it.
            if (act.Method == "POST" && !act.IsVerb && body.ContainsKey("id") && chance.Next(2) == 0)
            {
                body["id"] = $"n-{_step}";
            }

            return (type, body);
        }

        private async Task<string> PlaceAsync(FoundAct act, JsonObject? body)
        {
            var begin = act.Path.IndexOf('{', StringComparison.Ordinal);
            if (begin < 0)
            {
                return act.Path;
            }

            var list = act.Path[..begin].TrimEnd('/');
            var id = list switch
            {
                "/admin/v1/issuers" => "hospital-idp",
                "/admin/v1/owners" => "mary@hospital.example",
                _ when act.Method is "PUT" or "PATCH" && (string?)body?["id"] is { } own => own,
                _ => await AnyAsync(list),
            };
            return act
                .Path.Replace("{patient}", $"p-{_step}", StringComparison.Ordinal)
                .Replace("{id}", Uri.EscapeDataString(id), StringComparison.Ordinal)
                .Replace("{name}", id, StringComparison.Ordinal)
                .Replace("{owner}", id, StringComparison.Ordinal);
        }

        private async Task<string> AnyAsync(string list)
        {
            var answer = await server.SendAsync(who, "GET", list);
            var items = answer.Status == 200 ? (answer.Json as JsonObject)?["items"] as JsonArray : null;
            var ids = (items ?? []).Select(static item => (string?)item?["id"]).OfType<string>().Except(Kept).ToList();
            return ids.Count == 0 ? "nothing" : ids[chance.Next(ids.Count)];
        }

        // What is there now was seen: no act is refused for that.
        private async Task<string?> TagAsync(FoundAct act, string path, string? body)
        {
            if (act.Path.EndsWith(":revert", StringComparison.Ordinal))
            {
                StoredTrail.Ship(server);
                return (await server.SendAsync(who, "POST", path + "?dry_run=true", body)).ETag;
            }

            if (act.Path.EndsWith("/config:apply", StringComparison.Ordinal))
            {
                return (await server.SendAsync(who, "GET", "/admin/v1/config:export")).ETag;
            }

            if (act.Method == "POST" && !act.IsVerb)
            {
                return null;
            }

            var seen = act.IsVerb ? path[..path.LastIndexOf(':')] : path;
            return (await server.SendAsync(who, "GET", seen)).ETag;
        }
    }
}
