using System.IO.Pipelines;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>Nothing leaves that was not asked about and put on record first.</summary>
public sealed class ReleaseStageTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "create", "update"));

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Run_PermittedRead_LeavesAfterItsRecord()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.True(exchange.Delivered);
        Assert.Contains("Patient/17", StageWorld.Written(exchange), StringComparison.Ordinal);
        Assert.Equal("W/\"3\"", exchange.Http.Response.Headers.ETag.ToString());
        var record = Assert.Single(_world.Journal.Records);
        Assert.Equal(AuditKind.Disclosure, record.Kind);
        Assert.Equal(["Observation/1/_history/3"], record.Resources);
        Assert.Equal(["17"], record.Patients);
        Assert.Equal(200, record.UpstreamStatus);
    }

    // The server takes what is written to a broken connection without a word, before it says that the request was aborted.
    [Fact]
    public async Task Run_ReaderWhoHasGone_IsNotHandedOver()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = _world.Open("GET", "/fhir/Observation/1");
        exchange.Http.Features.Set<IHttpResponseBodyFeature>(new GoneReader());

        await Assert.ThrowsAsync<ReaderGoneException>(async () => await _world.WalkAsync(exchange, "Release"));
        Assert.False(exchange.Http.RequestAborted.IsCancellationRequested);
        Assert.False(exchange.Delivered);
        Assert.Equal(AuditKind.Disclosure, Assert.Single(_world.Journal.Records).Kind);
    }

    // So does an answer that is nothing but its head, one of which everything was withheld, and a batch.
    [Theory]
    [InlineData("HEAD", "/fhir/Observation/1", null)]
    [InlineData("DELETE", "/fhir/Observation/1", null)]
    [InlineData("GET", "FILE", null)]
    [InlineData(
        "POST",
        "/fhir",
        """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Observation/1"}}]}"""
    )]
    public async Task Run_ReaderOfAnotherAnswerWhoHasGone_IsNotHandedOver(string method, string target, string? body)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "search", "delete", "export"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation()).Answers("HEAD /Observation/1", StageWorld.Observation());
        world.Upstream.Answers("DELETE /Observation/1", string.Empty, 204);
        world.Upstream.Answers(
            "GET /files/1",
            StageWorld.Observation(patient: "18").ReplaceLineEndings(string.Empty),
            mediaType: "application/fhir+ndjson"
        );
        using var kickOff = world.Open("GET", "/fhir/Patient/$export?_type=Observation", null, ("Prefer", "respond-async"));
        Assert.True((await world.WalkAsync(kickOff, "Decide")).Continues);
        var file = new Uri(world.Get<HandleIssuer>().Issue(kickOff, HandleKind.File, "http://fhir.example/r4/files/1")!).PathAndQuery;
        foreach (var isGone in (bool[])[false, true])
        {
            using var exchange = world.Open(method, target == "FILE" ? file : target, body);
            if (!isGone)
            {
                Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
                Assert.True(exchange.Delivered);
                continue;
            }

            exchange.Http.Features.Set<IHttpResponseBodyFeature>(new GoneReader());
            await Assert.ThrowsAsync<ReaderGoneException>(async () => await world.WalkAsync(exchange, "Release"));
            Assert.False(exchange.Delivered);
        }
    }

    [Fact]
    public async Task Run_AnotherPatientsRecord_WritesNothing()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(patient: "18"));
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.Equal(DenyReason.NotFoundOrWithheld, (await _world.WalkAsync(exchange, "Release")).Refusal);
        Assert.Equal(string.Empty, StageWorld.Written(exchange));
    }

    [Fact]
    public async Task Run_RecordThatCannotBeMade_WritesNothing()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Upstream.OnCall = _ => _world.Journal.Status = JournalStatus.Full;
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.Equal(DenyReason.AuditUnavailable, (await _world.WalkAsync(exchange, "Release")).Refusal);
        Assert.Equal(string.Empty, StageWorld.Written(exchange));
        Assert.False(exchange.Delivered);
    }

    [Fact]
    public async Task Run_RevokedWhileTheUpstreamAnswers_WritesNothing()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Upstream.OnCall = _ =>
            _world.Publish(TestRegistry.Build(TestRegistry.Open(), TestRegistry.Revocation(RevocationTarget.Client, "connector")));
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.True((await _world.WalkAsync(exchange, "Release")).IsRefused(out _));
        Assert.Equal(string.Empty, StageWorld.Written(exchange));
        Assert.Empty(_world.Journal.Records);
    }

    [Fact]
    public async Task Run_Update_PutsTheOutcomeOfTheClientsOwnCallOnRecord()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Upstream.Answers("PUT /Observation/1", StageWorld.Observation(version: "4"), 201);
        using var exchange = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal([AuditKind.Intent, AuditKind.Outcome], _world.Journal.Records.Select(static record => record.Kind));
        Assert.Equal([0, 201], _world.Journal.Records.Select(static record => record.UpstreamStatus));
    }

    [Fact]
    public async Task Run_Head_TellsTheLengthAndWritesNoBody()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = _world.Open("HEAD", "/fhir/Observation/1");

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(string.Empty, StageWorld.Written(exchange));
        Assert.True(exchange.Http.Response.ContentLength > 0);
    }

    [Fact]
    public async Task Run_PublicDocument_IsForEveryOrigin()
    {
        using var exchange = _world.Open("GET", "/fhir/metadata");

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal("*", exchange.Http.Response.Headers.AccessControlAllowOrigin.ToString());
        Assert.Contains("CapabilityStatement", StageWorld.Written(exchange), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Batch_LeavesOnceWithARecordPerEntryAndOneForTheWhole()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = _world.Open(
            "POST",
            "/fhir",
            """
            {"resourceType":"Bundle","type":"batch","entry":[
              {"request":{"method":"GET","url":"Observation/1"}},
              {"request":{"method":"GET","url":"Observation?patient=18"}}]}
            """
        );

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(["GET /Observation/1"], _world.Upstream.Lines);
        Assert.Equal(3, _world.Journal.Records.Count);
        Assert.Contains("outside-roster", StageWorld.Written(exchange), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NodeHoldsAllThatItMay_RefusesWhatIsLargeAndReleasesWhatIsSmall()
    {
        var large = StageWorld.Observation("2").Replace("\"x\"", $"\"{new string('x', 1024 * 1024)}\"", StringComparison.Ordinal);
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Upstream.Answers("GET /Observation/2", large);
        var memory = _world.Get<HeldMemory>();
        var others = memory.Take(memory.Most, HeldFor.Write);
        using var refused = _world.Open("GET", "/fhir/Observation/2");
        using var small = _world.Open("GET", "/fhir/Observation/1");

        var full = await Assert.ThrowsAsync<MemoryExhaustedException>(() => _world.WalkAsync(refused, "Release"));
        Assert.Equal(DenyReason.MemoryExhausted, full.Reason);
        Assert.Equal(string.Empty, StageWorld.Written(refused));
        Assert.True((await _world.WalkAsync(small, "Release")).Continues);

        others.Dispose();
        using var again = _world.Open("GET", "/fhir/Observation/2");
        Assert.True((await _world.WalkAsync(again, "Release")).Continues);
        Assert.True(StageWorld.Written(again).Length > 1024 * 1024);
    }

    [Fact]
    public async Task Run_BatchWithALargeEntryAndNoRoom_RefusesThatEntryOnly()
    {
        var large = StageWorld.Observation("2").Replace("\"x\"", $"\"{new string('x', 1024 * 1024)}\"", StringComparison.Ordinal);
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Upstream.Answers("GET /Observation/2", large);
        var memory = _world.Get<HeldMemory>();
        using var others = memory.Take(memory.Most, HeldFor.Write);
        using var exchange = _world.Open(
            "POST",
            "/fhir",
            """
            {"resourceType":"Bundle","type":"batch","entry":[
              {"request":{"method":"GET","url":"Observation/2"}},
              {"request":{"method":"GET","url":"Observation/1"}}]}
            """
        );

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Contains("memory-exhausted", StageWorld.Written(exchange), StringComparison.Ordinal);
        Assert.Contains("Patient/17", StageWorld.Written(exchange), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_BatchThatFindsNoRoomInTheMiddle_StaysWhole_AndRecordsWhatLeaves(bool isRoom)
    {
        var text = new string('x', 20 * 1024);
        string[] ids = ["1", "2", "3", "4", "5"];
        foreach (var id in ids)
        {
            _world.Upstream.Answers(
                "GET /Observation/" + id,
                StageWorld.Observation(id).Replace("\"x\"", $"\"{text}\"", StringComparison.Ordinal)
            );
        }

        var memory = _world.Get<HeldMemory>();
        using var others = memory.Take(isRoom ? 0 : memory.Most, HeldFor.Write);
        var entries = ids.Select(static id => $$"""{"request":{"method":"GET","url":"Observation/{{id}}"} }""");
        using var exchange = _world.Open(
            "POST",
            "/fhir",
            "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[" + string.Join(',', entries) + "]}"
        );

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        var answered = JsonNode.Parse(StageWorld.Written(exchange))!["entry"]!.AsArray();
        Assert.Equal(5, answered.Count);
        var left = answered.Count(static entry => entry!["resource"] is not null);
        Assert.InRange(left, isRoom ? 5 : 1, isRoom ? 5 : 4);
        var recorded = _world.Journal.Records.Where(static record => record.Kind == AuditKind.Disclosure);
        Assert.Equal(left, recorded.Count());
    }

    private sealed class GoneReader : IHttpResponseBodyFeature
    {
        private readonly Pipe _pipe = new();

        public GoneReader() => _pipe.Reader.Complete();

        public Stream Stream => Stream.Null;

        public PipeWriter Writer => _pipe.Writer;

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering() { }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
