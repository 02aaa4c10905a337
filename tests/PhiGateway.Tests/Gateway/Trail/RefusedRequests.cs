using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;

namespace PhiGateway.Tests.Gateway.Trail;

/// <summary>For each reason outside the decision one request that is refused for it, and the world in which it is.</summary>
internal sealed class RefusedRequests
{
    private const string Read = "/fhir/Observation/1";

    private static readonly string[] Everything = ["read", "search", "create", "update", "patch", "delete"];

    /// <summary>By the reason's code.</summary>
    internal static readonly Dictionary<string, RefusedRequests> All = Load();

    private RefusedRequests(string method, string target) => (Method, Target) = (method, target);

    private string Method { get; }

    private string Target { get; }

    private string? Body { get; init; }

    private (string, string)[] Headers { get; init; } = [];

    private Action<StageWorld> Arrange { get; init; } = static _ => { };

    private Action<HttpContext> Spoil { get; init; } = static _ => { };

    private Action<GatewayOptions>? Options { get; init; }

    private Client? Client { get; init; }

    internal StageWorld Open()
    {
        var world = new StageWorld(
            Client,
            Options,
            TestRegistry.Grant() with
            {
                Types = ["Observation", "Encounter"],
                Interactions = Everything,
            }
        );
        Arrange(world);
        return world;
    }

    internal GatewayExchange Ask(StageWorld world)
    {
        var exchange = world.Open(Method, Target, Body, Headers);
        Spoil(exchange.Http);
        return exchange;
    }

    private static Dictionary<string, RefusedRequests> Load()
    {
        var all = new Dictionary<string, RefusedRequests>(StringComparer.Ordinal);
        AddIngress(all);
        AddUnderstand(all);
        AddAdmit(all);
        AddForward(all);
        AddRelease(all);
        foreach (
            var reason in (DenyReason[])
                [
                    DenyReason.NoCredential,
                    DenyReason.MalformedCredential,
                    DenyReason.InvalidToken,
                    DenyReason.DpopProofInvalid,
                    DenyReason.DpopProofReplayed,
                    DenyReason.DpopNonceRequired,
                    DenyReason.TooManyProofs,
                    DenyReason.ExpiredToken,
                    DenyReason.TokenLifetimeTooLong,
                    DenyReason.UnknownIssuer,
                    DenyReason.IssuerUnavailable,
                    DenyReason.BindingFailed,
                ]
        )
        {
            all[reason.Code] = new("GET", Read) { Arrange = world => world.Callers.Result = CallerResult.Refused(reason) };
        }

        return all;
    }

    private static void AddIngress(Dictionary<string, RefusedRequests> all)
    {
        all["malformed-request"] = new("GET", Read) { Body = "{}" };
        all["address-too-long"] = new("GET", "/fhir/Observation?code=" + new string('a', 8192));
        all["malformed-path"] = new("GET", "/fhir/Observation//1");
        all["malformed-query"] = new("GET", "/fhir/Observation?=1");
        all["malformed-header"] = new("GET", Read) { Headers = [("X-HTTP-Method-Override", "DELETE")] };
        all["headers-too-large"] = new("GET", Read)
        {
            Arrange = static world => world.Callers.Result = CallerResult.Refused(DenyReason.HeadersTooLarge),
        };
        all["method-not-allowed"] = new("TRACE", Read);
        all["unknown-host"] = new("GET", Read) { Spoil = static http => http.Request.Host = new HostString("elsewhere.example") };
        all["no-route"] = new("GET", Read) { Arrange = static world => world.Route = null };
        all["body-too-large"] = new("POST", "/fhir/Observation")
        {
            Body = StageWorld.Observation(),
            Options = static options => options.Limits = new LimitOptions { MaxRequestBody = 16 },
        };
        all["body-too-slow"] = new("POST", "/fhir/Observation")
        {
            Body = StageWorld.Observation(),
            Options = static options => options.Limits = new LimitOptions { BodyTime = TimeSpan.FromMilliseconds(1) },
            Spoil = static http => http.Request.Body = new Silence(),
        };
        all["unsupported-media-type"] = new("POST", "/fhir/Observation")
        {
            Body = StageWorld.Observation(),
            Spoil = static http => http.Request.ContentType = "text/plain",
        };
        all["upgrade-refused"] = new("GET", Read) { Headers = [("Upgrade", "websocket")] };
        all["not-acceptable"] = new("GET", Read) { Headers = [("Accept", "text/html")] };
    }

    private static void AddUnderstand(Dictionary<string, RefusedRequests> all)
    {
        var many = string.Join(',', Enumerable.Range(0, 1001).Select(static number => $"{number}"));
        all["request-too-costly"] = new("GET", $"/fhir/Observation?patient={many}");
        all["not-understood"] = new("GET", "/fhir/");
        all["unknown-resource-type"] = new("GET", "/fhir/Thing/1");
        all["unknown-parameter"] = new("GET", "/fhir/Observation?colour=red");
        all["malformed-body"] = new("POST", "/fhir/Observation") { Body = "{" };
        all["operation-not-supported"] = new("GET", "/fhir/Observation/$colour");
        all["handle-not-yours"] = new("GET", "/fhir?_page=abc");
    }

    private static void AddAdmit(Dictionary<string, RefusedRequests> all)
    {
        all["rate-limited"] = new("GET", Read)
        {
            Options = static options => options.Limits = new LimitOptions { RequestsPerSecond = 1 },
            Arrange = static world => Take(world),
        };
        all["concurrency-limited"] = new("GET", Read)
        {
            Client = TestRegistry.Client() with { Limits = new ClientLimits { Concurrency = 1 } },
            Arrange = static world => Take(world),
        };
        all["agent-calls-spent"] = new("GET", Read)
        {
            Client = AgentRecordTests.Agent with { Charter = AgentRecordTests.Agent.Charter! with { CallsPerDay = 1 } },
            Arrange = static world => world.Tasks.Left = 0,
        };
        all["quota-exceeded"] = new("GET", "/fhir/Observation?patient=17")
        {
            Client = TestRegistry.Client() with { Limits = new ClientLimits { RecordsPerDay = 1 } },
            Arrange = static world =>
            {
                world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
                Take(world);
                world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, SearchSet("1"), "application/fhir+json");
            },
        };
    }

    private static void AddForward(Dictionary<string, RefusedRequests> all)
    {
        all["upstream-unavailable"] = Failing(DenyReason.UpstreamUnavailable);
        all["upstream-timeout"] = Failing(DenyReason.UpstreamTimeout);
        all["upstream-refused"] = Answering(500);
        all["upstream-unsupported"] = Answering(405);
        all["upstream-credential"] = Failing(DenyReason.UpstreamCredential);
        all["upstream-busy"] = Answering(503);
        all["upstream-rejected"] = Answering(400);
        all["version-changed"] = new("PUT", Read)
        {
            Body = StageWorld.Observation(),
            Headers = [("If-Match", "W/\"2\"")],
            Arrange = static world => world.Upstream.Answers("GET /Observation/1", StageWorld.Observation()),
        };
        all["patch-not-applicable"] = new("PATCH", Read)
        {
            Body = """[{"op":"replace","path":"/note/0/text","value":"x"}]""",
            Spoil = static http => http.Request.ContentType = "application/json-patch+json",
            Arrange = static world => world.Upstream.Answers("GET /Observation/1", StageWorld.Observation()),
        };
        all["chain-too-broad"] = new("GET", "/fhir/Observation?patient=17&encounter.class=AMB")
        {
            Options = static options => options.Limits = new LimitOptions { WalkedRecords = 1 },
            Arrange = static world => world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, Encounters, "application/fhir+json"),
        };
        all["condition-ambiguous"] = new("PUT", "/fhir/Observation?patient=17&code=x")
        {
            Body = """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"}}""",
            Arrange = static world =>
                world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, SearchSet("1", "2"), "application/fhir+json"),
        };
        all["condition-unmatched"] = new("POST", "/fhir")
        {
            Body = """
                {"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Observation"},"resource":
                {"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"},
                "encounter":{"reference":"Encounter?patient=17&class=AMB"}}}]}
                """,
            Arrange = static world => world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, SearchSet(), "application/fhir+json"),
        };
    }

    private static void AddRelease(Dictionary<string, RefusedRequests> all)
    {
        all["not-found-or-withheld"] = new("GET", Read);
        all["unreadable-answer"] = new("GET", Read)
        {
            Arrange = static world => world.Upstream.Answers("GET /Observation/1", "<html>", mediaType: "text/html"),
        };
        all["answer-too-large"] = new("GET", Read)
        {
            Options = static options => options.Limits = new LimitOptions { MaxAnswer = 64 },
            Arrange = static world => world.Upstream.Answers("GET /Observation/1", StageWorld.Observation()),
        };
        all["narrowing-not-applied"] = new("GET", "/fhir/Observation")
        {
            Arrange = static world =>
                world.Upstream.Otherwise = () =>
                    RecordingUpstream.Reply(200, """{"resourceType":"Bundle","type":"searchset"}""", "application/fhir+json"),
        };
    }

    private static RefusedRequests Failing(DenyReason reason) =>
        new("GET", Read) { Arrange = world => world.Upstream.Fails("GET /Observation/1", reason) };

    private static RefusedRequests Answering(int status) =>
        new("GET", Read) { Arrange = world => world.Upstream.Answers("GET /Observation/1", "{}", status) };

    // A request before, whose place is kept.
    private static void Take(StageWorld world)
    {
        var walked = world.WalkAsync(world.Open("GET", Read), "Release");
        _ = walked.GetAwaiter().GetResult();
    }

    private static string Encounters =>
        """
            {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/Encounter?patient=17"}],"entry":[
            {"resource":{"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/17"}}},
            {"resource":{"resourceType":"Encounter","id":"e2","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/17"}}}]}
            """;

    private static string SearchSet(params string[] ids) =>
        $$"""
            {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/x?patient=17"}],
            "entry":[{{string.Join(',', ids.Select(static id => $$"""{"resource":{{StageWorld.Observation(id)}} }"""))}}]}
            """;

    /// <summary>A body of which nothing comes.</summary>
    private sealed class Silence : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
