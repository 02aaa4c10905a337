using System.Globalization;
using System.Net;
using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>An answer that is running goes on only while the whole question would still be answered with a permit.</summary>
public sealed class RunningAnswerTests
{
    private const int Matches = 500;
    private const string Scopes = "system/Observation.rs system/Condition.rs";
    private static readonly string NewHash = new('e', 64);
    private static readonly IPAddress Peer = IPAddress.Parse("192.0.2.7");

    // Some 2 MiB: it leaves in several segments.
    private static readonly string Bundle = Write();

    [Fact]
    public async Task Stream_NothingChanged_LeavesWhole()
    {
        var (result, left, segments) = await StreamAsync(static _ => { });

        Assert.True(result.Continues);
        Assert.Equal(Matches, left);
        Assert.True(segments > 2);
    }

    [Fact]
    public async Task Stream_RegistryChangedElsewhere_LeavesWhole()
    {
        var (result, left, _) = await StreamAsync(static world => world.Publish(Build(TestRegistry.Client(), "17")));

        Assert.True(result.Continues);
        Assert.Equal(Matches, left);
    }

    [Fact]
    public async Task Stream_ClientSuspended_IsCut()
    {
        var suspended = TestRegistry.Client() with { Status = ClientStatus.Suspended };
        var (result, left, _) = await StreamAsync(world => world.Publish(Build(suspended, "17")));

        Assert.Equal(DenyReason.ClientNotActive, result.Refusal);
        Assert.InRange(left, 1, Matches / 2);
    }

    [Fact]
    public async Task Stream_PatientLeftTheRoster_IsCut()
    {
        var (result, left, _) = await StreamAsync(static world => world.Publish(Build(TestRegistry.Client(), "18")));

        Assert.True(result.IsRefused(out _));
        Assert.InRange(left, 1, Matches / 2);
    }

    // By every door there is, and by none that is somebody else's.
    [Theory]
    [MemberData(nameof(DoorClosings.Names), MemberType = typeof(DoorClosings))]
    public async Task Stream_AnyDoorClosed_IsCut(string closing)
    {
        var doors = new DoorClosings(TestRegistry.Grant());
        var (result, left, _) = await StreamAsync(world => doors.Close(world, closing), before: world => doors.Open(world, closing));

        Assert.True(result.IsRefused(out _));
        Assert.InRange(left, 1, Matches / 2);
    }

    [Fact]
    public async Task Stream_DoorsOfOthersClosed_LeavesWhole()
    {
        var doors = new DoorClosings(TestRegistry.Grant());
        var (result, left, _) = await StreamAsync(doors.ChangeElsewhere, before: world => doors.Open(world));

        Assert.True(result.Continues);
        Assert.Equal(Matches, left);
    }

    [Fact]
    public async Task Stream_TokenEnded_IsCut()
    {
        var (result, left, _) = await StreamAsync(static world => world.Clock.Advance(TimeSpan.FromMinutes(5)));

        Assert.Equal(DenyReason.ExpiredToken, result.Refusal);
        Assert.InRange(left, 1, Matches / 2);
    }

    /// <summary>What a token that comes later says; whether the answer goes on under it.</summary>
    public static TheoryData<string, bool> LaterTokens =>
        new()
        {
            { "same", true },
            { "scopes in another order", true },
            { "earlier", false },
            { "subject", false },
            { "scopes", false },
            { "purposes", false },
            { "context", false },
            { "task", false },
            { "tenant", false },
            { "proof", false },
            { "actors", false },
            { "sign-in", false },
        };

    // A file of an export may take longer than a token lives: its client renews the token meanwhile.
    [Theory]
    [MemberData(nameof(LaterTokens))]
    public async Task Stream_TokenEndedAfterAnotherCame_GoesOnUnderThatOneWhereItSaysTheSame(string difference, bool goesOn)
    {
        var later = Later(difference);
        var (result, left, _) = await StreamAsync(
            world =>
            {
                Come(world, later);
                world.Clock.Advance(TimeSpan.FromMinutes(5));
            },
            scopes: Scopes
        );

        Assert.Equal(goesOn ? null : DenyReason.ExpiredToken, result.Refusal);
        Assert.True(goesOn ? left == Matches : left < Matches / 2, $"{left}");
    }

    [Fact]
    public async Task Stream_GoneOnUnderARenewedToken_StandsOnRecordWithIt()
    {
        var hashes = new List<string?>();
        var (result, _, _) = await StreamAsync(
            world =>
            {
                Come(world, Later("same"));
                world.Clock.Advance(TimeSpan.FromMinutes(5));
                world.Journal.OnAppend = record => hashes.Add(record.TokenHash);
            },
            scopes: Scopes
        );

        Assert.True(result.Continues);
        Assert.NotEmpty(hashes);
        Assert.All(hashes, static hash => Assert.Equal(NewHash, hash));
    }

    /// <summary>What ends an answer that has a renewed token to go on with.</summary>
    public static TheoryData<string> Ends =>
        ["suspended", "off the roster", "new token revoked", "first token revoked", "new token ended", "longest answer"];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Stream_RenewedTokenThatMayNotGoOn_IsCut(string end)
    {
        var (result, left, _) = await StreamAsync(
            world =>
            {
                Come(world, Later("same"));
                world.Clock.Advance(TimeSpan.FromMinutes(end == "new token ended" ? 20 : 5));
                world.Publish(
                    end switch
                    {
                        "suspended" => Build(TestRegistry.Client() with { Status = ClientStatus.Suspended }, "17"),
                        "off the roster" => Build(TestRegistry.Client(), "18"),
                        "new token revoked" => TestRegistry.Build(
                            TestRegistry.Open(),
                            TestRegistry.Revocation(RevocationTarget.TokenHash, NewHash)
                        ),
                        "first token revoked" => TestRegistry.Build(
                            TestRegistry.Open(),
                            TestRegistry.Revocation(RevocationTarget.TokenHash, Asked.Caller().TokenHash)
                        ),
                        _ => Build(TestRegistry.Client(), "17"),
                    }
                );
            },
            options => options.Limits = new LimitOptions { LongestAnswer = TimeSpan.FromMinutes(end == "longest answer" ? 4 : 60) },
            Scopes
        );

        Assert.True(result.IsRefused(out _));
        Assert.InRange(left, 1, Matches / 2);
    }

    // While the first token is good, its revocation ends the answer, whichever came since.
    [Fact]
    public async Task Stream_FirstTokenRevokedBeforeItEnded_IsCutThoughAnotherCame()
    {
        var (result, left, _) = await StreamAsync(
            world =>
            {
                Come(world, Later("same"));
                world.Publish(
                    TestRegistry.Build(TestRegistry.Open(), TestRegistry.Revocation(RevocationTarget.TokenHash, Asked.Caller().TokenHash))
                );
            },
            scopes: Scopes
        );

        Assert.True(result.IsRefused(out _));
        Assert.InRange(left, 1, Matches / 2);
    }

    [Fact]
    public async Task Stream_LongestAnswerReached_IsCut()
    {
        var (result, left, _) = await StreamAsync(
            static world => world.Clock.Advance(TimeSpan.FromMinutes(1)),
            static options => options.Limits = new LimitOptions { LongestAnswer = TimeSpan.FromSeconds(30) }
        );

        Assert.True(result.IsRefused(out _));
        Assert.InRange(left, 1, Matches / 2);
    }

    // Lets the first segment leave, does something when the second is on record, and tells what became of the rest.
    private static async Task<(StageResult Result, int Left, int Segments)> StreamAsync(
        Action<StageWorld> meanwhile,
        Action<GatewayOptions>? change = null,
        string? scopes = null,
        Action<StageWorld>? before = null
    )
    {
        using var world = new StageWorld(null, change);
        world.Callers.Result = CallerResult.Of(scopes is null ? Asked.Caller() : Asked.Caller(scopes: scopes));
        before?.Invoke(world);
        world.Route = world.Route! with { SelfLinks = SelfLinkRule.Ignored };
        world.Upstream.Otherwise = static () => RecordingUpstream.Reply(200, Bundle, KnownMediaTypes.FhirJson);
        using var exchange = world.Open("GET", "/fhir/Observation?patient=17&_count=500");
        exchange.Http.Connection.RemoteIpAddress = Peer;
        var segments = 0;
        world.Journal.OnAppend = _ =>
        {
            if (segments++ == 1)
            {
                meanwhile(world);
            }
        };
        var result = await world.WalkAsync(exchange, "Release");
        var left = StageWorld.Written(exchange).Split("\"resourceType\":\"Observation\"").Length - 1;
        return (result, left, segments);
    }

    private static Caller Later(string difference)
    {
        var renewed = Asked.Caller(scopes: Scopes) with
        {
            TokenHash = NewHash,
            TokenId = "renewed",
            ExpiresAt = TestRegistry.Now.AddMinutes(10),
        };
        return difference switch
        {
            "same" => renewed,
            "scopes in another order" => renewed with { Scopes = Asked.Caller(scopes: "system/Condition.rs system/Observation.rs").Scopes },
            "earlier" => renewed with { ExpiresAt = TestRegistry.Now.AddSeconds(200) },
            "subject" => renewed with { Subject = "somebody" },
            "scopes" => renewed with { Scopes = Asked.Caller(scopes: "system/Observation.rs").Scopes },
            "purposes" => renewed with { Purposes = [PurposeOfUse.Parse("HPAYMT"), PurposeOfUse.Parse("TREAT")] },
            "context" => renewed with { PatientContext = PatientId.Parse("17") },
            "task" => renewed with { Task = "t" },
            "tenant" => renewed with { Tenant = "north" },
            "proof" => renewed with { Binding = ProofBinding.Mtls },
            "actors" => renewed with { Actors = ["between"] },
            "sign-in" => renewed with { Acr = "gold" },
            _ => throw new ArgumentOutOfRangeException(nameof(difference)),
        };
    }

    // Any call that is permitted shows the token.
    private static void Come(StageWorld world, Caller caller)
    {
        world.Callers.Result = CallerResult.Of(caller);
        using var exchange = world.Open("GET", "/fhir/Observation?patient=17");
        exchange.Http.Connection.RemoteIpAddress = Peer;
        var walked = world.WalkAsync(exchange, "Decide");
        Assert.True(walked.IsCompleted);
    }

    private static RegistrySnapshot Build(Client client, string patient) =>
        new RegistrySnapshotBuilder().Rebuild(
            TestRegistry.Changes(
                TestRegistry.Open(client: client).Select(static entity => TestRegistry.Item(entity)),
                2,
                [TestRegistry.Member(patient)],
                []
            )
        );

    private static string Write()
    {
        var text = new StringBuilder("""{"resourceType":"Bundle","type":"searchset","entry":[""");
        var padding = new string('x', 4000);
        for (var i = 0; i < Matches; i++)
        {
            var id = i.ToString(CultureInfo.InvariantCulture);
            text.Append(i == 0 ? string.Empty : ",")
                .Append("{\"fullUrl\":\"http://fhir.example/r4/Observation/")
                .Append(id)
                .Append("\",\"resource\":{\"resourceType\":\"Observation\",\"id\":\"")
                .Append(id)
                .Append("\",\"status\":\"final\",\"code\":{\"text\":\"")
                .Append(padding)
                .Append("\"},\"subject\":{\"reference\":\"Patient/17\"}},\"search\":{\"mode\":\"match\"}}");
        }

        return text.Append("]}").ToString();
    }
}
