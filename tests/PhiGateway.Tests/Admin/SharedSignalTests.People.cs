using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Revocations;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed partial class SharedSignalTests
{
    // A person of the console's own provider, by what that calls them: what is open at the console ends, and nothing else.
    [Theory]
    [InlineData("iss_sub", true)]
    [InlineData("opaque", true)]
    [InlineData("iss_sub", false)]
    [InlineData("opaque", false)]
    public async Task Signal_OfAPersonOfTheConsolesProvider_EndsWhatIsOpenThere(string format, bool endsConsole)
    {
        await _server.DisposeAsync();
        _server = await StartAsync(endsConsole: endsConsole);
        var subject = format == "opaque" ? SignalRecipe.Opaque("00u-mary") : SignalRecipe.IssSub(People, "00u-mary");
        var answer = await PushAsync(Recipe("session-revoked", subject).Sign());

        var sessions = _server.Services.GetRequiredService<PersonSessions>();
        var now = _server.Time.Now;
        bool IsOver(string who, DateTimeOffset said) => sessions.IsOver("mary@hospital.example", now.AddMinutes(-9), who, said);
        if (!endsConsole)
        {
            Assert.False(IsOver("00u-mary", now.AddMinutes(-1)));
            Assert.Equal(format == "opaque" ? HttpStatusCode.Accepted : HttpStatusCode.BadRequest, answer.Status);
            return;
        }

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.True(IsOver("00u-mary", now.AddMinutes(-1)));
        Assert.False(IsOver("00u-mary", now.AddMinutes(1)));
        Assert.False(IsOver("00u-rosa", now.AddMinutes(-1)));
        Assert.Contains("what was open at the console ended", Assert.Single(Records("signal.take")).Note, StringComparison.Ordinal);
        string[] ended = format == "opaque" ? ["hospital-idp", PersonSessions.Issuer] : [PersonSessions.Issuer];
        Assert.Equal(ended, (await RevocationsAsync()).Select(static row => row.Issuer!).Order());
    }

    // A provider of persons speaks of its persons, and never of the clients that come for them.
    [Fact]
    public async Task Signal_OfAProviderOfPersons_MeansItsPersonsAndNoClient()
    {
        await _server.DisposeAsync();
        _server = await StartAsync(endsConsole: false, speaksOf: "patients-idp");
        await WriteAsync(
            "credentials",
            """{"id":"acme-people","client":"acme-connector","kind":"identity-assertion","issuer":"patients-idp","clientId":"acme-connector"}"""
        );

        Assert.Equal(
            HttpStatusCode.Accepted,
            (await PushAsync(Recipe("session-revoked", SignalRecipe.IssSub(Patients, "ana")).Sign())).Status
        );
        await PushAsync(Recipe("risk-level-change", SignalRecipe.Opaque("acme-connector"), """{"current_level":"HIGH"}""").Sign());

        var rows = await RevocationsAsync();
        Assert.All(rows, static row => Assert.Equal("patients-idp", row.Issuer));
        Assert.Contains(rows, static row => row.Value == "ana");
        Assert.Empty(Records("client.quarantine"));
    }

    [Fact]
    public async Task Signal_OfAClient_SaysNothingOfTheConsole()
    {
        await PushAsync(Recipe("session-revoked", SignalRecipe.Opaque("acme-connector")).Sign());

        Assert.DoesNotContain(await RevocationsAsync(), static row => row.Issuer == PersonSessions.Issuer);
    }
}
