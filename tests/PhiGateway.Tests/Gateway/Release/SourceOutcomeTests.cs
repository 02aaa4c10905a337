using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// What a server says beside what it found (an OperationOutcome among the entries) is not lost: that its answer is not whole, the client must
/// know. Never in the server's words.
/// </summary>
public sealed class SourceOutcomeTests : IDisposable
{
    private const string Words = "Muster, Eva";

    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("warning", "incomplete")]
    [InlineData("warning", "too-costly")]
    [InlineData("information", "not-supported")]
    public async Task Run_ForWhomNothingIsHidden_SeverityAndCodeAreTold(string severity, string code)
    {
        Publish(OrganizationKind.Internal, "V");
        _world.Upstream.Answers("GET /Observation?code=1", Bundle(Observation("1"), Outcome(severity, code)));

        var told = Outcomes(await AskAsync("/fhir/Observation?code=1"));

        var issue = Assert.Single(Assert.Single(told)["issue"]!.AsArray())!.AsObject();
        Assert.Equal((severity, code, 2), ((string?)issue["severity"], (string?)issue["code"], issue.Count));
        Assert.Equal(code == "incomplete" ? "source-incomplete" : null, _world.Journal.Records[^1].Note);
    }

    // What was cut for being too much may have been cut for what is hidden; that a source was not heard is none of that.
    [Theory]
    [InlineData("warning", "incomplete", true)]
    [InlineData("error", "timeout", true)]
    [InlineData("warning", "too-costly", false)]
    [InlineData("information", "incomplete", false)]
    [InlineData("warning", "not-supported", false)]
    public async Task Run_ForWhomSomethingMayBeHidden_OnlyThatItIsNotWholeIsTold(string severity, string code, bool isTold)
    {
        Publish(OrganizationKind.Vendor, "N");
        var answers = new HashSet<string>();
        foreach (
            var entries in (string[][])
                [
                    [Observation("1"), Outcome(severity, code)],
                    [Outcome(severity, code), Observation("1"), Hidden("9"), Outcome(severity, code)],
                    [
                        Hidden("9"),
                        Hidden("10"),
                        Outcome(severity, code),
                        Outcome(severity, code),
                        Outcome(severity, code),
                        Observation("1"),
                    ],
                ]
        )
        {
            _world.Upstream.Answers("GET /Observation?code=1", Bundle(entries));
            answers.Add((await AskAsync("/fhir/Observation?code=1")).ToJsonString());
            Assert.Equal(isTold, _world.Journal.Records[^1].Note?.Contains("source-incomplete", StringComparison.Ordinal) == true);
        }

        var told = Outcomes(JsonNode.Parse(Assert.Single(answers))!);
        Assert.Equal(isTold ? 1 : 0, told.Count);
        Assert.All(told, static one => Assert.Equal("incomplete", (string?)one["issue"]![0]!["code"]));
    }

    // A server says the same when it brings only a part of what comes along, and that hangs on how much there is: one answer either way.
    [Fact]
    public async Task Run_ForWhomSomethingMayBeHidden_OfASearchThatBringsAlongNothingIsTold()
    {
        const string target = "/Observation?code=1&_include=Observation:subject:Patient";
        Publish(OrganizationKind.Vendor, "N");
        var answers = new HashSet<string>();
        foreach (
            var entries in (string[][])
                [
                    [Observation("1")],
                    [Observation("1"), Outcome("warning", "incomplete")],
                ]
        )
        {
            _world.Upstream.Answers("GET " + target, Bundle(entries));
            answers.Add((await AskAsync("/fhir" + target)).ToJsonString());
        }

        Assert.Empty(Outcomes(JsonNode.Parse(Assert.Single(answers))!));
        Assert.Contains("source-incomplete", _world.Journal.Records[^1].Note, StringComparison.Ordinal);
    }

    // Which of the server's pages go into one of the client's hangs on what is hidden.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_ForWhomSomethingMayBeHidden_OfLaterPagesNothingIsTold(bool isFirstHidden)
    {
        Publish(OrganizationKind.Vendor, "N");
        const string more = "=1\"},{\"relation\":\"next\",\"url\":\"http://fhir.example/r4?next=2\"}]";
        var first = Bundle(isFirstHidden ? Hidden("9") : Observation("1"));
        _world
            .Upstream.Answers("GET /Observation?code=1", first.Replace("=1\"}]", more, StringComparison.Ordinal))
            .Answers("GET ?next=2", Bundle(Outcome("warning", "incomplete"), Observation("2")));

        var page = await AskAsync("/fhir/Observation?code=1");

        Assert.Empty(Outcomes(page));
        var next = page["link"]?.AsArray().FirstOrDefault(static link => (string?)link!["relation"] == "next");
        Assert.Equal(isFirstHidden, next is null);
        if (next is not null)
        {
            Assert.Empty(Outcomes(await AskAsync(((string)next["url"]!)["https://gw.example".Length..])));
        }
    }

    [Fact]
    public async Task Run_AnOrdinaryAnswer_SaysNothing()
    {
        foreach (var (kind, ceiling) in ((OrganizationKind, string)[])[(OrganizationKind.Internal, "V"), (OrganizationKind.Vendor, "N")])
        {
            Publish(kind, ceiling);
            _world.Upstream.Answers("GET /Observation?code=1", Bundle(Observation("1")));

            Assert.Empty(Outcomes(await AskAsync("/fhir/Observation?code=1")));
            Assert.Null(_world.Journal.Records[^1].Note);
        }
    }

    // Prefer: return=OperationOutcome. It is about what was done, and no resource of the answer (R4 Bundle.entry.response.outcome).
    [Fact]
    public async Task Run_OutcomeOfAWriteInABatch_StandsInItsResponse()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "create"));
        world.Upstream.Answers("POST /Observation", Outcome("information", "informational"), 201);
        var entry = $$"""{"request":{"method":"POST","url":"Observation"},"resource":{{StageWorld.Observation()}} }""";
        using var exchange = world.Open("POST", "/fhir", $$"""{"resourceType":"Bundle","type":"batch","entry":[{{entry}}]}""");

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
        var written = JsonNode.Parse(StageWorld.Written(exchange))!["entry"]![0]!;
        Assert.Null(written["resource"]);
        Assert.Equal("OperationOutcome", (string?)written["response"]!["outcome"]!["resourceType"]);
        Assert.DoesNotContain(Words, written.ToJsonString(), StringComparison.Ordinal);
    }

    private void Publish(OrganizationKind kind, string ceiling)
    {
        var grant = StageWorld.Whole() with
        {
            Patients = new PatientScope { Any = true },
            Confidentiality = ceiling,
            Includes = ["Observation:subject"],
        };
        var organization = TestRegistry.Organization() with { Kind = kind };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: organization)));
    }

    private async Task<JsonNode> AskAsync(string target)
    {
        using var exchange = _world.Open("GET", target);
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail} {string.Join(' ', _world.Upstream.Lines)}");
        var text = StageWorld.Written(exchange);
        Assert.DoesNotContain(Words, text, StringComparison.Ordinal);
        return JsonNode.Parse(text)!;
    }

    private static List<JsonNode> Outcomes(JsonNode bundle) =>
        [
            .. bundle["entry"]!
                .AsArray()
                .Where(static entry => (string?)entry!["resource"]!["resourceType"] == "OperationOutcome")
                .Select(static entry =>
                {
                    Assert.Equal("outcome", (string?)entry!["search"]!["mode"]);
                    return entry["resource"]!;
                }),
        ];

    private static string Outcome(string severity, string code) =>
        $$"""
            {"resourceType":"OperationOutcome","id":"Muster","text":{"status":"generated","div":"<div>{{Words}}</div>"},
            "issue":[{"severity":"{{severity}}","code":"{{code}}","diagnostics":"{{Words}}","expression":["{{Words}}"],"details":{"text":"{{Words}}"} }]}
            """;

    private static string Observation(string id) => StageWorld.Observation(id);

    private static string Hidden(string id) =>
        StageWorld
            .Observation(id)
            .Replace(
                "\"versionId\":\"3\"",
                "\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-Confidentiality\",\"code\":\"V\"}]",
                StringComparison.Ordinal
            );

    private static string Bundle(params string[] resources) =>
        $$"""
            {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/Observation?code=1"}],
            "entry":[{{string.Join(',', resources.Select(static one => $$"""{"resource":{{one}},"search":{"mode":"{{Mode(one)}}"} }"""))}}]}
            """;

    private static string Mode(string resource) => resource.Contains("OperationOutcome", StringComparison.Ordinal) ? "outcome" : "match";
}
