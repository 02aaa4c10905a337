using System.Globalization;
using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>An answer that is running goes on only while the whole question would still be answered with a permit.</summary>
public sealed class RunningAnswerTests
{
    private const int Matches = 500;

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

    [Fact]
    public async Task Stream_TokenEnded_IsCut()
    {
        var (result, left, _) = await StreamAsync(static world => world.Clock.Advance(TimeSpan.FromMinutes(5)));

        Assert.Equal(DenyReason.ExpiredToken, result.Refusal);
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
        Action<GatewayOptions>? change = null
    )
    {
        using var world = new StageWorld(null, change);
        world.Route = world.Route! with { SelfLinks = SelfLinkRule.Ignored };
        world.Upstream.Otherwise = static () => RecordingUpstream.Reply(200, Bundle, KnownMediaTypes.FhirJson);
        using var exchange = world.Open("GET", "/fhir/Observation?patient=17&_count=500");
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
