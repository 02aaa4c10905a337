using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Cli;

/// <summary>Strangers at the command line: found by network, and a flood of them declined after a look at how many they are.</summary>
public sealed class PhigwRegistrationTests
{
    [Fact]
    public async Task DeclineMany_OfANetwork_SaysHowMany_AndLeavesTheNeighbour()
    {
        await using var server = await AdminServer.StartAsync();
        using var phigw = new PhigwShell(server);
        var requests = server.Services.GetRequiredService<IRegistrationRequests>();
        for (var place = 0; place < 4; place++)
        {
            var now = server.Time.Now;
            await requests.TryAddAsync(
                new RegistrationRequest
                {
                    Id = $"reg-{place}",
                    ReceivedAt = now,
                    Until = now.AddDays(31),
                    Peer = place == 0 ? "203.0.113.7" : $"2001:db8:{place}::/64",
                    Words = new RegistrationWords { Form = "metadata", Name = "Flood" },
                },
                10,
                default
            );
        }

        string[] meant = ["--network", "2001:db8::/32"];
        var listed = await phigw.RunAsync("vera", "", ["registration", "list", "--state", "pending", .. meant]);
        Assert.Equal(1, listed.Code);
        Assert.DoesNotContain("203.0.113.7", listed.Output, StringComparison.Ordinal);
        Assert.Contains("2001:db8:3::/64", listed.Output, StringComparison.Ordinal);

        string[] decline = ["registration", "decline-many", "-r", "a flood"];
        Assert.Equal(3, (await phigw.RunAsync("vera", "", [.. decline, .. meant])).Code);
        Assert.NotEqual(0, (await phigw.RunAsync("anna", "", decline)).Code);
        Assert.NotEqual(0, (await phigw.RunAsync("anna", "", [.. decline, .. meant, "--at-most", "2"])).Code);
        var asked = await phigw.RunAsync("anna", "", [.. decline, .. meant, "--dry-run"]);
        Assert.Equal(0, asked.Code);
        Assert.Equal(4, await PendingAsync());

        var done = await phigw.RunAsync("anna", "", [.. decline, .. meant, "--at-most", "3", "-o", "json"]);
        Assert.True(done.Code == 0, done.All);
        Assert.Contains("\"declined\": 3", done.Output, StringComparison.Ordinal);
        Assert.Equal(1, await PendingAsync());
        Assert.Equal(0, (await phigw.RunAsync("vera", "", ["registration", "list", "--state", "pending", .. meant])).Code);

        async Task<int> PendingAsync() =>
            (await requests.ListAsync(new RegistrationFilter { State = RegistrationState.Pending }, 0, 10, default)).Total;
    }
}
