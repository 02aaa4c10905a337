using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>
/// A server looks for what the inputs of an operation name, and tells by what becomes of it whether that is there: of what its client may not
/// see, what is there and what is not are refused alike, before anything is sent.
/// </summary>
public sealed class OperationNameTests : IDisposable
{
    private readonly StageWorld _world = new(
        null,
        null,
        StageWorld.Whole("$evaluate-measure", "$care-gaps", "$match", "$validate", "$expand", "$lastn")
    );

    public OperationNameTests() =>
        _world
            .Upstream.Answers("GET /Encounter/own", """{"resourceType":"Encounter","id":"own","subject":{"reference":"Patient/17"}}""")
            .Answers("GET /Encounter/foreign", """{"resourceType":"Encounter","id":"foreign","subject":{"reference":"Patient/18"}}""")
            .Answers("GET /Binary/foreign", """{"resourceType":"Binary","id":"foreign","contentType":"text/plain","data":"YQ=="}""");

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("Encounter/foreign")]
    [InlineData("Encounter/missing")]
    [InlineData("http://fhir.example/r4/Encounter/foreign")]
    public async Task Run_InputThatNamesWhatIsHidden_IsRefusedAndNotSent(string name)
    {
        var target =
            $"/fhir/Measure/$evaluate-measure?periodStart=2026-01-01&periodEnd=2026-02-01&subject=Patient/17&practitioner={Uri.EscapeDataString(name)}";
        Assert.Equal("patient-undetermined", await RefusalAsync("GET", target, null));
        Assert.DoesNotContain(_world.Upstream.Lines, static line => line.Contains("$evaluate", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Encounter/own")]
    [InlineData("Patient/17")]
    public async Task Run_InputThatNamesWhatMayBeSeen_Goes(string name) =>
        Assert.Null(
            await RefusalAsync(
                "GET",
                $"/fhir/Measure/$evaluate-measure?periodStart=2026-01-01&periodEnd=2026-02-01&subject=Patient/17&practitioner={name}",
                null
            )
        );

    // No member says that it is a reference, however deep it stands.
    [Theory]
    [InlineData("Encounter/foreign", "patient-undetermined")]
    [InlineData("Encounter/missing", "patient-undetermined")]
    [InlineData("Encounter/own", null)]
    [InlineData("words/and words", null)]
    public async Task Run_PartOfAnInput_NamesWhatMayBeSeen(string name, string? refusal)
    {
        var part = $$"""{"name":"a","valueString":"{{name}}"}""";
        foreach (var parts in (string[])[part, $$"""{"name":"b","part":[{{part}}]}"""])
        {
            var body = $$"""
                {"resourceType":"Parameters","parameter":[{"name":"periodStart","valueDate":"2026-01-01"},
                {"name":"periodEnd","valueDate":"2026-02-01"},{"name":"subject","valueString":"Patient/17"},
                {"name":"practitioner","part":[{{parts}}]}]}
                """;

            Assert.Equal(refusal, await RefusalAsync("POST", "/fhir/Measure/$evaluate-measure", body));
        }
    }

    [Theory]
    [InlineData("Encounter/foreign", "patient-undetermined")]
    [InlineData("Encounter/missing", "patient-undetermined")]
    [InlineData("Encounter/own", null)]
    public async Task Run_ResourceThatIsHeldAgainstRecords_NamesWhatMayBeSeen(string name, string? refusal)
    {
        var body = $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient","name":[{"family":"M"}],
            "extension":[{"url":"https://ehr.example/x","valueReference":{"reference":"{{{name}}}"}}]}}]}
            """;

        Assert.Equal(refusal, await RefusalAsync("POST", "/fhir/Patient/$match", body));
    }

    // A file that is there and one that is not are told apart by what is wrong with the reference.
    [Theory]
    [InlineData("Binary/foreign", "patient-undetermined")]
    [InlineData("Binary/missing", "patient-undetermined")]
    [InlineData("https://elsewhere.example/Binary/foreign", null)]
    public async Task Run_ValidatedContent_NamesFilesThatMayBeRead(string name, string? refusal)
    {
        var body = $$$"""
            {"resourceType":"Communication","status":"completed","subject":{"reference":"Patient/17"},
            "payload":[{"contentReference":{"reference":"{{{name}}}"}}]}
            """;

        Assert.Equal(refusal, await RefusalAsync("POST", "/fhir/Communication/$validate", body));
    }

    // What the entries of a Bundle name is looked for as what a record names, but for each other.
    [Theory]
    [InlineData("Encounter/foreign", "patient-undetermined")]
    [InlineData("Encounter/missing", "patient-undetermined")]
    [InlineData("Encounter/own", null)]
    [InlineData("Observation/beside", null)]
    [InlineData("Observation/told", null)]
    [InlineData("Observation/contained", "patient-undetermined")]
    [InlineData("Observation/elsewhere", "patient-undetermined")]
    [InlineData("Observation/by-a-number", "patient-undetermined")]
    public async Task Run_ValidatedBundle_NamesWhatMayBeSeen(string name, string? refusal)
    {
        var body = $$$"""
            {"resourceType":"Bundle","type":"collection","entry":[
            {"fullUrl":"https://gw.example/fhir/Observation/beside","resource":{"resourceType":"Observation","id":"beside","status":"final",
            "code":{"text":"x"},"subject":{"reference":"Patient/17"} } },
            {{{Beside("told", null)}}},{{{Beside("elsewhere", "http://other.example/Observation/elsewhere")}}},
            {{{Beside("by-a-number", "urn:uuid:7ed3b1a3-8cbb-4ca9-a7ba-8d01a2b9cc46")}}},
            {"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"},
            "contained":[{"resourceType":"Observation","id":"contained"}],"focus":[{"reference":"{{{name}}}"}]}}]}
            """;
        var inParameters = $$"""{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{{body}} }]}""";

        Assert.Equal(refusal, await RefusalAsync("POST", "/fhir/Bundle/$validate", body));
        Assert.Equal(refusal, await RefusalAsync("POST", "/fhir/Bundle/$validate", inParameters));
    }

    [Theory]
    [InlineData("/fhir/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/condition-code")]
    [InlineData("/fhir/Observation/$lastn?patient=Patient/17&encounter=Encounter/foreign")]
    public async Task Run_TerminologyOrWhatPicksLikeASearch_AsksNothing(string target)
    {
        Assert.Null(await RefusalAsync("GET", target, null));
        Assert.Empty(_world.Upstream.Calls);
    }

    private static string Beside(string id, string? fullUrl) =>
        $$$"""
            { {{{(
                fullUrl is null ? string.Empty : $"\"fullUrl\":\"{fullUrl}\","
            )}}}"resource":{"resourceType":"Observation","id":"{{{id}}}",
            "status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"} } }
            """;

    private async Task<string?> RefusalAsync(string method, string target, string? body)
    {
        _world.Upstream.Calls.Clear();
        using var exchange = _world.Open(method, target, body);
        return (await _world.WalkAsync(exchange, "Settle")).Refusal?.Code;
    }
}
