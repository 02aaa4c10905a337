using System.Text;
using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Fhir.Grammar;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>What a search may not use as a parameter an operation takes as no input: by what is hidden nothing is filtered or sorted.</summary>
public sealed class HiddenInputTests : IDisposable
{
    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    // Whose dates are hidden.
    [InlineData("/fhir/Patient/17/$everything?start=2020-01-01&_type=Observation", "status,code,subject", "hidden-element")]
    [InlineData("/fhir/Patient/17/$everything?end=2020-01-01&_type=Observation", "status,code,subject", "hidden-element")]
    [InlineData("/fhir/Patient/17/$everything?start=2020-01-01&_type=Observation", "", null)]
    [InlineData("/fhir/Patient/17/$everything?_type=Observation", "status,code,subject", null)]
    [InlineData("/fhir/Patient/17/$everything?_since=2020-01-01T00:00:00Z", "status,code,subject", null)]
    [InlineData("/fhir/Observation/$lastn?patient=17&max=1", "status,code,subject", "hidden-element")]
    [InlineData("/fhir/Observation/$lastn?patient=17&max=1", "status,effective,subject", "hidden-element")]
    [InlineData("/fhir/Observation/$lastn?patient=17&max=1", "status,code,effective,subject", null)]
    [InlineData("/fhir/Observation/$lastn?patient=17", "", null)]
    [InlineData("/fhir/List/$find?patient=17&name=current-problems", "status,mode,subject", "hidden-element")]
    [InlineData("/fhir/List/$find?patient=17&name=current-problems", "status,mode,code,subject", null)]
    public async Task Run_InputThatLooksAtAnElement_IsOneOfASearch(string target, string elements, string? refusal)
    {
        Publish("Observation,List", elements);

        Assert.Equal(refusal, await AskAsync(target));
    }

    // Of all types those that are filtered by what is hidden are not asked for.
    [Fact]
    public async Task Run_DatesOfEveryType_LeaveOutTypesOfWhichSomethingIsHidden()
    {
        Publish("Observation", "status,code,subject", Grant() with { Types = ["Condition", "Patient"] });
        _world.Upstream.Otherwise = static () =>
            RecordingUpstream.Reply(200, """{"resourceType":"Bundle","type":"searchset"}""", "application/fhir+json");

        using var exchange = _world.Open("GET", "/fhir/Patient/17/$everything?start=2020-01-01");
        _ = await _world.WalkAsync(exchange, "Forward");

        var line = Assert.Single(_world.Upstream.Lines);
        Assert.Contains("Condition", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Observation", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "start=2020-01-01", "status,subject", "hidden-element")]
    [InlineData("", "start=2020-01-01", "", null)]
    [InlineData("", "_count=5", "status,subject", null)]
    [InlineData("date", "start=2020-01-01", "status,subject", "hidden-element")]
    [InlineData("date", "start=2020-01-01", "status,date,subject", null)]
    [InlineData("nothing", "start=2020-01-01", "status,subject", null)]
    public async Task Run_InputOfADeclaredOperation_LooksAtWhatIsDeclared(string filters, string input, string elements, string? refusal)
    {
        var extension = filters.Length == 0 ? "" : $$""","extension":[{"url":"urn:phi-gateway:filters-by","valueCode":"{{filters}}"}]""";
        Declare(
            $$"""
            {"resourceType":"OperationDefinition","url":"http://hospital.example/docref","code":"docref","status":"active","kind":"operation",
            "system":false,"type":true,"instance":false,"affectsState":false,"resource":["DocumentReference"],"parameter":[
            {"name":"patient","use":"in","type":"id"},{"name":"_count","use":"in","type":"integer"},
            {"name":"start","use":"in","type":"date"{{extension}} },
            {"name":"return","use":"out","type":"Bundle","extension":[{"url":"urn:phi-gateway:answer-type","valueCode":"DocumentReference"}]}]}
            """
        );
        Publish("DocumentReference", elements);

        Assert.Equal(refusal, await AskAsync($"/fhir/DocumentReference/$docref?patient=17&{input}"));
    }

    [Theory]
    [InlineData("subject=17", "subject=Patient/17")]
    [InlineData("subject=https://gw.example/fhir/Patient/17&category=vital-signs", "subject=Patient/17&category=vital-signs")]
    [InlineData("patient=17&category=vital-signs", "category=vital-signs")]
    public async Task Run_SearchParameterOfAnOperation_GoesAsItWasRead(string asked, string sent)
    {
        Publish("Observation", "");
        _world.Upstream.Otherwise = static () =>
            RecordingUpstream.Reply(200, """{"resourceType":"Bundle","type":"searchset"}""", "application/fhir+json");

        using var exchange = _world.Open("GET", $"/fhir/Observation/$lastn?{asked}");
        _ = await _world.WalkAsync(exchange, "Forward");

        Assert.Contains(sent, Uri.UnescapeDataString(Assert.Single(_world.Upstream.Lines)), StringComparison.Ordinal);
    }

    private void Declare(string definition)
    {
        var route = _world.Route!;
        var declared = DeclaredParametersTests.Read(new DeclaredFile("docref.json", Encoding.UTF8.GetBytes(definition)));
        _world.Route = route with { Language = route.Language with { Declared = declared } };
    }

    private void Publish(string types, string elements, params Grant[] others) =>
        _world.Publish(
            TestRegistry.Build(
                TestRegistry.Open(
                    TestRegistry.UseCase(
                        grants:
                        [
                            Grant() with
                            {
                                Types = types.Split(','),
                                Elements = elements.Split(',', StringSplitOptions.RemoveEmptyEntries),
                            },
                            Grant() with
                            {
                                Types = ["Patient"],
                                Interactions = [],
                            },
                            .. others,
                        ]
                    )
                )
            )
        );

    private async Task<string?> AskAsync(string target)
    {
        using var exchange = _world.Open("GET", target);
        return (await _world.WalkAsync(exchange, "Decide")).Refusal?.Code;
    }

    private static Grant Grant() => TestRegistry.Grant() with { Operations = ["$everything", "$lastn", "$find", "$docref"] };
}
