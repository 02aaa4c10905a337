using System.Text.Json.Nodes;
using PhiGateway.Apis;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Apis;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// The pages of an API that is not FHIR are those of a backend that has only what the client may see: neither number nor place of what is
/// withheld shows in them.
/// </summary>
public sealed class DeclaredPagesTests
{
    private const string Place = "/v1/patients/17/results";

    // What the backend has, in its order: v may be seen, h may not; its page size; how it leads on and how it writes that there is nothing.
    public static TheoryData<string, int, string, string> Backends
    {
        get
        {
            var data = new TheoryData<string, int, string, string>();
            string[] lists =
            [
                "h",
                "v",
                "hhh",
                "vh",
                "hv",
                "hhhhv",
                "vhhhh",
                "vvhhv",
                "hvhvhvhvhv",
                "vvvvvvv",
                "vhhhhhhhv",
                "hhvvhhvvhhvvhh",
            ];
            foreach (var list in lists)
            {
                foreach (var size in (int[])[1, 2, 3])
                {
                    data.Add(list, size, "cursor", "list");
                    data.Add(list, size, "address", "list");
                    data.Add(list, size, "nested", "null");
                    data.Add(list, size, "cursor", "absent");
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Run_WhateverIsWithheld_GivesThePagesOfABackendWithoutIt(string list, int size, string leadsOn, string nothing)
    {
        var seen = await JourneyAsync(new Backend(list, size, leadsOn, nothing));
        var twin = await JourneyAsync(new Backend(list.Replace("h", "", StringComparison.Ordinal), size, leadsOn, nothing));

        Assert.Equal(twin, seen);
        Assert.Equal(list.Count(static one => one == 'v'), seen.Sum(static page => page.Split("\"id\"").Length - 1));
    }

    // Who may see all of it has the backend's own pages, its empty ones and its own form among them.
    [Fact]
    public async Task Run_NothingMayBeWithheld_ThePagesAreTheBackends()
    {
        var backend = new Backend("vv", 1, "cursor", "list");
        using var world = NewWorld(backend, isWhole: true);
        using var exchange = world.Open("GET", "/fhir" + Place);

        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.False(UpstreamCallFactory.Withholds(exchange.Permit));
        Assert.NotNull(JsonNode.Parse(StageWorld.Written(exchange))!["next"]);
        Assert.Equal(1, backend.Asked);
    }

    // The bound on pages of the backend for one page of the client: the page says that it is not whole, and leads on.
    [Fact]
    public async Task Run_ManyInARowThatStay_SaysSoAndLeadsOn()
    {
        var backend = new Backend(new string('h', 25) + "v", 1, "cursor", "list");
        using var world = NewWorld(backend);
        using var exchange = world.Open("GET", "/fhir" + Place);
        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);

        var page = JsonNode.Parse(StageWorld.Written(exchange))!;
        Assert.Empty(page["results"]!.AsArray());
        Assert.NotNull(page["next"]);
        Assert.Equal("page", exchange.Http.Response.Headers[KnownHeaders.Incomplete].ToString());
        Assert.Equal(world.Options.Limits.PagesPerPage, backend.Asked);
        Assert.Equal(3, (await JourneyAsync(backend)).Count);
    }

    // What was read ahead and belongs to the next page is no disclosure of this one.
    [Fact]
    public async Task Run_WhatIsReadAhead_IsRecordedWhereItLeaves()
    {
        var backend = new Backend("vhv", 1, "cursor", "list");
        using var world = NewWorld(backend);
        using var exchange = world.Open("GET", "/fhir" + Place);
        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);

        Assert.Equal(["r0"], exchange.Disclosure.Resources.Select(static resource => resource.Id));
        Assert.Equal(1, exchange.Disclosure.Withheld);
    }

    [Theory]
    [InlineData("withhold-answer", "h", 404)]
    [InlineData("withhold-answer", "", 404)]
    [InlineData("withhold-answer", "vh", 404)]
    [InlineData("withhold-answer", "v", 200)]
    [InlineData("drop-item", "h", 200)]
    [InlineData("drop-item", "", 200)]
    public async Task Run_AllOrNothing_TellsNothingFromSomething(string onWithheld, string list, int status)
    {
        foreach (var nothing in (string[])["list", "null", "absent", "204"])
        {
            var backend = new Backend(list, 5, "nowhere", nothing) { OnWithheld = onWithheld };
            using var world = NewWorld(backend);
            using var exchange = world.Open("GET", "/fhir" + Place);
            var result = await world.WalkAsync(exchange, "Release");

            Assert.Equal(status == 404 ? DenyReason.NotFoundOrWithheld : null, result.Refusal);
            if (status == 200 && list != "v")
            {
                Assert.Equal("""{"results":[]}""", StageWorld.Written(exchange));
                Assert.Equal(200, exchange.Http.Response.StatusCode);
            }
        }
    }

    // An empty list of who is shown everything is one.
    [Fact]
    public async Task Run_AllOrNothingForWhomNothingIsWithheld_AnEmptyListIsOne()
    {
        var backend = new Backend("", 5, "nowhere", "list") { OnWithheld = "withhold-answer" };
        using var world = NewWorld(backend, isWhole: true);
        using var exchange = world.Open("GET", "/fhir" + Place);
        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.Equal("""{"results":[]}""", StageWorld.Written(exchange));
    }

    // What stays on a later page keeps the whole back from the first on: who got the first would know that there is something on the second.
    [Theory]
    [InlineData("vh", "not-found-or-withheld", 2)]
    [InlineData("vvvh", "not-found-or-withheld", 4)]
    [InlineData("vvvv", null, 4)]
    [InlineData("vvvvvvvvvvvvvvvvvvvvvv", "answer-too-large", 10)]
    public async Task Run_AllOrNothingOverSeveralPages_IsOneOrTheOtherFromTheBeginning(string list, string? refusal, int asked)
    {
        foreach (var leadsOn in (string[])["cursor", "address", "nested"])
        {
            var backend = new Backend(list, 1, leadsOn, "list") { OnWithheld = "withhold-answer" };
            using var world = NewWorld(backend);
            using var exchange = world.Open("GET", "/fhir" + Place);
            var result = await world.WalkAsync(exchange, "Release");

            Assert.Equal(refusal, result.Refusal?.Code);
            Assert.Equal(asked, backend.Asked);
        }
    }

    [Fact]
    public async Task Run_AllOrNothingOverSeveralPagesOfWhichAllMayLeave_GivesThemAll() =>
        Assert.Equal(4, (await JourneyAsync(new Backend("vvvv", 1, "cursor", "list") { OnWithheld = "withhold-answer" })).Count);

    private static StageWorld NewWorld(Backend backend, bool isWhole = false)
    {
        var world = new StageWorld(null, null, StageWorld.Grant("search"));
        if (isWhole)
        {
            var grant = StageWorld.Whole() with { Patients = new PatientScope { Any = true } };
            var organization = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
            world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: organization)));
        }

        world.Route = world.Route! with { Api = ApiFixture.Table(backend.Row()) };
        UpstreamCall? asked = null;
        world.Upstream.OnCall = call => asked = call;
        world.Upstream.Otherwise = () => backend.Answer(asked!);
        return world;
    }

    // The client's pages to the end, with every handle written alike.
    private static async Task<List<string>> JourneyAsync(Backend backend)
    {
        using var world = NewWorld(backend);
        var pages = new List<string>();
        var target = "/fhir" + Place;
        while (pages.Count < 100)
        {
            using var exchange = world.Open("GET", target);
            var result = await world.WalkAsync(exchange, "Release");
            Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
            var text = StageWorld.Written(exchange);
            var page = JsonNode.Parse(text)!;
            var next = (string?)(page["next"] ?? page["page"]?["next"]);
            pages.Add(next is null ? text : text.Replace(next, "HANDLE", StringComparison.Ordinal));
            if (next is null)
            {
                return pages;
            }

            target = backend.LeadsOn == "address" ? new Uri(next).PathAndQuery : $"/fhir{Place}?cursor={next}";
        }

        throw new InvalidOperationException("The pages do not end.");
    }

    /// <summary>A backend that counts what it has, and knows nothing of who asks.</summary>
    private sealed class Backend(string list, int size, string leadsOn, string nothing)
    {
        public string LeadsOn => leadsOn;

        public string OnWithheld { get; init; } = "drop-item";

        public int Asked { get; private set; }

        public ApiOperationOptions Row()
        {
            var row = ApiFixture.Search();
            row.Answer!.OnWithheld = OnWithheld;
            row.Answer.Next = leadsOn switch
            {
                "cursor" => new ApiNextOptions { Pointer = "/next", Parameter = "cursor" },
                "nested" => new ApiNextOptions { Pointer = "/page/next", Parameter = "cursor" },
                "address" => new ApiNextOptions { Pointer = "/next" },
                _ => null,
            };
            return row;
        }

        public UpstreamReply Answer(UpstreamCall call)
        {
            Asked++;
            var text = call.PathAndQuery;
            var at = text.LastIndexOf('=') + 1;
            var offset = int.TryParse(text[at..], out var parsed) ? parsed : 0;
            var items = Enumerable.Range(offset, Math.Clamp(list.Length - offset, 0, size)).Select(Item).ToList();
            if (items.Count == 0 && nothing == "204")
            {
                return RecordingUpstream.Reply(204, string.Empty, "application/json");
            }

            var body = new JsonObject();
            if (items.Count > 0 || nothing is "list")
            {
                body["results"] = new JsonArray([.. items]);
            }
            else if (nothing == "null")
            {
                body["results"] = null;
            }

            if (offset + size < list.Length)
            {
                JsonNode next = leadsOn == "address" ? $"http://fhir.example/r4{Place}?offset={offset + size}" : offset + size;
                body[leadsOn == "nested" ? "page" : "next"] = leadsOn == "nested" ? new JsonObject { ["next"] = next } : next;
            }

            return RecordingUpstream.Reply(200, body.ToJsonString(), "application/json");
        }

        // Those that may be seen are numbered among themselves: a backend without the others has the same.
        private JsonNode Item(int place)
        {
            var isSeen = list[place] == 'v';
            var number = list[..place].Count(static one => one == 'v');
            return new JsonObject
            {
                ["id"] = isSeen ? $"r{number}" : $"hidden{place}",
                ["patient"] = "17",
                ["level"] = isSeen ? "N" : "V",
                ["labels"] = new JsonArray(),
            };
        }
    }
}
