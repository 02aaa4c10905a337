using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Understand;

public sealed class UnderstandStageTests : IDisposable
{
    private const string Batch =
        """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Observation/1"}}]}""";

    private const string Transaction =
        """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Observation/1"}}]}""";

    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("GET", "/fhir/Observation/1", null, nameof(RequestKind.Single))]
    [InlineData("GET", "/fhir/Observation?patient=17", null, nameof(RequestKind.Single))]
    [InlineData("GET", "/fhir/metadata", null, nameof(RequestKind.PublicDocument))]
    [InlineData("POST", "/fhir", Batch, nameof(RequestKind.Batch))]
    [InlineData("POST", "/fhir", Transaction, nameof(RequestKind.Transaction))]
    public async Task Run_Request_SaysItsKindOnce(string method, string target, string? body, string kind)
    {
        using var exchange = _world.Open(method, target, body);

        Assert.True((await _world.WalkAsync(exchange, "Understand")).Continues);
        Assert.Equal(kind, exchange.Kind.ToString());
    }

    [Fact]
    public async Task Run_ExportKickOff_IsAnExport()
    {
        using var exchange = _world.Open(
            "GET",
            "/fhir/Patient/$export",
            null,
            ("Prefer", "respond-async"),
            ("Accept", "application/fhir+json")
        );

        Assert.True((await _world.WalkAsync(exchange, "Understand")).Continues);
        Assert.Equal(RequestKind.Export, exchange.Kind);
    }

    // A mark that another product reads as an order where to keep a record: refused for its entry, also where a patch hides its spelling.
    [Theory]
    [InlineData("batch", false)]
    [InlineData("transaction", true)]
    public async Task Run_EntryWithARoutingMark_IsRefusedAloneInABatch(string type, bool isWhole)
    {
        _world.Route = _world.Route! with { RoutingMarks = PhiGateway.Gateway.Configuration.RoutingMarks.Default };
        var patch = Convert.ToBase64String(
            """[{"op":"add","path":"/extension/0","value":{"url":"https://aidbox.app/tenant-organization-id","valueString":"x"}}]"""u8
        );
        using var exchange = _world.Open(
            "POST",
            "/fhir",
            $$"""
            {"resourceType":"Bundle","type":"{{type}}","entry":[{"request":{"method":"GET","url":"Observation/1"} },
            {"resource":{"resourceType":"Binary","contentType":"application/json-patch+json","data":"{{patch}}"},"request":{"method":"PATCH","url":"Observation/2"} }]}
            """
        );

        var result = await _world.WalkAsync(exchange, "Understand");

        Assert.Equal(isWhole ? DenyReason.MalformedBody : null, result.Refusal);
        if (!isWhole)
        {
            Assert.Null(exchange.Request.Entries[0].Unread);
            Assert.Equal("routing-mark", exchange.Request.Entries[1].Unread!.Detail);
        }
    }

    [Theory]
    [InlineData("batch", null)]
    [InlineData("transaction", "malformed-body")]
    public async Task Run_TwoEntriesOfOneName_AreNoMatterWhereNobodyRefersToThem(string type, string? refusal)
    {
        const string Entry =
            """{"fullUrl":"urn:uuid:9a9b0e4c-0000-4000-8000-000000000001","request":{"method":"GET","url":"Observation/1"}}""";
        using var exchange = _world.Open(
            "POST",
            "/fhir",
            $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{Entry}},{{Entry}}]}"""
        );

        Assert.Equal(refusal, (await _world.WalkAsync(exchange, "Understand")).Refusal?.Code);
    }

    [Fact]
    public async Task Run_UnknownParameter_IsRefusedAndHasNoKind()
    {
        using var exchange = _world.Open("GET", "/fhir/Observation?no-such=1");

        Assert.True((await _world.WalkAsync(exchange, "Understand")).IsRefused(out _));
        Assert.Equal(RequestKind.None, exchange.Kind);
        Assert.Null(exchange.Known.Request);
    }

    [Fact]
    public async Task Run_HandleThatIsNotOurs_IsRefusedAndTheRecordKnowsWhatWasTried()
    {
        using var exchange = _world.Open("GET", $"/fhir/?_page={new string('A', 120)}");

        Assert.Equal(DenyReason.HandleNotYours, (await _world.WalkAsync(exchange, "Understand")).Refusal);
        Assert.Equal(Interaction.SearchPage, exchange.Known.Asked?.Interaction);
    }

    [Fact]
    public async Task Run_BodyThatIsOnlyAnnounced_TakesNoRoomOfOthers()
    {
        using var exchange = _world.Open("POST", "/fhir/Observation/_search", "patient=17");
        exchange.Http.Request.ContentType = "application/x-www-form-urlencoded";
        exchange.Http.Request.ContentLength = 2 * 1024 * 1024;

        _ = await _world.WalkAsync(exchange, "Understand");

        Assert.NotNull(exchange.Body);
        Assert.Equal(0, _world.Get<HeldMemory>().Held);
    }
}
