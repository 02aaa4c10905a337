using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Signals;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <content>A stream that somebody switched off does not look like one on which nothing happens.</content>
public sealed partial class SharedSignalTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task Silence_LongerThanIsExpected_IsAnAlertUntilItSpeaks()
    {
        await using var server = await StartAsync(expected: Hour);
        await LookAsync(server);
        Assert.Empty(await SilentAsync(server));

        server.Time.Now += Hour;
        await LookAsync(server);
        await LookAsync(server);
        var alert = Assert.Single(await SilentAsync(server));
        Assert.Equal(
            ("signals/okta", "urgent", "act", "open"),
            ((string)alert["subject"]!, (string)alert["severity"]!, (string)alert["lane"]!, (string)alert["state"]!)
        );
        var status = Assert.Single(server.Services.GetRequiredService<SharedSignals>().Status);
        Assert.True(status.IsSilent);
        Assert.Equal("not heard here since the start", status.Words);

        // It speaks: a verification of the stream is enough, and closes no door.
        Assert.Equal(HttpStatusCode.Accepted, (await VerifyAsync(server)).Status);
        await LookAsync(server);
        Assert.Equal("closed", (string)Assert.Single(await SilentAsync(server))["state"]!);
        Assert.False(Assert.Single(server.Services.GetRequiredService<SharedSignals>().Status).IsSilent);

        // And falls silent again on the same day.
        server.Time.Now += 2 * Hour;
        await LookAsync(server);
        Assert.Equal("open", (string)Assert.Single(await SilentAsync(server))["state"]!);
    }

    [Fact]
    public async Task Silence_OnOneNodeOfTwo_IsNone()
    {
        await using var one = await StartAsync(expected: Hour);
        await using var other = await StartAsync(expected: Hour);
        await LookAsync(one);
        await LookAsync(other);
        (one.Time.Now, other.Time.Now) = (one.Time.Now + Hour, other.Time.Now + Hour);
        Assert.Equal(HttpStatusCode.Accepted, (await VerifyAsync(one)).Status);
        await LookAsync(other);

        Assert.Empty(await SilentAsync(other));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task Silence_WhereNothingIsSaid_IsExpectedOfWhatIsFetchedOnly(bool isFetched, int alerts)
    {
        await using var server = await StartAsync(poll: isFetched ? new Uri("http://127.0.0.1:9/poll") : null);
        await LookAsync(server);
        server.Time.Now += TimeSpan.FromDays(3);
        await LookAsync(server);

        Assert.Equal(alerts, (await SilentAsync(server)).Count);
    }

    [Fact]
    public async Task Silence_OfWhomOnlyStrangersSpeak_IsStillSilence()
    {
        await using var server = await StartAsync(expected: Hour);
        await LookAsync(server);
        server.Time.Now += Hour;
        var forged = new SignalRecipe(SigningKey.Rs256("s1"), server.Time.Now, "session-revoked", SignalRecipe.IssSub(Idp, "dr-jones"), []);
        Assert.NotEqual(HttpStatusCode.Accepted, (await PushAsync(forged.Sign(), server)).Status);
        await LookAsync(server);

        Assert.Single(await SilentAsync(server));
    }

    private static Task LookAsync(AdminServer server) =>
        server.Services.GetRequiredService<SharedSignals>().LookAsync(CancellationToken.None);

    private Task<(HttpStatusCode Status, string Body)> VerifyAsync(AdminServer server) =>
        PushAsync(
            new SignalRecipe(
                Key,
                server.Time.Now,
                "https://schemas.openid.net/secevent/ssf/event-type/verification",
                SignalRecipe.Opaque("stream-1"),
                new JsonObject { ["state"] = "s" }
            ).Sign(),
            server
        );

    private static async Task<List<JsonNode>> SilentAsync(AdminServer server) =>
        [.. (await server.GetAsync("/admin/v1/alerts?kind=signals-silent")).Json["items"]!.AsArray().Select(static one => one!)];
}
