using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.RegistryFiles.Documents;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What keeps a month is seen also where it has not arrived yet, or is spelt wrongly.</summary>
public sealed partial class KeepingTests
{
    [Fact]
    public async Task DeleteMonth_WhileAHoldIsOnItsWayToTheStore_IsNotDone()
    {
        await using var server = await StartAsync();
        Assert.Equal(201, (await server.PostAsync(Path + "/holds", """{"tenant":"north","reason":"a suit"}""", "petra")).Status);

        // Nobody has shipped it yet: the first look finds no hold.
        Assert.Equal(200, (await server.PostAsync(Path + ":delete?dry_run=true", Due, "petra")).Status);
        Assert.Equal("held", (await server.PostAsync(Path + ":delete", Due, "petra")).Code);

        Assert.Equal(4, server.Trail.Entries.Count(static entry => entry.Kind != AuditKind.Hold));
        var ended = server.Journal.Records[^1];
        Assert.Equal((KeepingMonths.DeletedEvent, "not deleted: held"), (ended.Event, ended.Note));
        Assert.Contains("\"deleted\":false", ended.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeleteMonth_WhileTheStoreTakesNothing_IsNotDone()
    {
        await using var server = await StartAsync(isShipping: false);

        Assert.Equal("not-shipped", (await server.PostAsync(Path + ":delete", Due, "petra")).Code);
        Assert.Equal(4, server.Trail.Entries.Count);
        Assert.Equal("not deleted: not-shipped", server.Journal.Records[^1].Note);
    }

    [Theory]
    [InlineData("North", false)]
    [InlineData("south", true)]
    [InlineData("west", true)]
    public async Task Names_OfTenants_AreThoseOfARouteAUseCaseOrARecord(string tenant, bool isKnown)
    {
        var rules = new KeepingRules(10, new Dictionary<string, int> { [tenant] = 11 });
        await using var server = await StartAsync(
            rules,
            names: new NodeNames(new HashSet<string> { "west" }, new HashSet<string>(), new HashSet<string>())
        );
        var hold = $$"""{"tenant":"{{tenant}}","reason":"a suit"}""";
        var deletion = await server.PostAsync(Path + ":delete", Due, "petra");
        var set = await server.PostAsync(Path + "/holds", hold, "petra");

        Assert.Equal(
            isKnown ? [] : [tenant],
            (await server.GetAsync(Path, "petra")).Json["unknown_tenants"]!.AsArray().Select(static one => (string)one!)
        );
        Assert.Equal(isKnown ? 200 : 409, deletion.Status);
        Assert.Equal(isKnown ? 201 : 422, set.Status);
        if (!isKnown)
        {
            Assert.Equal("unknown-tenant", deletion.Code);
            Assert.Equal(["/tenant"], set.Pointers);
        }
    }
}
