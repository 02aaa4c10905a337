using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd.Tenancy;

/// <summary>Two tenants, two issuers, two backends: whatever a client of the one writes, it never reads the other.</summary>
[Collection(TenancyCollection.Name)]
public sealed class SeparateBackendTests(TenancyWorld world)
{
    private Task<string> NorthToken => world.NorthIssuer.TokenAsync(world.NorthApp);

    private Task<string> SouthToken => world.SouthIssuer.TokenAsync(world.SouthApp);

    [Fact]
    public async Task Read_OwnTenantByPathAndByHost_GoesToItsOwnBackend()
    {
        await ForgetAsync();

        AssertIs("pat-north", await world.GetAsync("/north/fhir/Patient/pat-north", await NorthToken));
        AssertIs("pat-south", await world.GetAsync("/south/fhir/Patient/pat-south", await SouthToken));
        AssertIs("pat-north", await world.GetAsync("/fhir/Patient/pat-north", await NorthToken, TenancyWorld.NorthHost + world.Port));
        AssertIs("pat-south", await world.GetAsync("/fhir/Patient/pat-south", await SouthToken, TenancyWorld.SouthHost + world.Port));

        Assert.Equal(
            ["Bearer of-north"],
            (await world.North.RecordedAsync()).Select(static request => request.Header("authorization")).Distinct()
        );
        Assert.Equal(
            ["Bearer of-south"],
            (await world.South.RecordedAsync()).Select(static request => request.Header("authorization")).Distinct()
        );
    }

    [Theory]
    [InlineData("/south/fhir/Patient/pat-south", null)]
    [InlineData("/south/fhir/Patient/pat-north", null)]
    [InlineData("/south/fhir/Observation?patient=pat-south", null)]
    [InlineData("/south/fhir/Observation?_tag=north", null)]
    [InlineData("/fhir/Patient/pat-south", TenancyWorld.SouthHost)]
    [InlineData("/fhir/Patient/pat-south", "SOUTH.gateway.example")]
    public async Task Read_TokenOfTheOtherTenant_IsRefusedBeforeTheBackend(string target, string? host)
    {
        await ForgetAsync();

        var reply = await world.GetAsync(target, await NorthToken, host is null ? null : host + world.Port);

        Assert.Equal((HttpStatusCode.Forbidden, "wrong-tenant"), (reply.Status, reply.Code));
        Assert.Empty(await world.South.RecordedAsync());
        Assert.Empty(await world.North.RecordedAsync());
        var record = Assert.Single(await world.TrailAsync(reply.DecisionId));
        Assert.Equal(("south", "deny"), ((string?)record["tenant"], (string?)record["decision"]));
    }

    [Theory]
    [InlineData("south.gateway.example.", HttpStatusCode.MisdirectedRequest)]
    [InlineData("west.gateway.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("xnorth.gateway.example", HttpStatusCode.MisdirectedRequest)]
    public async Task Read_HostOfNobody_IsRefused(string host, HttpStatusCode status) =>
        Assert.Equal(status, (await world.GetAsync("/fhir/Patient/pat-north", await NorthToken, host + world.Port)).Status);

    [Fact]
    public async Task Read_HostAtAnotherPort_IsRefused() =>
        Assert.Equal(
            HttpStatusCode.MisdirectedRequest,
            (await world.GetAsync("/fhir/Patient/pat-north", await NorthToken, TenancyWorld.NorthHost + ":1")).Status
        );

    [Fact]
    public async Task Read_HostAndPathOfDifferentTenants_IsThePathsTenantAndRefused()
    {
        // The host names the client's own tenant, the path the other one: the route is the path's, and its data stays.
        var reply = await world.GetAsync("/south/fhir/Patient/pat-south", await NorthToken, TenancyWorld.NorthHost + world.Port);
        Assert.Equal("wrong-tenant", reply.Code);
        Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync("/fhir/Patient/pat-north", await NorthToken)).Status);
        AssertIs("pat-north", await world.GetAsync("/north/fhir/Patient/pat-north", await NorthToken, TenancyWorld.SouthHost + world.Port));
    }

    [Fact]
    public async Task Read_ClientOfTheOtherIssuersName_IsNobody()
    {
        // The north's issuer knows a client of the same id; the south's registration is for the south's issuer.
        var token = await world.NorthIssuer.TokenAsync(world.SouthApp);

        Assert.Equal("unknown-client", (await world.GetAsync("/south/fhir/Patient/pat-south", token)).Code);
        Assert.Equal("unknown-client", (await world.GetAsync("/north/fhir/Patient/pat-north", token)).Code);
    }

    [Fact]
    public async Task Read_TenantClaim_BindsAClientOfBothToTheOneItNames()
    {
        var bound = await world.NorthIssuer.TokenAsync(world.BothApp);
        AssertIs("pat-north", await world.GetAsync("/north/fhir/Patient/pat-north", bound));
        Assert.Equal("wrong-tenant", (await world.GetAsync("/south/fhir/Patient/pat-south", bound)).Code);
        Assert.Equal("wrong-tenant", (await world.GetAsync("/fhir/Patient/pat-south", bound, TenancyWorld.SouthHost + world.Port)).Code);

        var roving = await world.NorthIssuer.TokenAsync(world.RovingApp);
        AssertIs("pat-north", await world.GetAsync("/north/fhir/Patient/pat-north", roving));
        AssertIs("pat-south", await world.GetAsync("/south/fhir/Patient/pat-south", roving));
    }

    [Theory]
    [InlineData("X-Tenant", "south")]
    [InlineData("X-Tenant-Id", "south")]
    [InlineData("x_tenant_id", "south")]
    [InlineData("X.Tenant.Id", "south")]
    [InlineData("Phi-Tenant", "south")]
    [InlineData("X-Phi-Tenant", "south")]
    [InlineData("X-Forwarded-Host", TenancyWorld.SouthHost)]
    [InlineData("Forwarded", "host=" + TenancyWorld.SouthHost)]
    [InlineData("X-Forwarded-Prefix", "/south")]
    [InlineData("X-Original-Host", TenancyWorld.SouthHost)]
    public async Task Read_TenantHeaderInAnySpelling_ChangesNothingAndGoesNowhere(string name, string value)
    {
        await ForgetAsync();

        var reply = await world.SendAsync(HttpMethod.Get, "/north/fhir/Patient/pat-north", await NorthToken, headers: (name, value));
        var other = await world.SendAsync(HttpMethod.Get, "/north/fhir/Patient/pat-south", await NorthToken, headers: (name, value));

        AssertIs("pat-north", reply);
        Assert.Equal(HttpStatusCode.NotFound, other.Status);
        Assert.Empty(await world.South.RecordedAsync());
        Assert.All(await world.North.RecordedAsync(), request => Assert.Null(request.Header(name.ToLowerInvariant())));
    }

    [Fact]
    public async Task Next_OfTheOtherTenant_IsLikeNone()
    {
        var roving = await world.NorthIssuer.TokenAsync(world.RovingApp);
        var page = await world.GetAsync("/north/fhir/Observation?patient=pat-north&_count=1", roving);
        var next = LinkOf(page);
        var handle = next[next.IndexOf("?_page=", StringComparison.Ordinal)..];
        await ForgetAsync();

        // One client, admitted in both: still a page of the one is none of the other, nor of the same tenant's other route.
        foreach (
            var (target, host) in new[]
            {
                ("/south/fhir/", null),
                ("/fhir/", TenancyWorld.SouthHost + world.Port),
                ("/fhir/", TenancyWorld.NorthHost + world.Port),
            }
        )
        {
            var reply = await world.GetAsync(target + handle, roving, host);
            Assert.Equal((HttpStatusCode.NotFound, "handle-not-yours"), (reply.Status, reply.Code));
        }

        Assert.Empty(await world.South.RecordedAsync());
        Assert.Empty(await world.North.RecordedAsync());
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync(new Uri(next).PathAndQuery, roving)).Status);
    }

    [Fact]
    public async Task Export_HandlesOfTheOtherTenant_AreLikeNone()
    {
        var roving = await world.NorthIssuer.TokenAsync(world.RovingApp);
        var started = await world.SendAsync(
            HttpMethod.Get,
            "/north/fhir/Patient/$export?_type=Patient",
            roving,
            headers: ("Prefer", "respond-async")
        );
        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        var job = new Uri(started.Headers["Content-Location"]).PathAndQuery;
        while ((await world.GetAsync(job, roving)).Status != HttpStatusCode.OK)
        {
            // The server works on it.
        }

        var manifest = await world.GetAsync(job, roving);
        var file = new Uri((string)manifest.Json["output"]![0]!["url"]!).PathAndQuery;
        await ForgetAsync();

        foreach (var target in new[] { job, file })
        {
            var elsewhere = target.Replace("/north/", "/south/", StringComparison.Ordinal);
            foreach (
                var reply in new[]
                {
                    await world.GetAsync(elsewhere, roving),
                    await world.GetAsync(target, await NorthToken),
                    await world.GetAsync(elsewhere, await SouthToken),
                }
            )
            {
                Assert.Equal((HttpStatusCode.NotFound, "handle-not-yours"), (reply.Status, reply.Code));
            }
        }

        Assert.Empty(await world.South.RecordedAsync());
        Assert.Empty(await world.North.RecordedAsync());
        Assert.Contains("pat-north", (await world.GetAsync(file, roving)).Body);
    }

    [Fact]
    public async Task Links_OfARouteByHost_StayAtThatHost()
    {
        var page = await world.GetAsync(
            "/fhir/Observation?patient=pat-north&_count=1",
            await NorthToken,
            TenancyWorld.NorthHost + world.Port
        );

        Assert.StartsWith($"http://{TenancyWorld.NorthHost}{world.Port}/fhir/", LinkOf(page));
        Assert.All(
            page.Json["entry"]!.AsArray(),
            entry => Assert.StartsWith($"http://{TenancyWorld.NorthHost}{world.Port}/fhir/Observation/", (string?)entry!["fullUrl"])
        );
    }

    private static string LinkOf(Reply page) =>
        (string)Assert.Single(page.Json["link"]!.AsArray(), static link => (string?)link!["relation"] == "next")!["url"]!;

    private static void AssertIs(string id, Reply reply)
    {
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal(id, (string?)reply.Json["id"]);
    }

    private async Task ForgetAsync()
    {
        await world.North.ForgetRecordedAsync();
        await world.South.ForgetRecordedAsync();
    }
}
