using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Revocations;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What a stop would hit is worked out once for each state of the registry, and for exactly what the stop says.</summary>
public sealed class StopPreviewsTests
{
    private static readonly RevokeBody Acme = new(RevocationTarget.Organization, "acme");

    [Fact]
    public async Task Preview_OfWhatIsNoRevocation_IsRefusedBehindOneThatIs()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var previews = server.Services.GetRequiredService<StopPreviews>();

        Assert.False((await previews.PreviewAsync(Call, Acme)).Failed(out _, out _));
        foreach (var wrong in (RevokeBody[])[Acme with { Issuer = "hospital-idp" }, Acme with { IssuedBefore = server.Time.Now }])
        {
            Assert.True((await previews.PreviewAsync(Call, wrong)).Failed(out var problem, out _));
            Assert.Equal(422, problem!.Status);
        }
    }

    // The twin: the same stop for whatever reason is the same, and another state of the registry is another.
    [Fact]
    public async Task Preview_OfTheSameStop_IsWorkedOutAgainOnlyWhereTheRegistryHasChanged()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var previews = server.Services.GetRequiredService<StopPreviews>();

        Assert.False((await previews.PreviewAsync(Call, Acme)).Failed(out _, out var first));
        Assert.False((await previews.PreviewAsync(Call, Acme with { Reason = "a leak" })).Failed(out _, out var again));
        Assert.Same(first!.Clients, again!.Clients);
        await server.AddKeyAsync("petra", "privacy-officer");
        Assert.False((await previews.PreviewAsync(Call, Acme)).Failed(out _, out var later));
        Assert.NotSame(first.Clients, later!.Clients);
        Assert.Equal(first.Clients.Select(static client => client.Id), later.Clients.Select(static client => client.Id));
    }

    private static AdminCall Call =>
        new(new AdminCaller("olga", "key:olga", [AdminRoles.Operator]), Guid.NewGuid(), CancellationToken.None);
}
