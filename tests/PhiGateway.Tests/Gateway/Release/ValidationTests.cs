using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// What is sent to be validated is not stored, and what is wrong with it is told; of other records nothing is, and of a record that may not be
/// seen not that it is there.
/// </summary>
public sealed class ValidationTests : IDisposable
{
    private const string Outcome = """
        {"resourceType":"OperationOutcome","issue":[
        {"severity":"error","code":"required","diagnostics":"Observation.code of Patient/18 at http://fhir.example/r4",
        "details":{"text":"Patient/18","coding":[{"system":"http://fhir.example/r4","code":"Profile_Minimum"}]},
        "location":["Observation.code","Line 1, Col 2"],"expression":["Observation.code"]},
        {"severity":"error","code":"duplicate","expression":["Observation.identifier[0]"]},
        {"severity":"error","code":"not-found","expression":["Observation.performer[0]"]}]}
        """;

    private const string Told = """
        {"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"required","details":{"coding":[{"code":"Profile_Minimum"}]},"location":["Observation.code"],"expression":["Observation.code"]}]}
        """;

    private const string Body = """
        {"resourceType":"Observation","id":"1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"}}
        """;

    private static readonly string Anonymous = Body.Replace("\"id\":\"1\",", string.Empty, StringComparison.Ordinal);

    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Observation", "Patient"],
            Operations = ["$validate"],
        }
    );

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("/Observation/$validate", "BODY", null)]
    [InlineData("/Observation/$validate", "PARAMETERS", null)]
    [InlineData("/Observation/$validate", "update", "unknown-parameter")]
    [InlineData("/Observation/1/$validate", "update", null)]
    [InlineData("/Observation/1/$validate", "delete", "unknown-parameter")]
    [InlineData("/Observation/1/$validate", "ANOTHER", "malformed-body")]
    [InlineData("/Observation/$validate", "profile", null)]
    [InlineData("/Observation/$validate", "delete", "unknown-parameter")]
    [InlineData("/Observation/$validate", "other", "unknown-parameter")]
    [InlineData("/Observation/$validate", "NOTHING", "malformed-body")]
    [InlineData("/Patient/$validate", "BODY", "malformed-body")]
    [InlineData("/Observation/1/$validate", "BODY", null)]
    [InlineData("/Observation/2/$validate", "BODY", "not-found-or-withheld")]
    [InlineData("/Observation/3/$validate", "BODY", "not-found-or-withheld")]
    public async Task Run_Validation_IsServedByTypeAndForRecordsThatMayBeSeen(string target, string body, string? refusal)
    {
        _world
            .Upstream.Answers("GET /Observation/1", StageWorld.Observation())
            .Answers("GET /Observation/2", StageWorld.Observation("2", "18"));
        _world.Upstream.Answers($"POST {target}", Outcome);
        var sent = body switch
        {
            "BODY" => target.Contains('3', StringComparison.Ordinal) || target.Contains('2', StringComparison.Ordinal) ? Anonymous : Body,
            "ANOTHER" => Body.Replace("\"1\"", "\"2\"", StringComparison.Ordinal),
            "NOTHING" => """{"resourceType":"Parameters"}""",
            _ => $$"""
                {"resourceType":"Parameters","parameter":[{"name":"resource","resource":{{Body}} },
                {"name":"mode","valueCode":"{{(body == "PARAMETERS" ? "create" : body)}}"}]}
                """,
        };
        using var exchange = _world.Open("POST", "/fhir" + target, sent);

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.Equal(refusal, result.Refusal?.Code);
        if (refusal is null)
        {
            Assert.False(exchange.IsWrite);
            Assert.Equal(Told, StageWorld.Written(exchange));
        }
    }

    // R4 has it under 200, whatever was found; many servers say by the status as well that something was.
    [Theory]
    [InlineData(400, 400)]
    [InlineData(412, 422)]
    [InlineData(422, 422)]
    public async Task Run_ValidationThatTheServerSaysFailed_TellsWhatIsWrong(int status, int told)
    {
        _world.Upstream.Answers("POST /Observation/$validate", Outcome, status);
        using var exchange = _world.Open("POST", "/fhir/Observation/$validate", Body);

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.Equal(told, exchange.Http.Response.StatusCode);
        Assert.Equal(Told, StageWorld.Written(exchange));
    }

    [Theory]
    [InlineData("", "application/fhir+json", 400, 400)]
    [InlineData("<html>of Patient/18</html>", "text/html", 422, 422)]
    [InlineData("no JSON", "application/fhir+json", 412, 422)]
    public async Task Run_ValidationThatTheServerRejectsInNoFormThatIsRead_IsRejected(string body, string mediaType, int status, int told)
    {
        _world.Upstream.Answers("POST /Observation/$validate", body, status, mediaType);
        using var exchange = _world.Open("POST", "/fhir/Observation/$validate", Body);

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.Equal((DenyReason.UpstreamRejected, told), (result.Refusal, result.Status));
        Assert.Empty(StageWorld.Written(exchange));
    }

    [Fact]
    public async Task Run_ValidationOfAPatientOutsideTheRoster_TellsNotThatThereIsOne()
    {
        foreach (var id in (string[])["18", "nobody"])
        {
            using var exchange = _world.Open("POST", $"/fhir/Patient/{id}/$validate", """{"resourceType":"Patient"}""");
            Assert.Equal(DenyReason.PatientNotFound, (await _world.WalkAsync(exchange, "Release")).Refusal);
        }

        // One on the roster whose record is withheld.
        _world.Upstream.Answers(
            "GET /Patient/17",
            """
            {"resourceType":"Patient","id":"17",
            "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}}
            """
        );
        using var withheld = _world.Open("POST", "/fhir/Patient/17/$validate", """{"resourceType":"Patient"}""");
        Assert.Equal(DenyReason.NotFoundOrWithheld, (await _world.WalkAsync(withheld, "Release")).Refusal);
    }

    [Fact]
    public async Task Run_ValidationWithoutAnythingWrong_SaysSo()
    {
        _world.Upstream.Answers(
            "POST /Observation/$validate",
            """{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational","diagnostics":"All OK"}]}"""
        );
        using var exchange = _world.Open("POST", "/fhir/Observation/$validate", Body);

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Contains("informational", StageWorld.Written(exchange), StringComparison.Ordinal);
    }

    // To whom nothing is hidden texts are told as well, with our names in the place of the upstream's.
    [Fact]
    public async Task Run_ValidationForWhomNothingIsHidden_IsToldInFull()
    {
        var grant = TestRegistry.Grant() with
        {
            Types = ["Observation"],
            Operations = ["$validate"],
            Patients = new PatientScope { Any = true },
            Confidentiality = "V",
            Labels = ["_ActInformationSensitivityPolicy", "_EntitySensitivityPolicyType", "_RoleInformationSensitivityPolicy"],
        };
        var hospital = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: hospital)));
        _world.Upstream.Answers("POST /Observation/$validate", Outcome);
        using var exchange = _world.Open("POST", "/fhir/Observation/$validate", Body);

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        var written = StageWorld.Written(exchange);
        Assert.Contains("Observation.code of Patient/18", written, StringComparison.Ordinal);
        Assert.Contains("duplicate", written, StringComparison.Ordinal);
        Assert.DoesNotContain("fhir.example", written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ValidationInNoGrant_IsNotPermitted()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "create"));
        using var exchange = world.Open("POST", "/fhir/Observation/$validate", Body);

        Assert.Equal(DenyReason.OperationNotPermitted, (await world.WalkAsync(exchange, "Release")).Refusal);
    }

    [Fact]
    public async Task Run_ValidationWithARoutingMark_IsRefused()
    {
        _world.Route = _world.Route! with { RoutingMarks = PhiGateway.Gateway.Configuration.RoutingMarks.Default };
        var marked = Body.Replace("\"status\"", "\"meta\":{\"project\":\"p\"},\"status\"", StringComparison.Ordinal);
        using var exchange = _world.Open("POST", "/fhir/Observation/$validate", marked);

        Assert.Equal(DenyReason.MalformedBody, (await _world.WalkAsync(exchange, "Release")).Refusal);
    }
}
