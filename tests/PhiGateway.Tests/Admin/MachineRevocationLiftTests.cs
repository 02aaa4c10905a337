using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What the gateway or a signal revoked by itself is lifted by two persons too: one answers for it, another lifts it.</summary>
public sealed class MachineRevocationLiftTests
{
    private const string Path = "/admin/v1/revocations";
    private const string Why = """{"reason":"the vendor rotated its key"}""";

    [Theory]
    [InlineData(AdminKeyRules.Gateway)]
    [InlineData(AdminKeyRules.Transmitters + "okta")]
    public async Task Lift_OfWhatAMachineRevoked_TakesAPersonWhoRevokesTheSame_AndAnother(string machine)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var row = new Revocation("r-machine", RevocationTarget.Tenant, "north", null, null, "two-places", machine, server.Time.Now);
        await server.Store.RevokeAsync(row, default);

        Assert.Equal("four-eyes", (await server.PostAsync(Path + "/r-machine:lift", Why, "anna")).Code);
        var same = await server.PostAsync(Path, """{"target":"tenant","value":"north","reason":"looked at by me"}""", "anna");
        Assert.Equal(201, same.Status);

        // Who answers for it does not lift it.
        Assert.Equal("four-eyes", (await server.PostAsync(Path + "/r-machine:lift", Why, "anna")).Code);
        Assert.True((bool)(await server.PostAsync(Path + "/r-machine:lift", Why, "arno")).Json["lifted"]!);
    }

    /// <summary>Whoever answered for what was lifted answers for nothing that a machine revokes afterwards.</summary>
    [Theory]
    [InlineData(AdminKeyRules.Gateway)]
    [InlineData(AdminKeyRules.Transmitters + "okta")]
    public async Task Lift_OfWhatAMachineRevokedAgainAfterALift_TakesTwoPersonsAnew(string machine)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        const string Body = """{"target":"tenant","value":"north","reason":"looked at by me"}""";
        var first = new Revocation("r-first", RevocationTarget.Tenant, "north", null, null, "two-places", machine, server.Time.Now);
        await server.Store.RevokeAsync(first, default);
        Assert.Equal(201, (await server.PostAsync(Path, Body, "anna")).Status);
        Assert.Equal(200, (await server.PostAsync(Path + "/r-first:lift", Why, "arno")).Status);

        await server.Store.RevokeAsync(first with { Id = "r-second" }, default);
        foreach (var row in (string[])["r-first", "r-second"])
        {
            foreach (var person in (string[])["anna", "arno"])
            {
                Assert.Equal("four-eyes", (await server.PostAsync($"{Path}/{row}:lift", Why, person)).Code);
            }
        }

        // The twin: one answers for it anew, another lifts it.
        Assert.Equal(201, (await server.PostAsync(Path, Body, "arno")).Status);
        Assert.Equal("four-eyes", (await server.PostAsync(Path + "/r-second:lift", Why, "arno")).Code);
        Assert.Equal(200, (await server.PostAsync(Path + "/r-second:lift", Why, "anna")).Status);
    }
}
