using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// What speaks of what speaks of a record that stays, stays with it, however many stand between and in whatever order; so does what speaks of
/// a record that the server did not show readably, or not at all though it was asked for it.
/// </summary>
public sealed class SpokenOfStepsTests : IDisposable
{
    private const string Search = "/fhir/Provenance?agent=Practitioner/9";

    private readonly StageWorld _world = new();

    public SpokenOfStepsTests()
    {
        var hospital = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        var grant = TestRegistry.Grant() with
        {
            Types = ["Provenance", "Condition"],
            Interactions = ["read", "vread", "search"],
            Patients = new PatientScope { Any = true },
        };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: hospital)));
        _world
            .Upstream.Answers("GET /Condition/shown", Condition("shown", "N"))
            .Answers("GET /Condition/hidden", Condition("hidden", "R"))
            .Answers("GET /Condition?_id=shown,hidden&_count=20", SearchSet(Condition("shown", "N"), Condition("hidden", "R")));
    }

    public void Dispose() => _world.Dispose();

    // By its id, and on a page on which nothing else stands.
    [Theory]
    [InlineData(1, "shown", true)]
    [InlineData(1, "hidden", false)]
    [InlineData(3, "shown", true)]
    [InlineData(3, "hidden", false)]
    [InlineData(1, "missing", true)]
    // Nobody looks so far.
    [InlineData(9, "shown", false)]
    public async Task Run_WhatSpeaksOverOthers_StaysWhereTheLastDoes(int between, string last, bool leaves)
    {
        for (var step = 1; step <= between; step++)
        {
            var next = step == between ? $"Condition/{last}" : $"Provenance/p{step + 1}";
            _world.Upstream.Answers($"GET /Provenance/p{step}", Speaking($"p{step}", next));
        }

        var first = Speaking("p0", "Provenance/p1");
        _world.Upstream.Answers("GET /Provenance/p0", first);
        Answer(first);

        using var read = _world.Open("GET", "/fhir/Provenance/p0");
        Assert.Equal(leaves ? null : DenyReason.NotFoundOrWithheld, (await _world.WalkAsync(read, "Release")).Refusal);
        Assert.Equal(leaves ? ["p0"] : [], await IdsAsync());
    }

    [Theory]
    [InlineData("shown", true)]
    [InlineData("hidden", true)]
    [InlineData("shown", false)]
    [InlineData("hidden", false)]
    public async Task Run_WhatSpeaksOfOneOnTheSamePage_StaysInAnyOrder(string last, bool isFirst)
    {
        var (over, one) = (Speaking("over", "Provenance/one"), Speaking("one", $"Condition/{last}"));
        _world.Upstream.Answers("GET /Provenance/one", one);
        Answer(isFirst ? [over, one] : [one, over]);

        Assert.Equal(last == "shown" ? ["one", "over"] : [], (await IdsAsync()).Order(StringComparer.Ordinal));
    }

    // Nor does a round of them end nowhere.
    [Fact]
    public async Task Run_WhatSpeaksOfItselfOverAnother_Leaves()
    {
        var (one, other) = (Speaking("one", "Provenance/other"), Speaking("other", "Provenance/one"));
        _world.Upstream.Answers("GET /Provenance/one", one).Answers("GET /Provenance/other", other);
        Answer(one);

        Assert.Equal(["one"], await IdsAsync());
    }

    // It is withheld itself: what speaks of it stays.
    [Theory]
    [InlineData("\"id\":\"shown\",\"id\":\"shown\"", false)]
    [InlineData("\"id\":\"other\"", false)]
    [InlineData("\"id\":\"shown\"", true)]
    public async Task Run_WhatSpeaksOfWhatCannotBeRead_Stays(string id, bool leaves)
    {
        var target = Condition("shown", "N").Replace("\"id\":\"shown\"", id, StringComparison.Ordinal);
        _world.Upstream.Answers("GET /Condition/shown", target);
        Answer(Speaking("p0", "Condition/shown"));

        Assert.Equal(leaves ? ["p0"] : [], await IdsAsync());
    }

    // Of those that are not on its page the server has said nothing; of those that are nowhere it has.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_ServerOfSmallPages_HasNotSaidWhatIsNotThere(bool goesOn)
    {
        var page = SearchSet(Condition("shown", "N"));
        var next = """
            "link":[{"relation":"next","url":"http://fhir.example/r4/pages/2"}],"entry":
            """;
        page = goesOn ? page.Replace("\"entry\":", next, StringComparison.Ordinal) : page;
        _world.Upstream.Answers("GET /Condition?_id=shown,hidden&_count=20", page);
        Answer(Speaking("of-shown", "Condition/shown"), Speaking("of-hidden", "Condition/hidden"));

        Assert.Equal(goesOn ? ["of-shown"] : ["of-shown", "of-hidden"], await IdsAsync());
    }

    private void Answer(params string[] resources)
    {
        var page = SearchSet(resources);
        _world.Upstream.OnCall = call =>
            _world.Upstream.Otherwise = () =>
                call.PathAndQuery.Contains("agent=", StringComparison.Ordinal)
                    ? RecordingUpstream.Reply(200, page, "application/fhir+json")
                    : RecordingUpstream.Reply(404, "{}", "application/fhir+json");
    }

    private async Task<List<string>> IdsAsync() =>
        [.. ((await _world.AskAsync(Search))["entry"]?.AsArray() ?? []).Select(static entry => (string)entry!["resource"]!["id"]!)];

    private static string Speaking(string id, string target) =>
        $$"""
            {"resourceType":"Provenance","id":"{{id}}","target":[{"reference":"{{target}}"}],"recorded":"2026-05-01T00:00:00Z",
            "agent":[{"who":{"reference":"Practitioner/9"} }]}
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
                resources.Select(static one => $$"""{"resource":{{one}},"search":{"mode":"match"} }""")
            )}}]}
            """;
}
