using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>Behind a load balancer and in front of a server that names itself otherwise: what clients see, and whose word is taken.</summary>
public sealed class BalancerTests(BalancedWorld world) : IClassFixture<BalancedWorld>
{
    [Fact]
    public async Task Read_ThroughTheBalancer_IsRecordedWithTheClientsOwnAddress()
    {
        var ward = await world.TokenAsync(world.Ward);

        var reply = await world.AskAsync("/Patient/f001", ward, from: "127.0.0.9", headers: ("X-Forwarded-For", "10.9.9.9"));

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("127.0.0.9", await PeerAsync(reply));
    }

    [Fact]
    public async Task Read_PeerThatIsNoListedProxy_CannotSayWhoItIs()
    {
        var ward = await world.TokenAsync(world.Ward);

        var reply = await world.SendAsync(HttpMethod.Get, "/Patient/f001", ward, headers: ("X-Forwarded-For", "10.9.9.9"));

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("127.0.0.1", await PeerAsync(reply));
    }

    [Fact]
    public async Task Read_BoundToken_PassesWithItsCertificateAtTheBalancerOnly()
    {
        var token = await world.BoundTokenAsync();

        Assert.Equal(HttpStatusCode.OK, (await world.AskAsync("/Patient/f001", token, world.Certificate)).Status);
        Assert.Equal("binding-failed", (await world.AskAsync("/Patient/f001", token)).Code);
        Assert.Equal("binding-failed", (await world.AskAsync("/Patient/f001", token, world.Other)).Code);
        var header = ("Client-Cert", Encoded(world.Certificate));
        Assert.Equal("binding-failed", (await world.AskAsync("/Patient/f001", token, headers: header)).Code);
        Assert.Equal("binding-failed", (await world.SendAsync(HttpMethod.Get, "/Patient/f001", token, headers: header)).Code);
    }

    [Fact]
    public async Task Read_ThroughNginx_PassesWithTheCertificateThatItTells()
    {
        var token = await world.BoundTokenAsync();
        var place = world.Nginx + "/fhir/Patient/f001";

        var bound = await world.AskAsync(place, token, world.Certificate, "127.0.0.9", null, ("X-Forwarded-For", "10.9.9.9"));

        Assert.Equal(HttpStatusCode.OK, bound.Status);
        Assert.Equal("127.0.0.9", await PeerAsync(bound));
        Assert.Equal("binding-failed", (await world.AskAsync(place, token)).Code);
        Assert.Equal("binding-failed", (await world.AskAsync(place, token, world.Other)).Code);
        // What a client writes itself does not get past it, in neither form.
        foreach (var text in new[] { Encoded(world.Certificate), Escaped(world.Certificate) })
        {
            Assert.Equal("binding-failed", (await world.AskAsync(place, token, headers: ("Client-Cert", text))).Code);
            Assert.Equal("binding-failed", (await world.AskAsync(place, token, world.Other, headers: ("Client-Cert", text))).Code);
        }

        var direct = await world.SendAsync(HttpMethod.Get, "/Patient/f001", token, headers: ("Client-Cert", Escaped(world.Certificate)));
        Assert.Equal("binding-failed", direct.Code);
    }

    [Fact]
    public async Task Read_ThroughStunnel_IsOfNobodyButTheTunnelAndProvenByDpopAlone()
    {
        var ward = await world.TokenAsync(world.Ward);
        var place = world.Stunnel + "/fhir/Patient/f001";
        var told = Encoded(world.Certificate);

        var plain = await world.AskAsync(place, ward, from: "127.0.0.9", headers: ("X-Forwarded-For", "10.9.9.9"));

        Assert.Equal(HttpStatusCode.OK, plain.Status);
        Assert.Equal(BalancedWorld.TunnelAddress, await PeerAsync(plain));
        var bound = await world.BoundTokenAsync();
        Assert.Equal("binding-failed", (await world.AskAsync(place, bound, world.Certificate)).Code);
        Assert.Equal("binding-failed", (await world.AskAsync(place, bound, world.Certificate, headers: ("Client-Cert", told))).Code);

        var key = SigningKey.Es256("possessed");
        var token = await world.ProvenTokenAsync(key);
        var proof = new ProofRecipe(key, token, "GET", place, TimeProvider.System.GetUtcNow()).Sign();
        var proven = await world.AskAsync(place, null, headers: [("Authorization", "DPoP " + token), ("DPoP", proof)]);
        Assert.Equal(HttpStatusCode.OK, proven.Status);
        Assert.Equal("binding-failed", (await world.AskAsync(place, token)).Code);
    }

    [Fact]
    public async Task Search_ServerThatNamesItselfOtherwise_IsPagedToItsEndUnderOurOwnName()
    {
        var ward = await world.TokenAsync(world.Ward);
        var found = new List<string>();
        var next = "/Observation?patient=f001&_count=1";
        while (true)
        {
            var reply = await world.AskAsync(next, ward);
            Assert.Equal(HttpStatusCode.OK, reply.Status);
            Assert.DoesNotContain(BalancedWorld.Self, reply.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(world.Backend.Base, reply.Body, StringComparison.Ordinal);
            Assert.All(
                reply.Json["entry"]!.AsArray(),
                entry => Assert.StartsWith(world.Public + "/fhir/", (string)entry!["fullUrl"]!, StringComparison.Ordinal)
            );
            found.AddRange(reply.Entries);
            if (LinkOf(reply, "next") is not { } link)
            {
                break;
            }

            Assert.StartsWith(world.Public + "/fhir", link, StringComparison.Ordinal);
            next = link;
        }

        Assert.True(found.Count > 1, "One page is no paging.");
        Assert.Equal(found.Count, found.Distinct().Count());
        var whole = await world.AskAsync("/Observation?patient=f001&_count=100", ward);
        Assert.Equal(whole.Entries.Order(), found.Order());
    }

    [Fact]
    public async Task Create_ServerThatNamesItselfOtherwise_LocationIsOurs()
    {
        var lab = await world.TokenAsync(world.Lab);

        var reply = await world.AskAsync("/Observation", lab, body: Bodies.Observation("f001"));

        Assert.Equal(HttpStatusCode.Created, reply.Status);
        Assert.StartsWith(world.Public + "/fhir/Observation/", reply.Headers["Location"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await world.AskAsync(reply.Headers["Location"].Split("/_history")[0], lab)).Status);
    }

    [Fact]
    public async Task Update_WhereUpdatesCreateNothing_AnswersAFreeIdLikeSomebodyElses()
    {
        var lab = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();

        var free = await world.SendAsync(HttpMethod.Put, "/Observation/nobodys-id", lab, Bodies.Observation("f001", id: "nobodys-id"));

        Assert.Equal(HttpStatusCode.NotFound, free.Status);
        Assert.Equal("not-found-or-withheld", free.Code);
        Assert.DoesNotContain(await world.Backend.RecordedAsync(), static request => request.Method == "PUT");
        var made = await world.SendAsync(HttpMethod.Post, "/Observation", lab, Bodies.Observation("f001"));
        var id = made.Headers["Location"].Split("/Observation/")[1].Split('/')[0];
        var own = await world.SendAsync(HttpMethod.Put, $"/Observation/{id}", lab, Bodies.Observation("f001", id: id, value: "newer"));
        Assert.Equal(HttpStatusCode.OK, own.Status);
    }

    [Fact]
    public async Task Create_WithAnotherProductsRoutingMark_IsNotForwarded()
    {
        var lab = await world.TokenAsync(world.Lab);
        var body = JsonNode.Parse(Bodies.Observation("f001"))!;
        body["meta"] = new JsonObject
        {
            ["extension"] = new JsonArray(
                new JsonObject { ["url"] = "https://aidbox.app/tenant-organization-id", ["valueString"] = "south" }
            ),
        };
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.SendAsync(HttpMethod.Post, "/Observation", lab, body.ToJsonString());

        Assert.Equal("malformed-body", reply.Code);
        Assert.DoesNotContain(await world.Backend.RecordedAsync(), static request => request.Method == "POST");
    }

    [Fact]
    public async Task Probes_OnTheDataPort_AreOneWordAndNeedNoHost()
    {
        using var connection = await RawConnection.OpenAsync(world.Gateway.Data);
        await connection.WriteAsync("GET /readyz HTTP/1.1\r\nHost: 10.1.2.3\r\n\r\nGET /livez HTTP/1.1\r\nHost: a\r\n\r\n");

        var ready = await connection.ReadAsync();
        Assert.Equal((200, "ready"), (ready!.Status, ready.Body));
        var alive = await connection.ReadAsync();
        Assert.Equal((200, "alive"), (alive!.Status, alive.Body));
    }

    [Fact]
    public async Task Stop_NodeThatServes_TurnsUnreadyFirstServesOnAndThenEnds()
    {
        await using var node = world.PrepareNode("gw-leaving");
        await node.StartAsync();
        var ward = await world.TokenAsync(world.Ward);
        using var http = new HttpClient();
        Assert.Equal("ready", await http.GetStringAsync(new Uri(node.Data, "/readyz")));

        await node.SignalAsync("TERM");

        while (true)
        {
            using var answer = await http.GetAsync(new Uri(node.Data, "/readyz"));
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                Assert.Equal("not ready", await answer.Content.ReadAsStringAsync());
                break;
            }

            await Task.Delay(20);
        }

        Assert.Equal(HttpStatusCode.OK, (await world.GetFromAsync(node, "/Patient/f001", ward)).Status);
        await node.StopAsync();
    }

    // As RFC 9440 has it.
    private static string Encoded(X509Certificate2 certificate) => $":{Convert.ToBase64String(certificate.RawData)}:";

    // As nginx writes it ($ssl_client_escaped_cert).
    private static string Escaped(X509Certificate2 certificate) => Uri.EscapeDataString(certificate.ExportCertificatePem() + "\n");

    private async Task<string?> PeerAsync(Reply reply) =>
        (string?)(await world.TrailAsync(reply.DecisionId)).First(static record => (string?)record["kind"] == "disclosure")["peer"];

    private static string? LinkOf(Reply reply, string relation) =>
        (string?)(reply.Json["link"]?.AsArray() ?? []).FirstOrDefault(link => (string?)link!["relation"] == relation)?["url"];
}
