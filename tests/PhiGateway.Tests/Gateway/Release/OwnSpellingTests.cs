using System.Text.Json;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// What clients were shown under the gateway's address they ask for by it, and what they wrote under it is stored so: a search finds either, and
/// the server's own address leaves by no link.
/// </summary>
public sealed class OwnSpellingTests : IDisposable
{
    private const string Gateway = "https://gw.example/fhir";
    private const string Server = "http://fhir.example/r4";

    private readonly StageWorld _world = new();

    public OwnSpellingTests()
    {
        var grant = StageWorld.Whole() with
        {
            Patients = new PatientScope { Any = true },
            Interactions = ["read", "search", "create"],
        };
        var organization = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: organization)));
        _world.Upstream.Otherwise = () =>
        {
            var call = _world.Upstream.Calls[^1];
            var echo = JsonSerializer.Serialize(Server + call.PathAndQuery);
            return RecordingUpstream.Reply(
                200,
                $$"""{"resourceType":"Bundle","type":"searchset","total":0,"link":[{"relation":"self","url":{{echo}} }]}""",
                "application/fhir+json"
            );
        };
    }

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("ValueSet?url={G}/ValueSet/x", "url={G}/ValueSet/x,{S}/ValueSet/x")]
    [InlineData("ValueSet?url={G}/ValueSet/x,urn:a", "url={G}/ValueSet/x,{S}/ValueSet/x,urn:a")]
    [InlineData("ValueSet?url:below={G}/ValueSet", "url:below={G}/ValueSet,{S}/ValueSet")]
    [InlineData("Observation?_profile={G}/StructureDefinition/x|1", "_profile={G}/StructureDefinition/x|1,{S}/StructureDefinition/x|1")]
    [InlineData("Observation?_source={G}", "_source={G},{S}")]
    [InlineData("Patient?identifier={G}/sid/mrn|7", "identifier={G}/sid/mrn|7,{S}/sid/mrn|7")]
    [InlineData("Observation?subject:Patient.identifier={G}/sid/mrn|7", "subject:Patient.identifier={G}/sid/mrn|7,{S}/sid/mrn|7")]
    [InlineData("QuestionnaireResponse?questionnaire={G}/Questionnaire/q|2", "questionnaire={G}/Questionnaire/q|2,{S}/Questionnaire/q|2")]
    [InlineData(
        "QuestionnaireResponse?questionnaire={G}/Questionnaire/q",
        "questionnaire={G}/Questionnaire/q,{S}/Questionnaire/q,Questionnaire/q"
    )]
    [InlineData(
        "CarePlan?instantiates-canonical={G}/PlanDefinition/p",
        "instantiates-canonical={G}/PlanDefinition/p,{S}/PlanDefinition/p,PlanDefinition/p"
    )]
    public async Task Search_ByAValueUnderOurAddress_AsksForTheServersAsWell(string target, string sent)
    {
        var page = await _world.AskAsync("/fhir/" + Named(target));

        var call = _world.Upstream.Calls[^1];
        Assert.Equal(Named(sent), Uri.UnescapeDataString(call.PathAndQuery.Split('?')[1]));
        var self = Uri.UnescapeDataString((string)page["link"]![0]!["url"]!);
        Assert.DoesNotContain("fhir.example", self, StringComparison.Ordinal);
        Assert.StartsWith(Gateway + "/" + Named(target), self, StringComparison.Ordinal);
    }

    // Another server's address, a negation, a set that the server must know, a record: as they came.
    [Theory]
    [InlineData("ValueSet?url=https://gw.example/fhirx/ValueSet/x", "url=https://gw.example/fhirx/ValueSet/x")]
    [InlineData("ValueSet?url=https://tx.example/ValueSet/x", "url=https://tx.example/ValueSet/x")]
    [InlineData("Observation?code:not={G}/cs|1", "code:not={G}/cs|1")]
    [InlineData("Observation?code:in={G}/ValueSet/x", "code:in={G}/ValueSet/x")]
    [InlineData("Observation?subject={G}/Patient/17", "subject=Patient/17")]
    [InlineData("Observation?encounter={G}/Encounter/3", "encounter=Encounter/3")]
    [InlineData("Patient?name={G}/x", "name={G}/x")]
    public async Task Search_ByAnythingElse_AsksForWhatWasAsked(string target, string sent)
    {
        await _world.AskAsync("/fhir/" + Named(target));

        Assert.Equal(Named(sent), Uri.UnescapeDataString(Assert.Single(_world.Upstream.Calls).PathAndQuery.Split('?')[1]));
    }

    [Theory]
    [InlineData("QuestionnaireResponse?questionnaire=", "Questionnaire/q|")]
    [InlineData("ValueSet?url=", "ValueSet/x")]
    public async Task Search_ByALongListOfAddresses_AsksForItAsItCame(string search, string place)
    {
        var list = string.Join(',', Enumerable.Range(1, 21).Select(number => $"{Gateway}/{place}{number}"));

        await _world.AskAsync("/fhir/" + search + list);

        Assert.EndsWith("=" + list, Uri.UnescapeDataString(Assert.Single(_world.Upstream.Calls).PathAndQuery), StringComparison.Ordinal);
    }

    // Each value may become several: what a request grows by has an end.
    [Theory]
    [InlineData(4, null)]
    [InlineData(90, "request-too-costly")]
    public async Task Search_ByManyListsOfAddresses_HasABudget(int lists, string? refused)
    {
        var address = $"{Gateway}/ValueSet/{new string('x', 3900)}";
        var form = string.Join('&', Enumerable.Range(0, lists).Select(number => $"url={Uri.EscapeDataString(address + number)}"));
        using var exchange = _world.Open("POST", "/fhir/ValueSet/_search", form);
        exchange.Http.Request.ContentType = "application/x-www-form-urlencoded";

        Assert.Equal(refused, (await _world.WalkAsync(exchange, "Release")).Refusal?.Code);
    }

    // What was written under our address is found by it, or each time it is sent there would be one more.
    [Fact]
    public async Task Create_OnACondition_FindsEitherSpelling()
    {
        _world.Upstream.Answers("POST /Patient", """{"resourceType":"Patient","id":"9"}""", 201);
        using var exchange = _world.Open(
            "POST",
            "/fhir/Patient",
            """{"resourceType":"Patient"}""",
            ("If-None-Exist", $"identifier={Gateway}/sid/mrn|7")
        );

        Assert.Null((await _world.WalkAsync(exchange, "Release")).Refusal);
        Assert.Contains(
            $"identifier={Gateway}/sid/mrn|7,{Server}/sid/mrn|7",
            Uri.UnescapeDataString(_world.Upstream.Calls[0].PathAndQuery),
            StringComparison.Ordinal
        );
    }

    // Also where the client said nothing of the kind: servers write references as addresses.
    [Fact]
    public async Task Search_WhoseLinkNamesTheServer_TellsItsAddressToNobody()
    {
        _world.Upstream.Answers(
            "GET /Observation?subject=Patient/17",
            $$"""
            {"resourceType":"Bundle","type":"searchset","total":0,
            "link":[{"relation":"self","url":"{{Server}}/Observation?subject=http%3A%2F%2Ffhir.example%2Fr4%2FPatient%2F17&_sort=date"}]}
            """
        );

        var self = (string)(await _world.AskAsync("/fhir/Observation?subject=Patient/17"))["link"]![0]!["url"]!;

        Assert.Equal($"{Gateway}/Observation?subject={Uri.EscapeDataString(Gateway + "/Patient/17")}&_sort=date", self);
    }

    private static string Named(string text) =>
        text.Replace("{G}", Gateway, StringComparison.Ordinal).Replace("{S}", Server, StringComparison.Ordinal);
}
