using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// That nothing leaves of what lies around a record tells not whether there is something: it is answered alike, by whether the record itself may
/// be told of.
/// </summary>
public sealed class EverythingOfNothingTests : IDisposable
{
    private const string Restricted = """
        "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},"id"
        """;

    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Observation", "Encounter", "Patient"],
            Interactions = ["read", "search"],
            Operations = ["$everything"],
        }
    );

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("/fhir/Patient/17/$everything?_type=Observation", false, null)]
    [InlineData("/fhir/Patient/17/$everything?start=2026-05-01&end=2026-05-01", false, null)]
    [InlineData("/fhir/Encounter/e1/$everything?_type=Observation", false, null)]
    [InlineData("/fhir/Patient/17/$everything?_type=Observation", true, "not-found-or-withheld")]
    [InlineData("/fhir/Encounter/e1/$everything?_type=Observation", true, "not-found-or-withheld")]
    public async Task Run_WhereAllStays_IsAnsweredAsWhereThereIsNothing(string target, bool isHidden, string? refused)
    {
        var (patient, visit) = ("""{"resourceType":"Patient","id":"17"}""", Encounter);
        _world
            .Upstream.Answers("GET /Patient/17", isHidden ? Hidden(patient) : patient)
            .Answers("GET /Encounter/e1", isHidden ? Hidden(visit) : visit);

        Answer();
        var nothing = await AskAsync(target);
        Answer(Hidden(StageWorld.Observation().Replace("\"meta\":{\"versionId\":\"3\"},", string.Empty, StringComparison.Ordinal)));
        var hidden = await AskAsync(target);

        Assert.Equal(refused, nothing.Refusal?.Code);
        Assert.Equal(nothing, hidden);
    }

    // One who is not there is told of as one who may not be.
    [Fact]
    public async Task Run_PatientWhoIsNotThere_IsThatOfAMissingOne()
    {
        Answer();
        _world.Upstream.Answers("GET /Patient/17", "{}", 404);

        Assert.Equal(DenyReason.NotFoundOrWithheld, (await AskAsync("/fhir/Patient/17/$everything")).Refusal);
    }

    // What cannot be looked up now is not told as missing; what the server keeps from the gateway is.
    [Theory]
    [InlineData(503, "upstream-busy")]
    [InlineData(401, "upstream-refused")]
    [InlineData(500, "upstream-refused")]
    [InlineData(403, "not-found-or-withheld")]
    public async Task Run_PatientWhoCannotBeLookedUp_IsToldAsThat(int status, string refused)
    {
        Answer();
        _world.Upstream.Answers("GET /Patient/17", "{}", status);

        Assert.Equal(refused, (await AskAsync("/fhir/Patient/17/$everything")).Refusal?.Code);
    }

    [Fact]
    public async Task Run_WhereSomethingLeaves_IsShownWithoutALookAtThePatient()
    {
        Answer(StageWorld.Observation());

        var shown = await AskAsync("/fhir/Patient/17/$everything?_type=Observation");

        Assert.Contains("\"Observation\"", shown.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("GET /Patient/17", _world.Upstream.Lines);
    }

    private void Answer(params string[] resources)
    {
        var entries = string.Join(',', resources.Select(static one => $$"""{"resource":{{one}} }"""));
        var page = $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{entries}}]}""";
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, page, KnownMediaTypes.FhirJson);
    }

    private async Task<(DenyReason? Refusal, string Body)> AskAsync(string target)
    {
        using var exchange = _world.Open("GET", target);
        var result = await _world.WalkAsync(exchange, "Release");
        return (result.Refusal, StageWorld.Written(exchange));
    }

    private static string Hidden(string resource) => resource.Replace("\"id\"", Restricted, StringComparison.Ordinal);

    private static string Encounter =>
        """
            {"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/17"} }
            """;
}
