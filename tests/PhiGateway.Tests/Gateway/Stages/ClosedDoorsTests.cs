using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Registry;
using Xunit;

namespace PhiGateway.Tests.Gateway.Stages;

/// <summary>
/// What closes a door for a new request closes it for what was begun before: the next page, an export's poll and files, the entries of a batch
/// that are still to come, and what an upstream is asked for meanwhile. Answers that stream are tried with the same closings elsewhere.
/// </summary>
public sealed class ClosedDoorsTests
{
    private const string Batch = """
        {"resourceType":"Bundle","type":"batch","entry":[
          {"request":{"method":"GET","url":"Observation/1"}},{"request":{"method":"GET","url":"Observation/2"}}]}
        """;

    private static readonly Grant Granted = StageWorld.Grant("read", "search", "export");

    private static readonly DoorClosings Doors = new(Granted);

    [Theory]
    [MemberData(nameof(DoorClosings.OfRegistry), MemberType = typeof(DoorClosings))]
    public async Task Run_ClosedBetweenPages_GivesNoFurtherPage(string closing)
    {
        // An export is of no task, which is of one patient.
        HandleKind[] kinds = DoorClosings.IsOfTask(closing) ? [HandleKind.Page] : [HandleKind.Page, HandleKind.Job, HandleKind.File];
        foreach (var kind in kinds)
        {
            using var world = NewWorld(closing);
            var next = await BeginAsync(world, kind);
            Doors.Close(world, closing);
            world.Upstream.Calls.Clear();

            using var exchange = world.Open("GET", next);
            var result = await world.WalkAsync(exchange, "Release");
            Assert.DoesNotContain("Patient/17", StageWorld.Written(exchange), StringComparison.Ordinal);
            if (kind != HandleKind.Page && closing == DoorClosings.MemberRemoved)
            {
                // Of whoever is left in it the export goes on.
                continue;
            }

            Assert.True(result.IsRefused(out _), $"{kind}");
            Assert.Empty(world.Upstream.Calls);
            Assert.Empty(StageWorld.Written(exchange));
        }
    }

    [Fact]
    public async Task Run_DoorsOfOthersClosedBetweenPages_GoesOn()
    {
        foreach (var kind in (HandleKind[])[HandleKind.Page, HandleKind.Job, HandleKind.File])
        {
            using var world = NewWorld();
            var next = await BeginAsync(world, kind);
            Doors.ChangeElsewhere(world);

            using var exchange = world.Open("GET", next);
            var result = await world.WalkAsync(exchange, "Release");
            Assert.True(result.Continues, $"{kind} {result.Refusal} {result.Detail}");
            Assert.NotEmpty(StageWorld.Written(exchange));
        }
    }

    [Theory]
    [MemberData(nameof(DoorClosings.Names), MemberType = typeof(DoorClosings))]
    public async Task Run_ClosedWhileTheUpstreamAnswers_WritesNothing(string closing)
    {
        foreach (var target in (string[])["/Observation/1", "/Observation?patient=17"])
        {
            using var world = NewWorld(closing);
            world.Upstream.OnCall = _ => Doors.Close(world, closing);
            using var exchange = world.Open("GET", "/fhir" + target);

            Assert.True((await world.WalkAsync(exchange, "Release")).IsRefused(out _), target);
            Assert.Empty(StageWorld.Written(exchange));
        }
    }

    [Theory]
    [MemberData(nameof(DoorClosings.Names), MemberType = typeof(DoorClosings))]
    public async Task Run_ClosedWhileABatchRuns_AsksForNoEntryAfterIt(string closing)
    {
        using var world = NewWorld(closing);
        world.Upstream.OnCall = _ => Doors.Close(world, closing);
        using var exchange = world.Open("POST", "/fhir", Batch);

        await world.WalkAsync(exchange, "Release");
        // Whose record the next is shows only when it is there.
        string[] asked = closing == DoorClosings.MemberRemoved ? ["GET /Observation/1", "GET /Observation/2"] : ["GET /Observation/1"];
        Assert.Equal(asked, world.Upstream.Lines);
        Assert.DoesNotContain("Patient/17", StageWorld.Written(exchange), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_DoorsOfOthersClosedMeanwhile_GoesOn()
    {
        foreach (
            var (method, target, body) in ((string, string, string?)[])
                [("GET", "/fhir/Observation/1", null), ("GET", "/fhir/Observation?patient=17", null), ("POST", "/fhir", Batch)]
        )
        {
            using var world = NewWorld();
            world.Upstream.OnCall = _ => Doors.ChangeElsewhere(world);
            using var exchange = world.Open(method, target, body);

            var result = await world.WalkAsync(exchange, "Release");
            Assert.True(result.Continues, $"{target} {result.Refusal} {result.Detail}");
            Assert.Contains("Patient/17", StageWorld.Written(exchange), StringComparison.Ordinal);
        }
    }

    private static StageWorld NewWorld(string? closing = null)
    {
        var world = new StageWorld(null, null, Granted);
        world.Route = world.Route! with { SelfLinks = SelfLinkRule.Ignored };
        Doors.Open(world, closing);
        var page = $$$"""
            {"resourceType":"Bundle","type":"searchset","entry":[{"resource":{{{StageWorld.Observation()}}},"search":{"mode":"match"}}]}
            """;
        world
            .Upstream.Answers("GET /Observation/1", StageWorld.Observation())
            .Answers("GET /Observation/2", StageWorld.Observation("2"))
            .Answers("GET /Observation?patient=17", page)
            .Answers("GET ?_getpages=x", page)
            .Answers(
                "GET /jobs/1",
                """
                {"transactionTime":"2026-05-01T00:00:00Z","request":"x","requiresAccessToken":true,
                "output":[{"type":"Observation","url":"http://fhir.example/r4/files/1"}]}
                """,
                mediaType: KnownMediaTypes.Json
            )
            .Answers("GET /files/1", StageWorld.Observation().ReplaceLineEndings(string.Empty), mediaType: KnownMediaTypes.FhirNdjson);
        return world;
    }

    // Where what was begun goes on.
    private static async Task<string> BeginAsync(StageWorld world, HandleKind kind)
    {
        var isPage = kind == HandleKind.Page;
        (string Name, string Value)[] headers = isPage ? [] : [("Prefer", "respond-async")];
        var target = isPage ? "/fhir/Observation?patient=17" : "/fhir/Patient/$export?_type=Observation";
        var place = kind switch
        {
            HandleKind.Page => "http://fhir.example/r4?_getpages=x",
            HandleKind.Job => "http://fhir.example/r4/jobs/1",
            _ => "http://fhir.example/r4/files/1",
        };
        using var begun = world.Open("GET", target, null, headers);
        var result = await world.WalkAsync(begun, "Decide");
        Assert.True(result.Continues, $"{kind} {result.Refusal} {result.Detail}");
        return new Uri(world.Get<HandleIssuer>().Issue(begun, kind, place)!).PathAndQuery;
    }
}
