using PhiGateway.Gateway.Admit;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>What a write changes, or made once, is not its client's for the asking; and what a server says to it tells no more than it must.</summary>
public sealed class ChangedRecordTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "create", "update", "patch", "delete"));

    public void Dispose() => _world.Dispose();

    // The record is gone, and a server says so; it was this or that patient's, or nobody knows whose.
    [Theory]
    [InlineData("17", null)]
    [InlineData("18", "patient-not-found")]
    [InlineData(null, "patient-not-found")]
    public async Task Run_UpdateUnderTheIdOfADeletedRecord_IsHeldToWhoseItWas(string? patient, string? refusal)
    {
        _world.Upstream.Answers("GET /Observation/1", "{}", 410);
        if (patient is not null)
        {
            _world.Upstream.Answers(
                "GET /Observation/1/_history?_count=10",
                $$$"""
                {"resourceType":"Bundle","type":"history","entry":[
                  {"request":{"method":"DELETE","url":"Observation/1"},"response":{"status":"204"}},
                  {"resource":{{{StageWorld.Observation(patient: patient)}}},"request":{"method":"PUT","url":"Observation/1"}}]}
                """
            );
        }

        using var exchange = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());
        var result = await _world.WalkAsync(exchange, "Settle");
        using var foreign = _world.Open("PUT", "/fhir/Observation/2", StageWorld.Observation("2"));
        _world.Upstream.Answers("GET /Observation/2", StageWorld.Observation("2", "18"));
        var present = await _world.WalkAsync(foreign, "Settle");

        Assert.Equal(refusal is null, result.Continues);
        if (refusal is not null)
        {
            // As of one that is still there.
            Assert.Equal(present.Refusal?.Status, result.Refusal?.Status);
        }
    }

    [Theory]
    [InlineData(404)]
    public async Task Run_UpdateUnderAFreeId_Creates(int status)
    {
        _world.Upstream.Answers("GET /Observation/1", "{}", status);
        using var exchange = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        Assert.True((await _world.WalkAsync(exchange, "Settle")).Continues);
    }

    // Content, an identifier that is taken, a reference that holds what would be deleted: one answer.
    [Theory]
    [InlineData(400)]
    [InlineData(409)]
    [InlineData(412)]
    [InlineData(422)]
    public async Task Run_CreateThatTheServerRejects_IsOneAnswerWhateverTheReason(int status)
    {
        _world.Upstream.Answers("POST /Observation", "{}", status);
        using var exchange = _world.Open(
            "POST",
            "/fhir/Observation",
            StageWorld.Observation().Replace("\"id\":\"1\",", string.Empty, StringComparison.Ordinal)
        );

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.Equal((DenyReason.UpstreamRejected, 422), (result.Refusal, result.Status));
    }

    [Theory]
    [InlineData(409, 422)]
    [InlineData(412, 412)]
    public async Task Run_UpdateThatSomebodyElseWasFasterThan_IsSaidToBe(int status, int told)
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Upstream.Answers("PUT /Observation/1", "{}", status);
        using var exchange = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        Assert.Equal(told, (await _world.WalkAsync(exchange, "Release")).Status);
    }

    // Servers tell a conflict of versions by 409 as well; that it was one, the version says that stands there now.
    [Theory]
    [InlineData("PUT", "4", 412)]
    [InlineData("PUT", "3", 422)]
    [InlineData("PUT", null, 412)]
    [InlineData("DELETE", "4", 412)]
    [InlineData("DELETE", "3", 422)]
    public async Task Run_ConflictThatTheServerTellsBy409_IsOfTheVersionWhereItHasMoved(string method, string? now, int told)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "update", "delete"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        world.Upstream.Answers($"{method} /Observation/1", "{}", 409);
        world.Upstream.OnCall = call =>
        {
            if (call.Method == method)
            {
                world.Upstream.Answers(
                    "GET /Observation/1",
                    now is null ? "{}" : StageWorld.Observation(version: now),
                    now is null ? 410 : 200
                );
            }
        };
        using var exchange = world.Open(method, "/fhir/Observation/1", method == "PUT" ? StageWorld.Observation() : null);

        var result = await world.WalkAsync(exchange, "Release");

        Assert.Equal((DenyReason.UpstreamRejected, told), (result.Refusal, result.Status));
    }

    [Fact]
    public async Task Brake_ClientThatTriesIdentifiersByCreations_IsHeldOff()
    {
        using var world = new StageWorld(null, static options => options.Limits.RefusalsPerMinute = 5, StageWorld.Grant("create"));
        using var exchange = world.Open("POST", "/fhir/Observation", StageWorld.Observation());
        await world.WalkAsync(exchange, "Identify");
        for (var i = 0; i < 20; i++)
        {
            world.Get<RefusalBrake>().Note(exchange, DenyReason.UpstreamRejected);
        }

        Assert.True(world.Get<RefusalBrake>().WaitOf(exchange) > TimeSpan.Zero);
    }

    // What a patch makes of the record is asked for orders to the server as the body of an update is.
    [Theory]
    [InlineData("""[{"op":"add","path":"/meta/project","value":"other"}]""", "malformed-body")]
    [InlineData("""[{"op":"add","path":"/meta","value":{"versionId":"3","project":"x"}}]""", "malformed-body")]
    [InlineData("""[{"op":"replace","path":"/status","value":"amended"}]""", null)]
    public async Task Run_PatchThatGivesTheServerAnOrder_IsRefused(string patch, string? refusal)
    {
        _world.Route = _world.Route! with { RoutingMarks = PhiGateway.Gateway.Configuration.RoutingMarks.Default };
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = _world.Open("PATCH", "/fhir/Observation/1", patch);
        exchange.Http.Request.ContentType = "application/json-patch+json";

        var result = await _world.WalkAsync(exchange, "Settle");

        Assert.Equal(refusal, result.Refusal?.Code);
    }

    // To keep what the product put there itself is no order.
    [Fact]
    public async Task Run_PatchOfARecordThatBearsTheProductsMark_Passes()
    {
        _world.Route = _world.Route! with { RoutingMarks = PhiGateway.Gateway.Configuration.RoutingMarks.Default };
        _world.Upstream.Answers(
            "GET /Observation/1",
            StageWorld.Observation().Replace("\"versionId\"", "\"project\":\"p\",\"versionId\"", StringComparison.Ordinal)
        );
        using var exchange = _world.Open("PATCH", "/fhir/Observation/1", """[{"op":"replace","path":"/status","value":"amended"}]""");
        exchange.Http.Request.ContentType = "application/json-patch+json";

        Assert.True((await _world.WalkAsync(exchange, "Settle")).Continues);
    }

    // Whoever may not see the record asks by a patch whether a value stands in it.
    [Theory]
    [InlineData("replace", "Observation.code.coding.where(code='B20').display", "hidden-element")]
    [InlineData("replace", "Observation.code.coding[1].display", "hidden-element")]
    [InlineData("delete", "Observation.note.first()", "hidden-element")]
    [InlineData("replace", "Observation.status", null)]
    public async Task Run_PathPatchThatAsksWhatStandsThere_IsForThoseWhoMaySeeIt(string operation, string path, string? refusal)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("patch"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        var value = operation == "replace" ? ",{\"name\":\"value\",\"valueString\":\"x\"}" : string.Empty;
        using var exchange = world.Open(
            "PATCH",
            "/fhir/Observation/1",
            $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"{{{operation}}}"},
            {"name":"path","valueString":"{{{path}}}"}{{{value}}}]}]}
            """
        );

        Assert.Equal(refusal, (await world.WalkAsync(exchange, "Settle")).Refusal?.Code);
    }
}
