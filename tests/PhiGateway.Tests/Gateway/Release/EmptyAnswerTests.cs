using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// That nothing was found servers say in many shapes: without entries, with none, with null, or by an OperationOutcome alone. All of them are an
/// empty page; and to whom something may be hidden they are the page on which all is hidden.
/// </summary>
public sealed class EmptyAnswerTests : IDisposable
{
    private const string Asked = "/fhir/Observation?code=x";
    private const string Sent = "GET /Observation?code=x&patient=Patient/17";
    private const string Links =
        ",\"link\":[{\"relation\":\"self\",\"url\":\"http://fhir.example/r4/Observation?code=x&patient=Patient/17\"}]";

    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "create"));

    public void Dispose() => _world.Dispose();

    public static TheoryData<string> Shapes =>
        [
            $$"""{"resourceType":"Bundle","type":"searchset"{{Links}}}""",
            $$"""{"resourceType":"Bundle","type":"searchset","total":0{{Links}},"entry":[]}""",
            $$"""{"resourceType":"Bundle","type":"searchset","total":0{{Links}},"entry":null}""",
            $$"""{"entry":null,"total":null,"id":null,"meta":null,"resourceType":"Bundle","type":"searchset"{{Links}}}""",
            $$"""{"resourceType":"Bundle","type":"searchset"{{Links}},"entry":[{"resource":{{Outcome("warning", "processing")}} }]}""",
            Outcome("information", "not-found"),
            Outcome("warning", "processing"),
        ];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Run_NothingInWhateverShape_IsThePageOnWhichAllIsHidden(string shape)
    {
        _world.Upstream.Answers(Sent, shape);
        var nothing = await _world.AskAsync(Asked);
        _world.Upstream.Answers(
            Sent,
            $$"""{"resourceType":"Bundle","type":"searchset"{{Links}},"entry":[{"resource":{{StageWorld.Observation(patient: "18")}} }]}"""
        );

        Assert.Equal((await _world.AskAsync(Asked)).ToJsonString(), nothing.ToJsonString());
        Assert.Equal(0, (int)nothing["total"]!);
        Assert.Null(nothing["entry"]);
        Assert.Equal("https://gw.example" + Asked, (string?)nothing["link"]![0]!["url"]);
    }

    // What a page holds is told under the server's own link, as ever.
    [Fact]
    public async Task Run_SomethingBesideNulls_IsReleased()
    {
        _world.Upstream.Answers(
            Sent,
            $$"""
            {"resourceType":"Bundle","type":"searchset","total":null{{Links[..^1]}},{"relation":"next","url":null}],"entry":[
            {"fullUrl":null,"link":null,"resource":{{StageWorld.Observation()}},"search":null,"request":null,"response":null},
            {"resource":null}]}
            """
        );

        var page = await _world.AskAsync(Asked);

        Assert.Equal("1", (string?)Assert.Single(page["entry"]!.AsArray())!["resource"]!["id"]);
        Assert.Equal("https://gw.example/fhir/Observation?code=x", (string?)page["link"]![0]!["url"]);
    }

    // An error is no empty list, what was not asked for may be there, and a page further on is no beginning.
    [Theory]
    [InlineData("error", "processing")]
    [InlineData("fatal", "not-found")]
    [InlineData("warning", "incomplete")]
    [InlineData("warning", "timeout")]
    [InlineData("warning", "too-costly")]
    [InlineData("information", "throttled")]
    [InlineData("warning", "transient")]
    [InlineData("success?", "not-found")]
    [InlineData(null, "not-found")]
    public async Task Run_OutcomeThatDoesNotSayThatAllWentWell_IsNoEmptyPage(string? severity, string code)
    {
        _world.Upstream.Answers(Sent, Outcome(severity, code));

        Assert.Equal(DenyReason.UnreadableAnswer, await RefusalOfAsync(Asked));
    }

    [Theory]
    [InlineData("""{"resourceType":"OperationOutcome"}""")]
    [InlineData("""{"resourceType":"OperationOutcome","issue":[]}""")]
    [InlineData("""{"resourceType":"OperationOutcome","issue":[{"severity":"information"},{"severity":"error"}]}""")]
    [InlineData(
        """{"entry":[{"resource":{"resourceType":"Patient","id":"17"}}],"resourceType":"OperationOutcome","issue":[{"severity":"information"}]}"""
    )]
    [InlineData("""{"resourceType":"Patient","id":"17"}""")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    public async Task Run_WhatIsNeitherABundleNorSuchAnOutcome_IsNotLetOut(string body)
    {
        _world.Upstream.Answers(Sent, body);

        Assert.Equal(DenyReason.UnreadableAnswer, await RefusalOfAsync(Asked));
    }

    [Fact]
    public async Task Run_OutcomeOnALaterPage_DoesNotEndTheList()
    {
        var first = $$"""
            {"resourceType":"Bundle","type":"searchset"{{Links[..^1]}},{"relation":"next","url":"http://fhir.example/r4?page=2"}],
            "entry":[{"resource":{{StageWorld.Observation()}} }]}
            """;
        _world.Upstream.Answers(Sent, first).Answers("GET ?page=2", Outcome("information", "not-found"));

        Assert.Equal(DenyReason.UnreadableAnswer, await RefusalOfAsync(Asked));
    }

    // To whom nothing is hidden it is told what the server says, but for its words.
    [Fact]
    public async Task Run_OutcomeForWhomNothingIsHidden_IsToldWithTheEmptyPage()
    {
        Publish();
        _world.Upstream.Answers("GET /Observation?code=x", Outcome("information", "not-found"));

        var page = await _world.AskAsync(Asked);

        Assert.Equal(("searchset", 0), ((string?)page["type"], (int?)page["total"]));
        var issue = Assert.Single(page["entry"]!.AsArray())!["resource"]!["issue"]![0]!.AsObject();
        Assert.Equal(("information", "not-found", 2), ((string?)issue["severity"], (string?)issue["code"], issue.Count));
    }

    [Theory]
    [InlineData(true, "GET /Observation?code=x&_summary=count")]
    [InlineData(false, "GET /Observation?code=x&_count=200&patient=Patient/17")]
    public async Task Run_BareCountThatIsAnsweredByAnOutcome_IsNone(bool isWhole, string sent)
    {
        if (isWhole)
        {
            Publish();
        }

        _world.Upstream.Answers(sent, Outcome("information", "not-found"));

        Assert.Equal(0, (int)(await _world.AskAsync(Asked + "&_summary=count"))["total"]!);
    }

    // The server is asked under its own address as well; that is told to nobody.
    [Theory]
    [InlineData("")]
    [InlineData("&_summary=count")]
    public async Task Run_NothingForAValueUnderOurAddress_DoesNotTellTheServersAddress(string more)
    {
        const string Own = "/fhir/Observation?code=https://gw.example/fhir/cs|1";
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, Outcome("information", "not-found"), "application/fhir+json");

        var self = Uri.UnescapeDataString((string)(await _world.AskAsync(Own + more))["link"]![0]!["url"]!);

        Assert.Contains("http://fhir.example/r4/cs|1", Uri.UnescapeDataString(_world.Upstream.Lines.First()), StringComparison.Ordinal);
        Assert.StartsWith("https://gw.example" + Own, self, StringComparison.Ordinal);
        Assert.DoesNotContain("fhir.example", self, StringComparison.Ordinal);
    }

    // A condition that finds nothing creates; of an error nobody knows whether it would have.
    [Theory]
    [InlineData("information", true)]
    [InlineData("error", false)]
    public async Task Run_ConditionThatIsAnsweredByAnOutcome_FindsNothing(string severity, bool isMade)
    {
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, Outcome(severity, "not-found"), "application/fhir+json");
        _world.Upstream.Answers("POST /Observation", StageWorld.Observation("9"), 201);
        using var exchange = _world.Open("POST", "/fhir/Observation", StageWorld.Observation(), ("If-None-Exist", "identifier=urn:a|1"));

        var refusal = (await _world.WalkAsync(exchange, "Release")).Refusal;

        Assert.Equal(isMade ? null : DenyReason.UnreadableAnswer, refusal);
        Assert.Equal(isMade, _world.Upstream.Lines.Contains("POST /Observation"));
    }

    private void Publish()
    {
        var grant = StageWorld.Whole() with { Patients = new PatientScope { Any = true } };
        var organization = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: organization)));
    }

    private async Task<DenyReason?> RefusalOfAsync(string target)
    {
        using var exchange = _world.Open("GET", target);
        var refusal = (await _world.WalkAsync(exchange, "Release")).Refusal;
        Assert.Empty(StageWorld.Written(exchange));
        return refusal;
    }

    private static string Outcome(string? severity, string code)
    {
        var issue = new JsonObject
        {
            ["code"] = code,
            ["severity"] = severity,
            ["diagnostics"] = "Muster, Eva",
        };
        return new JsonObject { ["resourceType"] = "OperationOutcome", ["issue"] = new JsonArray(issue) }.ToJsonString();
    }
}
