using System.Text.Json.Nodes;
using PhiGateway.Fhir.Answers.Bundles;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// What speaks of a record that stays, stays with it by the ways that are no page either: in an answer that streams, in a transaction, in a
/// search of the gateway's own, under an address of no known server, and from whoever is shown all of its own type.
/// </summary>
public sealed class SpokenOfTests : IDisposable
{
    private const string Search = "/Provenance?agent=Practitioner/9";
    private static readonly string[] Shown = ["of-shown", "of-missing"];

    private readonly StageWorld _world = new(change: static options => options.Limits.MaxAnswer = 256 * 1024);

    public SpokenOfTests()
    {
        Publish(Reading("Provenance", "Condition"));
        _world
            .Upstream.Answers("GET /Condition/shown", Condition("shown", "N"))
            .Answers("GET /Condition/hidden", Condition("hidden", "R"))
            .Answers("GET /Condition?_id=shown,hidden,missing&_count=20", SearchSet(Condition("shown", "N"), Condition("hidden", "R")));
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Run_AnswerThatStreams_ShowsWhatSpeaksOfNothingThatStays()
    {
        Answer(Found(new string('x', 100_000)));

        Assert.Equal(Shown, await IdsAsync("/fhir" + Search));
    }

    // It breaks off: without what it should hold it would be taken for all.
    [Fact]
    public async Task Run_AnswerThatStreamsWhereTargetsCannotBeAskedFor_IsNone()
    {
        Answer(Found(new string('x', 100_000)));
        foreach (var place in (string[])["?_id=shown,hidden,missing&_count=20", "/shown", "/hidden", "/missing"])
        {
            _world.Upstream.Answers("GET /Condition" + place, "{}", 503);
        }

        using var exchange = _world.Open("GET", "/fhir" + Search);

        Assert.False((await _world.WalkAsync(exchange, "Release")).Continues);
    }

    [Fact]
    public async Task Run_Transaction_ShowsWhatSpeaksOfNothingThatStays()
    {
        const string Ask = """
            {"resourceType":"Bundle","type":"transaction","entry":[
            {"request":{"method":"GET","url":"Provenance?agent=Practitioner/9"}},{"request":{"method":"GET","url":"Provenance/p"}}]}
            """;
        var found = $$"""{"resource":{{Found()}},"response":{"status":"200"} }""";
        var read = $$"""{"resource":{{Provenance("p", "hidden")}},"response":{"status":"200"} }""";
        _world.Upstream.Answers("POST ", $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{{found}},{{read}}]}""");
        using var exchange = _world.Open("POST", "/fhir", Ask);

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        var entries = JsonNode.Parse(StageWorld.Written(exchange))!["entry"]!;
        Assert.Equal(Shown, entries[0]!["resource"]!["entry"]!.AsArray().Select(static entry => (string?)entry!["resource"]!["id"]));
        Assert.Null(entries[1]!["resource"]);
    }

    [Fact]
    public async Task Run_SearchOfTheGatewaysOwn_FindsWhatSpeaksOfNothingThatStays()
    {
        Answer(Found());
        using var exchange = _world.Open("GET", "/fhir" + Search);
        Assert.True((await _world.WalkAsync(exchange, "Settle")).Continues);
        var ids = new List<string?>();

        var searched = await _world
            .Get<JudgedSearch>()
            .RunAsync(
                exchange,
                exchange.Request,
                exchange.Permit,
                (found, _) =>
                {
                    ids.AddRange(found.Resources.Select(static one => one.Id));
                    return true;
                }
            );

        Assert.True(searched.Continues, $"{searched.Result.Refusal?.Code} {searched.Result.Detail}");
        Assert.Equal(Shown, ids);
    }

    // To whom all of a type is shown, and not all of what it speaks of.
    [Fact]
    public async Task Run_SearchOfATypeThatIsShownWhole_IsHeldToWhatItSpeaksOf()
    {
        Publish(Whole("Provenance"), Reading("Condition"));
        Answer(Found());

        Assert.Equal(Shown, await IdsAsync("/fhir" + Search));
    }

    // Of a type that may not be read at all nothing keeps back what speaks of it.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_SearchOfWhoIsShownWhateverIsRead_GoesAsItIs(bool readsConditions)
    {
        Publish(readsConditions ? Whole("Provenance", "Condition") : Whole("Provenance"));
        Answer(Found());

        Assert.Equal(["of-shown", "of-hidden", "of-missing"], await IdsAsync("/fhir" + Search));
        Assert.Single(_world.Upstream.Calls);
    }

    // More than may wait for a look-up, of which nothing could come.
    [Fact]
    public async Task Run_LongAnswerThatStreamsToWhoIsShownWhateverIsRead_IsThereToItsEnd()
    {
        Publish(Whole("Provenance", "Condition"));
        var text = new string('x', 200_000);
        Answer(SearchSet([.. Enumerable.Range(0, 25).Select(place => Provenance($"p{place}", "hidden", text))]));

        Assert.Equal(25, (await IdsAsync("/fhir" + Search)).Count);
        Assert.Single(_world.Upstream.Calls);
    }

    // What stands there under another server's address is not what is referred to here; and whose a Provenance under one is, this server's
    // records do not say.
    [Theory]
    [InlineData("https://elsewhere.example/Condition/hidden", "https://ehr.example/Provenance/of-hidden")]
    [InlineData("https://elsewhere.example/Condition/hidden", null)]
    [InlineData(null, "https://ehr.example/Provenance/of-hidden")]
    public async Task Run_AddressOfNoKnownServer_OpensNothing(string? ofTarget, string? ofSpeaker)
    {
        Publish(Reading("Provenance", "Condition") with { Includes = ["Provenance:target"] });
        var (hidden, shown) = (Entry(Condition("hidden", "R"), ofTarget, "include"), Entry(Condition("shown", "N"), null, "include"));
        var speakers = Entry(Provenance("of-hidden", "hidden"), ofSpeaker) + "," + Entry(Provenance("of-shown", "shown"), null);
        var page = $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{hidden}},{{shown}},{{speakers}}]}""";
        Answer(page);

        var ids = await IdsAsync($"/fhir{Search}&_include=Provenance:target:Condition");

        Assert.Equal(["of-shown", "shown"], ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void All_SpeakingTypes_AreThoseThatSpeakOfOthers() =>
        Assert.All(SpeakingTypes.All.Members(), static type => Assert.Contains(type, KnownResources.SpeakOfOthers));

    private void Answer(string page) => _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, page, "application/fhir+json");

    private async Task<List<string>> IdsAsync(string target) =>
        [
            .. (await _world.AskAsync(target))["entry"]!
                .AsArray()
                .Where(static entry => (string?)entry!["resource"]!["resourceType"] != "OperationOutcome")
                .Select(static entry => (string)entry!["resource"]!["id"]!),
        ];

    private static Grant Reading(params string[] types) =>
        TestRegistry.Grant() with
        {
            Types = types,
            Interactions = ["read", "vread", "search"],
            Patients = new PatientScope { Any = true },
        };

    private static Grant Whole(params string[] types) =>
        Reading(types) with
        {
            Confidentiality = "V",
            Labels = StageWorld.EverySensitivity,
        };

    private void Publish(params Grant[] grants)
    {
        var hospital = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grants), organization: hospital)));
    }

    private static string Found(string text = "x") =>
        SearchSet(Provenance("of-shown", "shown", text), Provenance("of-hidden", "hidden", text), Provenance("of-missing", "missing"));

    private static string Provenance(string id, string target, string text = "x") =>
        $$"""
            {"resourceType":"Provenance","id":"{{id}}","target":[{"reference":"Condition/{{target}}"}],"recorded":"2026-05-01T00:00:00Z",
            "activity":{"text":"{{text}}"},"agent":[{"who":{"reference":"Practitioner/9"} }]}
            """;

    private static string Condition(string id, string confidentiality) =>
        $$$"""
            {"resourceType":"Condition","id":"{{{id}}}","subject":{"reference":"Patient/17"},"meta":{"versionId":"1","security":
            [{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"{{{confidentiality}}}"}]} }
            """;

    private static string SearchSet(params string[] resources) =>
        $$"""
            {"resourceType":"Bundle","type":"searchset","entry":[{{string.Join(
                ',',
                resources.Select(static one => Entry(one, null))
            )}}]}
            """;

    private static string Entry(string resource, string? address, string mode = "match")
    {
        var named = address is null
            ? string.Empty
            : $$"""
                "fullUrl":"{{address}}",
                """;
        return $$"""{ {{named}}"resource":{{resource}},"search":{"mode":"{{mode}}"} }""";
    }
}
