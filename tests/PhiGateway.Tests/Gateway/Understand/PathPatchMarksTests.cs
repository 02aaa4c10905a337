using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Understand;

/// <summary>A FHIRPath Patch says by paths what stands in other content as members of <c>meta</c>: it chooses no place either.</summary>
public sealed class PathPatchMarksTests : IDisposable
{
    private const string Text = ""","valueString":"p" """;
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "patch"));

    public PathPatchMarksTests() =>
        _world.Route = _world.Route! with { RoutingMarks = PhiGateway.Gateway.Configuration.RoutingMarks.Default };

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("add", "Observation.meta", "project", Text)]
    [InlineData("add", "Observation.meta.first()", "accounts", Text)]
    [InlineData("add", "(Observation.meta)", "project", Text)]
    [InlineData("add", "Observation.Meta", "project", Text)]
    [InlineData("replace", "Observation.meta.project", null, Text)]
    [InlineData("replace", "Observation.meta.where(source='x.meta').project", null, Text)]
    [InlineData("delete", "Observation.meta.accounts[0]", null, null)]
    [InlineData("replace", "Observation.meta.extension[0].value", null, Text)]
    [InlineData("replace", "Observation.meta.extension('https://a.example/x').first().value", null, Text)]
    [InlineData("add", "Observation.meta.extension", "value", Text)]
    [InlineData("replace", "Observation.extension('https://aidbox.app/tenant-organization-id').value", null, Text)]
    [InlineData("replace", "Observation.extension.where(url='https://aidbox.app/tenant-resource-id').value", null, Text)]
    [InlineData("add", "Observation", "meta", ""","valueMeta":{"tag":[],"project":"p"}""")]
    [InlineData("replace", "Observation.meta", null, ""","part":[{"name":"tag"},{"name":"project","valueString":"p"}]""")]
    [InlineData("add", "Observation", "component", ""","part":[{"name":"meta","part":[{"name":"project","valueString":"p"}]}]""")]
    [InlineData("add", "Observation", "component", ""","part":[{"name":"x","valueMeta":{"compartment":[]}}]""")]
    public async Task Run_PathPatchThatGivesTheServerAnOrder_IsRefused(string operation, string path, string? name, string? value)
    {
        var result = await UnderstandAsync(Patch(operation, path, name, value));

        Assert.Equal((DenyReason.MalformedBody, "routing-mark"), (result.Refusal, result.Detail));
    }

    [Theory]
    [InlineData("add", "Observation.meta", "tag", ""","valueCoding":{"code":"a"}""")]
    [InlineData("add", "Observation", "meta", ""","valueMeta":{"tag":[{"code":"a"}]}""")]
    [InlineData("replace", "Observation.meta", null, ""","part":[{"name":"source","valueUri":"urn:x"}]""")]
    [InlineData("delete", "Observation.meta.tag[0]", null, null)]
    [InlineData("add", "Observation.meta", "extension", ""","part":[{"name":"url","valueUri":"urn:x"}]""")]
    [InlineData("delete", "Observation.meta.extension('https://aidbox.app/tenant-organization-id')", null, null)]
    [InlineData("replace", "Observation.extension('https://a.example/x').value", null, Text)]
    [InlineData("replace", "Observation.meta.source.extension('https://a.example/x').value", null, Text)]
    [InlineData("replace", "Observation.code.coding.where(system='https://x.example/meta.project').display", null, Text)]
    [InlineData("replace", "Observation.status", null, ""","valueCode":"final" """)]
    [InlineData("add", "Observation", "component", ""","part":[{"name":"code","part":[{"name":"text","valueString":"project"}]}]""")]
    public async Task Run_OrdinaryPathPatch_IsUnderstood(string operation, string path, string? name, string? value) =>
        Assert.Null((await UnderstandAsync(Patch(operation, path, name, value))).Refusal);

    // Of a batch its entry alone, of a transaction the whole.
    [Theory]
    [InlineData("batch", "project")]
    [InlineData("batch", "tag")]
    [InlineData("transaction", "project")]
    [InlineData("transaction", "tag")]
    public async Task Run_EntryWithSuchAPatch_IsRefusedAsThePatchIs(string type, string name)
    {
        var body = $$"""
            {"resourceType":"Bundle","type":"{{type}}","entry":[
            {"resource":{{Patch("add", "Observation.meta", name, Text)}},"request":{"method":"PATCH","url":"Observation/2"} }]}
            """;
        using var exchange = _world.Open("POST", "/fhir", body);

        var result = await _world.WalkAsync(exchange, "Understand");

        var isMarked = name == "project";
        Assert.Equal(isMarked && type == "transaction" ? DenyReason.MalformedBody : null, result.Refusal);
        if (type == "batch")
        {
            Assert.Equal(isMarked ? "routing-mark" : null, exchange.Request.Entries[0].Unread?.Detail);
        }
    }

    // Where the operator says that no server behind reads them.
    [Fact]
    public async Task Run_RouteThatLooksForNoMarks_IsUnderstood()
    {
        _world.Route = _world.Route! with { RoutingMarks = null };

        Assert.Null((await UnderstandAsync(Patch("add", "Observation.meta", "project", Text))).Refusal);
    }

    private async Task<StageResult> UnderstandAsync(string patch)
    {
        using var exchange = _world.Open("PATCH", "/fhir/Observation/1", patch);
        return await _world.WalkAsync(exchange, "Understand");
    }

    private static string Patch(string operation, string path, string? name, string? value)
    {
        var parts = string.Concat(
            name is null ? string.Empty : $$""",{"name":"name","valueString":"{{name}}"}""",
            value is null ? string.Empty : $$""",{"name":"value"{{value}} }"""
        );
        return $$"""
            {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"{{operation}}"},
            {"name":"path","valueString":"{{path}}"}{{parts}}]}]}
            """;
    }
}
