using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Forward;

public sealed class ForwardStageTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "create", "update"));

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Run_Read_IsTheOneCallAndTheRecordsUpstream()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.True((await _world.WalkAsync(exchange, "Forward")).Continues);
        Assert.Equal(["GET /Observation/1"], _world.Upstream.Lines);
        Assert.Equal("first", exchange.Forwarded.Reply.Destination);
        Assert.Equal(200, exchange.Forwarded.Reply.Status);
        Assert.Empty(_world.Journal.Records);
    }

    [Fact]
    public async Task Run_Update_IsOnRecordBeforeTheUpstreamHearsOfIt()
    {
        var recorded = new List<int>();
        _world.Upstream.OnCall = _ => recorded.Add(_world.Journal.Records.Count);
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Upstream.Answers("PUT /Observation/1", StageWorld.Observation());
        using var exchange = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        Assert.True((await _world.WalkAsync(exchange, "Forward")).Continues);
        Assert.Equal(["GET /Observation/1", "PUT /Observation/1"], _world.Upstream.Lines);
        Assert.Equal([0, 1], recorded);
        Assert.Equal(AuditKind.Intent, _world.Journal.Records[0].Kind);
        Assert.Contains(_world.Upstream.Calls[1].Headers, static header => header is { Key: "If-Match", Value: "W/\"3\"" });
    }

    [Fact]
    public async Task Run_IntentThatCannotBeRecorded_SendsNothing()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Upstream.OnCall = _ => _world.Journal.Status = JournalStatus.Full;
        using var exchange = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        Assert.Equal(DenyReason.AuditUnavailable, (await _world.WalkAsync(exchange, "Forward")).Refusal);
        Assert.Equal(["GET /Observation/1"], _world.Upstream.Lines);
    }

    [Fact]
    public async Task Run_NoAnswer_IsRefusedAndTheDestinationKept()
    {
        _world.Upstream.Fails("GET /Observation/1", DenyReason.UpstreamTimeout);
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.Equal(DenyReason.UpstreamTimeout, (await _world.WalkAsync(exchange, "Forward")).Refusal);
        Assert.Equal("first", exchange.Known.Reply?.Destination);
    }

    // Between the last question and the creation without its condition lies a whole search.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_DoorThatClosesWhileACreationIsRaced_StopsTheWrite(bool closes)
    {
        var searches = 0;
        _world.Upstream.OnCall = call =>
        {
            searches += call.Method == "GET" ? 1 : 0;
            if (closes && searches == 2)
            {
                _world.Publish(
                    TestRegistry.Build(
                        TestRegistry.Open(
                            TestRegistry.UseCase(grants: StageWorld.Grant("read", "search", "create")),
                            TestRegistry.Client() with
                            {
                                Status = ClientStatus.Suspended,
                            }
                        )
                    )
                );
            }
        };
        _world.Upstream.Otherwise = () =>
        {
            var call = _world.Upstream.Calls[^1];
            var isFirst = _world.Upstream.Calls.Count(static one => one.Method == "POST") == 1;
            return call.Method == "GET"
                ? RecordingUpstream.Reply(200, Nothing(call.PathAndQuery), KnownMediaTypes.FhirJson)
                : RecordingUpstream.Reply(isFirst ? 412 : 201, StageWorld.Observation("9"), KnownMediaTypes.FhirJson);
        };
        var body = StageWorld.Observation().Replace("\"id\":\"1\",", string.Empty, StringComparison.Ordinal);
        using var exchange = _world.Open("POST", "/fhir/Observation", body, ("If-None-Exist", "patient=17&status=final"));

        var result = await _world.WalkAsync(exchange, "Forward");

        Assert.Equal(closes ? DenyReason.ClientNotActive : null, result.Refusal);
        Assert.Equal(closes ? 1 : 2, _world.Upstream.Calls.Count(static one => one.Method == "POST"));
        Assert.Equal(!closes, exchange.Forwarded.Reply.WasSent);
    }

    private static string Nothing(string asked) =>
        $$"""{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4{{asked}}"}],"entry":[]}""";

    [Fact]
    public async Task Run_PublicDocument_SendsNothing()
    {
        using var exchange = _world.Open("GET", "/fhir/metadata");

        Assert.True((await _world.WalkAsync(exchange, "Forward")).Continues);
        Assert.Empty(_world.Upstream.Calls);
    }
}
