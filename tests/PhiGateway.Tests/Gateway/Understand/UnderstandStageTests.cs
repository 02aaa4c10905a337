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
