using System.Globalization;
using System.Reflection;
using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>An answer that streams is judged by the same policy as one that is held, whatever stands between.</summary>
public sealed class LiveReleaseTests : IDisposable
{
    private const string Vip = "https://hospital.example/labels|VIP";

    private static readonly string[] Refrains =
    [
        .. "NOAUTH NOCOLLECT NODSCLCD NODSCLCDS NOINTEGRATE NOLIST NOMOU NOORGPOL NOPAT".Split(' '),
        .. "NOPERSISTP NORDSCLCD NORDSCLCDS NORDSCLW NORELINK NOREUSE NOVIP ORCON".Split(' '),
    ];

    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void LiveRelease_EveryQuestionOfAPolicy_IsPassedOn()
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var questions = typeof(ReleasePolicy)
            .GetMethods(All)
            .Where(static method => method is { IsVirtual: true, IsFinal: false } && method.DeclaringType == typeof(ReleasePolicy))
            .Select(static method => method.Name)
            .ToList();
        var passedOn = typeof(LiveRelease).GetMethods(All | BindingFlags.DeclaredOnly).Select(static method => method.Name).ToHashSet();

        Assert.Contains("get_KnownLabels", questions);
        Assert.All(questions, question => Assert.Contains(question, passedOn));
    }

    // A file of which nobody looked up who names it may be one of a record that stays.
    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(false, false, false)]
    [InlineData(false, true, true)]
    public async Task Stream_FileThatNobodyAttributed_LeavesOnlyToWhomNoLabelHidesARecord(bool isVipKnown, bool refrains, bool leaves)
    {
        Publish(isVipKnown, permitsVip: false, refrains);

        Assert.Equal(leaves, (await StreamAsync()).Contains("\"b1\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stream_ToWhomEveryKnownLabelIsPermitted_LetsTheFileOut()
    {
        Publish(isVipKnown: true, permitsVip: true, refrains: true);

        Assert.Contains("\"b1\"", await StreamAsync(), StringComparison.Ordinal);
    }

    private void Publish(bool isVipKnown, bool permitsVip, bool refrains)
    {
        var grant = TestRegistry.Grant() with
        {
            Types = ["Observation", "Binary"],
            Patients = new PatientScope { Any = true },
            Confidentiality = "V",
            Labels = [.. StageWorld.EverySensitivity, .. permitsVip ? [Vip] : (string[])[], .. refrains ? Refrains : []],
        };
        var other = TestRegistry.Grant() with { Labels = isVipKnown ? [Vip] : [] };
        var hospital = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        _world.Publish(
            TestRegistry.Build([
                .. TestRegistry.Open(TestRegistry.UseCase(grants: grant), null, null, hospital),
                TestRegistry.UseCase("other", grants: other) with
                {
                    Status = UseCaseStatus.Draft,
                },
            ])
        );
        _world.Route = _world.Route! with { SelfLinks = SelfLinkRule.Ignored };
    }

    private async Task<string> StreamAsync()
    {
        var bundle = Write();
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, bundle, KnownMediaTypes.FhirJson);
        using var exchange = _world.Open("GET", "/fhir/?_type=Binary,Observation&_count=500");
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{result.Refusal}");
        var written = StageWorld.Written(exchange);
        Assert.True(written.Length > 1024 * 1024, "It must be large enough to be streamed.");
        return written;
    }

    private static string Write()
    {
        var text = new StringBuilder("""{"resourceType":"Bundle","type":"searchset","entry":[""");
        text.Append("""{"resource":{"resourceType":"Binary","id":"b1","contentType":"text/plain","data":"eA=="} }""");
        var padding = new string('x', 8000);
        for (var i = 0; i < 300; i++)
        {
            text.Append(",{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"")
                .Append(i.ToString(CultureInfo.InvariantCulture))
                .Append("\",\"status\":\"final\",\"code\":{\"text\":\"")
                .Append(padding)
                .Append("\"},\"subject\":{\"reference\":\"Patient/17\"}}}");
        }

        return text.Append("]}").ToString();
    }
}
