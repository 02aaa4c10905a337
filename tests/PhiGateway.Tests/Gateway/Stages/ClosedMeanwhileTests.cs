using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Stages;

/// <summary>What closes a door for a new request closes it for one that is under way, wherever it is: nothing more goes either way.</summary>
public sealed class ClosedMeanwhileTests
{
    private const string Update = "PUT /Observation/1";

    private static readonly string Batch = $$$"""
        {"resourceType":"Bundle","type":"batch","entry":[
          {"resource":{{{StageWorld.Observation("1")}}},"request":{"method":"PUT","url":"Observation/1"}},
          {"resource":{{{StageWorld.Observation("2")}}},"request":{"method":"PUT","url":"Observation/2"}}]}
        """;

    private static readonly string Reads = """
        {"resourceType":"Bundle","type":"batch","entry":[
          {"request":{"method":"GET","url":"Observation/1"}},{"request":{"method":"GET","url":"Observation/2"}}]}
        """;

    private static readonly string Transaction = Batch.Replace("\"batch\"", "\"transaction\"", StringComparison.Ordinal);

    private static readonly Grant Everything = StageWorld.Grant("read", "search", "create", "update");

    private static UseCase Permitted => TestRegistry.UseCase(grants: Everything);

    private static readonly Dictionary<string, Action<StageWorld>> Closings = new()
    {
        ["revoked"] = static world =>
            world.Publish(Build(TestRegistry.Open(Permitted), "17", TestRegistry.Revocation(RevocationTarget.Client, "connector"))),
        ["suspended"] = static world =>
            world.Publish(
                Build(TestRegistry.Open(Permitted, client: TestRegistry.Client() with { Status = ClientStatus.Suspended }), "17")
            ),
        ["agreement ended"] = static world =>
            world.Publish(
                Build(TestRegistry.Open(Permitted, agreement: TestRegistry.Agreement() with { Expires = new DateOnly(2026, 4, 1) }), "17")
            ),
        ["off the roster"] = static world => world.Publish(Build(TestRegistry.Open(Permitted), "18")),
        ["grant gone"] = static world =>
            world.Publish(Build(TestRegistry.Open(TestRegistry.UseCase(grants: Everything with { Types = ["Condition"] })), "17")),
        ["token ended"] = static world => world.Clock.Advance(TimeSpan.FromMinutes(5)),
    };

    public static TheoryData<string> Names => [.. Closings.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Run_ClosedWhileTheBodyTrickles_SendsNothing(string closing)
    {
        using var world = NewWorld();
        using var exchange = world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());
        exchange.Http.Request.Body = new Trickle(StageWorld.Observation(), () => Closings[closing](world));

        Assert.True((await world.WalkAsync(exchange, "Release")).IsRefused(out _));
        Assert.Empty(world.Upstream.Calls);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Run_ClosedWhileTheStoredVersionIsLookedUp_SendsNoWrite(string closing)
    {
        using var world = NewWorld();
        On(world, "GET /Observation/1", closing);
        using var exchange = world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        Assert.True((await world.WalkAsync(exchange, "Release")).IsRefused(out _));
        Assert.DoesNotContain(Update, world.Upstream.Lines);
        Assert.DoesNotContain(world.Journal.Records, static record => record.Kind == PhiGateway.Audit.Records.AuditKind.Intent);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Run_ClosedWhileATransactionIsSettled_SendsNoWrite(string closing)
    {
        using var world = NewWorld();
        On(world, "GET /Observation/2", closing);
        using var exchange = world.Open("POST", "/fhir", Transaction);

        Assert.True((await world.WalkAsync(exchange, "Release")).IsRefused(out _));
        Assert.DoesNotContain(world.Upstream.Calls, static call => call.Method == "POST");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Run_ClosedWhileTheUpstreamAnswers_WritesNothing(string closing)
    {
        foreach (
            var (method, target) in ((string, string)[])
                [("GET", "/Observation/1"), ("GET", "/Observation?patient=17"), ("PUT", "/Observation/1")]
        )
        {
            using var world = NewWorld();
            On(world, $"{method} {target}", closing);
            using var exchange = world.Open(method, "/fhir" + target, method == "PUT" ? StageWorld.Observation() : null);

            Assert.True((await world.WalkAsync(exchange, "Release")).IsRefused(out _), target);
            Assert.Equal($"{method} {target}", world.Upstream.Lines.Last());
            Assert.Empty(StageWorld.Written(exchange));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Run_ClosedWhileABatchRuns_SendsNoEntryAfterIt(string closing)
    {
        using var world = NewWorld();
        On(world, Update, closing);
        using var exchange = world.Open("POST", "/fhir", Batch);

        await world.WalkAsync(exchange, "Release");
        Assert.Equal(Update, world.Upstream.Lines.Last());
        Assert.DoesNotContain("Patient/17", StageWorld.Written(exchange), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Run_ClosedAfterAnEntryOfABatchWasJudged_LetsNothingOfItOut(string closing)
    {
        using var world = NewWorld();
        On(world, "GET /Observation/2", closing);
        using var exchange = world.Open("POST", "/fhir", Reads);

        Assert.True((await world.WalkAsync(exchange, "Release")).IsRefused(out _));
        Assert.Empty(StageWorld.Written(exchange));
    }

    [Fact]
    public async Task Run_RegistryChangedElsewhereMeanwhile_GoesOn()
    {
        foreach (
            var (method, target, body) in ((string, string, string?)[])
                [
                    ("GET", "/fhir/Observation/1", null),
                    ("GET", "/fhir/Observation?patient=17", null),
                    ("PUT", "/fhir/Observation/1", StageWorld.Observation()),
                    ("POST", "/fhir", Batch),
                    ("POST", "/fhir", Reads),
                    ("POST", "/fhir", Transaction),
                ]
        )
        {
            using var world = NewWorld();
            world.Upstream.OnCall = _ =>
            {
                world.Clock.Advance(TimeSpan.FromSeconds(6));
                world.Publish(
                    Build(
                        [.. TestRegistry.Open(Permitted), TestRegistry.Organization("other")],
                        "17",
                        TestRegistry.Revocation(RevocationTarget.Client, "x")
                    )
                );
            };
            using var exchange = world.Open(method, target, body);
            if (body is not null)
            {
                exchange.Http.Request.Body = new Trickle(body, () => world.Publish(Build(TestRegistry.Open(Permitted), "17")));
            }

            var result = await world.WalkAsync(exchange, "Release");
            Assert.True(result.Continues, $"{method} {target} {result.Refusal} {result.Detail}");
            Assert.Contains("\"Patient/17\"", StageWorld.Written(exchange), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_GrantNarrowedWhileTheUpstreamAnswers_IsJudgedByWhatHoldsNow()
    {
        using var world = NewWorld();
        var narrower = Everything with { Elements = ["status"] };
        world.Upstream.OnCall = _ => world.Publish(Build(TestRegistry.Open(TestRegistry.UseCase(grants: narrower)), "17"));
        using var exchange = world.Open("GET", "/fhir/Observation/1");

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
        Assert.Contains("\"status\"", StageWorld.Written(exchange), StringComparison.Ordinal);
        Assert.DoesNotContain("\"text\"", StageWorld.Written(exchange), StringComparison.Ordinal);
    }

    private static StageWorld NewWorld()
    {
        var world = new StageWorld(null, null, Everything);
        world.Route = world.Route! with { SelfLinks = SelfLinkRule.Ignored };
        foreach (var id in (string[])["1", "2"])
        {
            world.Upstream.Answers($"GET /Observation/{id}", StageWorld.Observation(id));
            world.Upstream.Answers($"PUT /Observation/{id}", StageWorld.Observation(id));
        }

        world.Upstream.Answers(
            "GET /Observation?patient=17",
            $$$"""{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{{{StageWorld.Observation()}}},"search":{"mode":"match"}}]}"""
        );
        world.Upstream.Answers(
            "POST ",
            $$$"""
            {"resourceType":"Bundle","type":"transaction-response","entry":[
              {"resource":{{{StageWorld.Observation("1")}}},"response":{"status":"200"}},
              {"resource":{{{StageWorld.Observation("2")}}},"response":{"status":"200"}}]}
            """
        );
        return world;
    }

    private static void On(StageWorld world, string line, string closing) =>
        world.Upstream.OnCall = call =>
        {
            if ($"{call.Method} {call.PathAndQuery}" == line)
            {
                Closings[closing](world);
            }
        };

    private static RegistrySnapshot Build(IEnumerable<IRegistryEntity> entities, string patient, params Revocation[] revocations) =>
        new RegistrySnapshotBuilder().Rebuild(
            TestRegistry.Changes(
                entities.Select(static entity => TestRegistry.Item(entity)),
                2,
                [TestRegistry.Member(patient)],
                revocations
            )
        );

    // A body of which the last byte comes after something has happened.
    private sealed class Trickle(string text, Action beforeTheLast) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var left = (int)(Length - Position);
            if (left == 1)
            {
                beforeTheLast();
            }

            return base.ReadAsync(buffer[..Math.Min(buffer.Length, Math.Max(left - 1, 1))], cancellationToken);
        }
    }
}
