using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// What speaks of a record that stays (a Provenance of it) stays by every way, not only where it is read by its id: also from the hospital's
/// own, who are shown what nobody can attribute.
/// </summary>
public sealed class ProvenancePageTests : IDisposable
{
    private readonly StageWorld _world = new();

    public ProvenancePageTests()
    {
        Publish(Reading);
        _world
            .Upstream.Answers("GET /Condition/shown", Condition("shown", "N"))
            .Answers("GET /Condition/hidden", Condition("hidden", "R"))
            .Answers("GET /Condition?_id=shown,hidden,missing&_count=20", SearchSet(Condition("shown", "N"), Condition("hidden", "R")))
            .Answers("GET /Provenance?agent=Practitioner%2F9", Found)
            .Answers("GET /Provenance?agent=Practitioner/9", Found);
    }

    public void Dispose() => _world.Dispose();

    private static Grant Reading { get; } =
        TestRegistry.Grant() with
        {
            Types = ["Provenance", "Condition"],
            Interactions = ["read", "vread", "search"],
            Patients = new PatientScope { Any = true },
        };

    private static string Found =>
        SearchSet(Provenance("of-shown", "shown"), Provenance("of-hidden", "hidden"), Provenance("of-missing", "missing"));

    // Of what is not there nobody can say whose it is, as ever.
    [Fact]
    public async Task Run_SearchOfWhatSpeaksOfOthers_ShowsWhatSpeaksOfNothingThatStays()
    {
        var page = await _world.AskAsync("/fhir/Provenance?agent=Practitioner/9");

        Assert.Equal(["of-shown", "of-missing"], page["entry"]!.AsArray().Select(static entry => (string?)entry!["resource"]!["id"]));
    }

    [Fact]
    public async Task Run_CountOfWhatSpeaksOfOthers_IsOfWhatMayLeave()
    {
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, Found, "application/fhir+json");

        Assert.Equal(2, (int)(await _world.AskAsync("/fhir/Provenance?agent=Practitioner/9&_summary=count"))["total"]!);
    }

    [Fact]
    public async Task Run_TargetsThatCannotBeLookedUp_KeepBackWhatSpeaksOfThem()
    {
        foreach (var place in (string[])["?_id=shown,hidden,missing&_count=20", "/shown", "/hidden", "/missing"])
        {
            _world.Upstream.Answers("GET /Condition" + place, "{}", 503);
        }

        Assert.Null((await _world.AskAsync("/fhir/Provenance?agent=Practitioner/9"))["entry"]);
    }

    [Theory]
    [InlineData("shown", null)]
    [InlineData("hidden", "not-found-or-withheld")]
    public async Task Run_VersionOfWhatSpeaksOfAnother_LeavesAsTheCurrentOneDoes(string target, string? refusal)
    {
        foreach (var place in (string[])["/Provenance/p", "/Provenance/p/_history/1"])
        {
            _world.Upstream.Answers("GET " + place, Provenance("p", target));
            using var exchange = _world.Open("GET", "/fhir" + place);

            Assert.Equal(refusal, (await _world.WalkAsync(exchange, "Release")).Refusal?.Code);
        }
    }

    // More than are looked up: any of them may be one that stays, but where none can.
    [Theory]
    [InlineData("N", "not-found-or-withheld")]
    [InlineData("V", null)]
    public async Task Run_WhatSpeaksOfMoreThanIsLookedUp_IsForWhoIsShownAllOfThem(string ceiling, string? refusal)
    {
        Publish(Reading with { Confidentiality = ceiling, Labels = StageWorld.EverySensitivity });
        var others = string.Concat(Enumerable.Range(0, 200).Select(static place => $$""",{"reference":"Condition/c{{place}}"}"""));
        var resource = Provenance("p", "missing").Replace("""/missing"}""", """/missing"}""" + others, StringComparison.Ordinal);
        _world.Upstream.Answers("GET /Provenance/p", resource);
        using var exchange = _world.Open("GET", "/fhir/Provenance/p");

        Assert.Equal(refusal, (await _world.WalkAsync(exchange, "Release")).Refusal?.Code);
    }

    // A total for which the page has left no searches would count less than the pages show.
    [Theory]
    [InlineData(1, null)]
    [InlineData(2, 2)]
    public async Task Run_TotalThatCannotBeLookedUp_IsNotSaid(int searches, int? total)
    {
        _world.Options.Limits.WalkedSearches = searches;
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, Found, "application/fhir+json");

        var page = await _world.AskAsync("/fhir/Provenance?agent=Practitioner/9&_count=1&_total=accurate");

        Assert.Equal("of-shown", (string?)Assert.Single(page["entry"]!.AsArray())!["resource"]!["id"]);
        Assert.Equal(total, (int?)page["total"]);
    }

    // A server that does not search by lists of ids is asked for them one by one, which costs more of what there is for a request.
    [Theory]
    [InlineData(3, 20)]
    [InlineData(32, 30)]
    public async Task Run_TargetsThatAreReadOneByOne_CountAsMoreThanOneSearch(int searches, int read)
    {
        _world.Options.Limits.WalkedSearches = searches;
        var found = SearchSet([.. Enumerable.Range(0, 30).Select(static place => Provenance($"p{place}", $"c{place}"))]);
        _world.Upstream.Otherwise = () =>
        {
            var asked = _world.Upstream.Calls[^1].PathAndQuery;
            if (asked.StartsWith("/Condition?", StringComparison.Ordinal))
            {
                return RecordingUpstream.Reply(400, "{}", "application/fhir+json");
            }

            var isOne = asked.StartsWith("/Condition/", StringComparison.Ordinal);
            return RecordingUpstream.Reply(200, isOne ? Condition(asked["/Condition/".Length..], "N") : found, "application/fhir+json");
        };

        var page = await _world.AskAsync("/fhir/Provenance?agent=Practitioner/8");

        Assert.Equal(read, page["entry"]!.AsArray().Count);
        Assert.Equal(read, _world.Upstream.Lines.Count(static line => line.StartsWith("GET /Condition/", StringComparison.Ordinal)));
    }

    // Of who is shown every record of a type nothing that speaks of one is kept back, and nothing is looked up for it.
    [Fact]
    public async Task Run_PageOfWhoIsShownAllOfThem_LooksNothingUp()
    {
        var conditions = Reading with { Types = ["Condition"], Confidentiality = "V", Labels = StageWorld.EverySensitivity };
        Publish(Reading with { Types = ["Provenance"] }, conditions);

        var page = await _world.AskAsync("/fhir/Provenance?agent=Practitioner/9");

        Assert.Equal(3, page["entry"]!.AsArray().Count);
        Assert.Single(_world.Upstream.Calls);
    }

    private void Publish(params Grant[] grants)
    {
        var hospital = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grants), organization: hospital)));
    }

    private static string Provenance(string id, string target) =>
        $$"""
            {"resourceType":"Provenance","id":"{{id}}","meta":{"versionId":"1"},"target":[{"reference":"Condition/{{target}}"}],
            "recorded":"2026-05-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/9"} }]}
            """;

    private static string Condition(string id, string confidentiality) =>
        $$$"""
            {"resourceType":"Condition","id":"{{{id}}}","subject":{"reference":"Patient/17"},"meta":{"versionId":"1","security":
            [{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"{{{confidentiality}}}"}]} }
            """;

    private static string SearchSet(params string[] resources)
    {
        var entries = string.Join(',', resources.Select(static one => $$"""{"resource":{{one}} }"""));
        return $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{entries}}]}""";
    }
}
