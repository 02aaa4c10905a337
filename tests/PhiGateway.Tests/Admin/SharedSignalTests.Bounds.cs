using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Signals;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <content>What many signals, or one that failed, may use up; and what is acknowledged.</content>
public sealed partial class SharedSignalTests
{
    private const string High = """{"current_level":"HIGH"}""";

    [Fact]
    public async Task Cap_ThatLogoutsUsedUp_LeavesStolenCredentialsTheirPlaces()
    {
        for (var number = 0; number < 5; number++)
        {
            await PushAsync(Recipe("session-revoked", SignalRecipe.IssSub(Idp, $"person-{number}")).Sign());
            await PushAsync(Recipe("risk-level-change", SignalRecipe.IssSub(Idp, $"risk-{number}"), High).Sign());
        }

        Assert.Equal(4, Records("signal.hold").Count);
        await PushAsync(Recipe("risk-level-change", SignalRecipe.IssSub(Idp, "acme-connector"), High).Sign());

        Assert.Equal("quarantined", await StatusAsync());
        Assert.Equal(2, (await AlertsAsync("signals-held")).Count);
    }

    [Fact]
    public async Task Signals_ThatCloseNothing_AreCountedBeyondAFew_AndThoseThatCloseAreNot()
    {
        for (var number = 0; number < SignalTrail.IdlePerMinute + 20; number++)
        {
            var said = Recipe("token-claims-change", SignalRecipe.IssSub(Idp, "dr-jones"), """{"claims":{"a":"b"}}""");
            Assert.Equal(HttpStatusCode.Accepted, (await PushAsync(said.Sign())).Status);
        }

        Assert.Equal(SignalTrail.IdlePerMinute, Records("signal.take").Count);
        await PushAsync(Recipe("session-revoked", SignalRecipe.IssSub(Idp, "dr-jones")).Sign());
        Assert.Equal(SignalTrail.IdlePerMinute + 1, Records("signal.take").Count);

        _server.Time.Now = _server.Time.Now.AddMinutes(1);
        await PushAsync(Recipe("token-claims-change", SignalRecipe.IssSub(Idp, "dr-jones"), """{"claims":{"a":"b"}}""").Sign());
        Assert.Contains("20 further signals", Records("signal.take")[^1].Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reserve_OfTheJournal_IsForSignalsThatClose()
    {
        await PushAsync(Recipe("session-revoked", SignalRecipe.IssSub(Idp, "dr-jones")).Sign());
        _server.Journal.HasOnlyItsReserve = true;

        var idle = await PushAsync(Recipe("session-revoked", SignalRecipe.IssSub(Idp, "dr-jones")).Sign());
        var closing = await PushAsync(Recipe("session-revoked", SignalRecipe.IssSub(Idp, "dr-smith")).Sign());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, idle.Status);
        Assert.Equal(HttpStatusCode.Accepted, closing.Status);
        Assert.Equal(2, (await RevocationsAsync()).Count);
    }

    [Fact]
    public void PauseAfter_AFullAnswer_IsNeverNone()
    {
        Assert.Equal(TimeSpan.FromSeconds(1), SignalPoll.PauseAfter(isMore: true, TimeSpan.FromHours(1)));
        Assert.Equal(TimeSpan.FromMilliseconds(20), SignalPoll.PauseAfter(isMore: true, TimeSpan.FromMilliseconds(20)));
        Assert.Equal(TimeSpan.FromHours(1), SignalPoll.PauseAfter(isMore: false, TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task Signal_ThatANodeDidNotFinish_IsNotAcknowledgedByAnotherAndThenTakenByIt()
    {
        await using var second = await StartAsync(_server.Store);
        var token = Recipe("session-revoked", SignalRecipe.IssSub(Idp, "dr-jones")).Sign();
        _server.Journal.Room = 0;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PushAsync(token)).Status);

        // The first may still be at it, for all that the second knows.
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PushAsync(token, second)).Status);
        second.Time.Now = second.Time.Now.AddSeconds(30);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PushAsync(token, second)).Status);
        second.Time.Now = second.Time.Now.AddSeconds(30);
        Assert.Equal(HttpStatusCode.Accepted, (await PushAsync(token, second)).Status);

        Assert.Single(await RevocationsAsync());
        Assert.Equal(HttpStatusCode.Accepted, (await PushAsync(token)).Status);
        Assert.Single(await RevocationsAsync());
    }

    [Fact]
    public async Task Signal_ThatIsTriedAgain_TakesOnePlaceOfItsHour()
    {
        var token = Recipe("session-revoked", SignalRecipe.IssSub(Idp, "dr-jones")).Sign();
        _server.Journal.Room = 0;
        for (var number = 0; number < 5; number++)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PushAsync(token)).Status);
        }

        _server.Journal.Room = null;
        Assert.Equal(HttpStatusCode.Accepted, (await PushAsync(token)).Status);
        await PushAsync(Recipe("session-revoked", SignalRecipe.IssSub(Idp, "dr-smith")).Sign());

        Assert.Equal(2, (await RevocationsAsync()).Count);
        Assert.Empty(Records("signal.hold"));
    }

    // Without a word about it, it would come for ever, and in front of all others.
    [Theory]
    [InlineData("7")]
    [InlineData("\"\\ud800\"")]
    public async Task Poll_OfWhatIsNoText_IsRefusedAndKeepsNothingElseBack(string json)
    {
        await using var transmitter = await SignalTransmitter.StartAsync();
        var good = Recipe("session-revoked", SignalRecipe.IssSub(Idp, "dr-jones"));
        transmitter.OfferJson("broken", json);
        transmitter.Offer(good.Id, good.Sign());
        await using var node = await StartAsync(_server.Store, transmitter.Address);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var polling = node.Services.GetRequiredService<SharedSignals>().RunAsync(stopping.Token);

        stopping.CancelAfter(TimeSpan.FromMinutes(2));
        while (!(transmitter.Acknowledged.Contains(good.Id) && transmitter.Refused.ContainsKey("broken")))
        {
            await Task.Delay(20, stopping.Token);
        }

        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => polling);
        Assert.Equal("invalid_request", transmitter.Refused["broken"]);
        Assert.Equal("dr-jones", Assert.Single(await RevocationsAsync()).Value);
    }
}
