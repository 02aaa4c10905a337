using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>A server that looks for what is named tells whether a file is there: of one that stays it is told as of one that is not there.</summary>
public sealed class NamedFileTests : IDisposable
{
    private const string Named = """
        {"resourceType":"DocumentReference","status":"current","subject":{"reference":"Patient/17"},
        "content":[{"attachment":{"url":"Binary/b1"}}]}
        """;

    private const string Binary = """{"resourceType":"Binary","id":"b1","contentType":"text/plain","data":"eA=="}""";

    private readonly StageWorld _world = new();

    public NamedFileTests() => Publish("N", []);

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(false, null, "patient-undetermined")]
    [InlineData(true, "HIV", "patient-undetermined")]
    [InlineData(true, "", null)]
    [InlineData(true, null, null)]
    public async Task Run_WriteThatNamesAFile_IsRefusedAlikeForOneThatStaysAndOneThatIsNotThere(
        bool isThere,
        string? label,
        string? refusal
    )
    {
        Have(isThere, label);

        Assert.Equal(refusal, await AskAsync());
        Assert.Contains("GET /Binary/b1", _world.Upstream.Lines);
    }

    // A server may be more forgiving than this one.
    [Theory]
    [InlineData("/Binary/b1")]
    [InlineData("Binary/b1#x")]
    [InlineData("../r4/Binary/b1")]
    public async Task Run_ReferenceInAnotherSpelling_IsAskedAboutLikeAnyOther(string name)
    {
        var body = $$"""
            {"resourceType":"DocumentReference","status":"current","subject":{"reference":"Patient/17"},
            "context":{"related":[{"reference":"{{name}}"}]} }
            """;

        Have(isThere: false, null);
        Assert.Equal("patient-undetermined", await AskAsync(body));
        Have(isThere: true, string.Empty);
        Assert.Null(await AskAsync(body));
    }

    [Fact]
    public async Task Run_FromWhomNothingIsHidden_IsAskedNothing()
    {
        Publish("V", StageWorld.EverySensitivity);

        Assert.Null(await AskAsync());
        Assert.Empty(_world.Upstream.Calls);
    }

    [Fact]
    public async Task Run_AtAServerThatLooksForNothing_IsAskedNothing()
    {
        _world.Route = _world.Route! with { ChecksReferences = false };

        Assert.Null(await AskAsync());
        Assert.Empty(_world.Upstream.Calls);
    }

    // Each is looked up with all that names it.
    [Theory]
    [InlineData(4, null)]
    [InlineData(3, "request-too-costly")]
    public async Task Run_EntriesThatNameMoreFilesTogether_PassUpToAsManyAsThereMayBeEntries(int most, string? refusal)
    {
        Have(isThere: false, string.Empty);
        _world.Options.Limits.NamedFiles = 2;
        _world.Route = _world.Route! with { Language = _world.Route.Language with { MaxBundleEntries = most } };
        foreach (var id in (string[])["b1", "b2", "b3", "b4"])
        {
            _world.Upstream.Answers(
                $"GET /Binary/{id}",
                $$"""{"resourceType":"Binary","id":"{{id}}","contentType":"text/plain","securityContext":{"reference":"Patient/17"},"data":"eA=="}"""
            );
        }

        var transaction = $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[{{Entry("b1", "b2")}},{{Entry("b3", "b4")}}]}
            """;
        using var exchange = _world.Open("POST", "/fhir", transaction);

        Assert.Equal(refusal, (await _world.WalkAsync(exchange, "Settle")).Refusal?.Code);
    }

    private static string Entry(string one, string other) =>
        $$$"""
            {"request":{"method":"POST","url":"DocumentReference"},"resource":{"resourceType":"DocumentReference","status":"current",
            "subject":{"reference":"Patient/17"},
            "content":[{"attachment":{"url":"Binary/{{{one}}}"}},{"attachment":{"url":"Binary/{{{other}}}"}}]}}
            """;

    private void Have(bool isThere, string? label)
    {
        if (isThere)
        {
            _world.Upstream.Answers("GET /Binary/b1", Binary);
        }

        var security = string.IsNullOrEmpty(label)
            ? string.Empty
            : $$$""","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{{{label}}}"}]}""";
        var entry = label is null
            ? string.Empty
            : $$$"""
                {"resource":{"resourceType":"DocumentReference","id":"d1"{{{security}}},"status":"current","subject":{"reference":"Patient/18"},
                "content":[{"attachment":{"url":"Binary/b1"}}]}}
                """;
        _world.Upstream.Otherwise = () =>
            RecordingUpstream.Reply(
                _world.Upstream.Calls[^1].PathAndQuery.Contains('?', StringComparison.Ordinal) ? 200 : 404,
                $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{entry}}]}""",
                "application/fhir+json"
            );
    }

    private void Publish(string confidentiality, string[] labels)
    {
        var grant = TestRegistry.Grant() with
        {
            Types = ["DocumentReference", "Binary"],
            Interactions = ["read", "search", "create"],
            Patients = new PatientScope { Any = true },
            Confidentiality = confidentiality,
            Labels = labels,
        };
        var hospital = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), null, null, hospital)));
    }

    private async Task<string?> AskAsync(string body = Named)
    {
        using var exchange = _world.Open("POST", "/fhir/DocumentReference", body);
        return (await _world.WalkAsync(exchange, "Settle")).Refusal?.Code;
    }
}
