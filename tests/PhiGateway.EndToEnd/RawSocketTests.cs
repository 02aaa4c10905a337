using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// HTTP as nobody's library writes it, against the gateway as it is deployed, with an upstream that remembers what reached it.
/// </summary>
[Collection(OpenWorldCollection.Name)]
public sealed class RawSocketTests(OpenWorld world)
{
    public static TheoryData<string> Shapes => [.. RawShape.All.Select(shape => shape.Name)];

    public static TheoryData<string> Ignored =>
        [
            "X-Client-Cert",
            "X-SSL-Client-Cert",
            "X-Forwarded-Client-Cert",
            "ssl-client-verify",
            "X-ARR-ClientCert",
            "Client-Cert",
            "X_Forwarded_For",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Forwarded-Prefix",
            "X.Forwarded.Host",
            "Forwarded",
            "Via",
            "X-Real-IP",
            "True-Client-IP",
            "X-Tenant",
            "X-Tenant-Id",
            "X_Tenant_ID",
            "X-Tenant.Id",
            "Tenant",
            "X-User",
            "X-Remote-User",
            "Remote_User",
            "X-Forwarded-User",
            "X-Authenticated-Userid",
            "X-Purpose-Of-Use",
            "X-Audit-User",
            "X-Consumer-Id",
            "X-Request-Id",
            "traceparent",
            "Cookie",
            "Proxy-Authorization",
            "X-Api-Key",
            "X-Authorization",
            "Authorization2",
            "Origin",
            "Referer",
            "Accept-Encoding",
            "Range",
            "TE",
        ];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Send_ShapeReadableTwoWays_IsRefusedAndItsTwinPasses(string name)
    {
        var shape = RawShape.All.Single(one => one.Name == name);
        await world.Backend.ForgetRecordedAsync();

        var (reply, closed) = await world.AskAsync(shape.Attack);

        Assert.True(shape.Statuses.Contains(reply?.Status ?? RawShape.NoAnswer), $"{reply?.Status} {reply?.Body}");
        Assert.Empty(await world.Backend.RecordedAsync());
        Assert.True(closed || !shape.Closes, "The connection was kept.");
        Assert.True(reply?.DecisionId is not null || shape.Statuses.Contains(RawShape.NoAnswer), "No decision id.");
        if (reply?.DecisionId is { } id)
        {
            var record = await world.RefusalAsync(id);
            Assert.Equal("deny", (string?)record["decision"]);
            Assert.Equal(reply.Code, (string?)record["reason"]);
        }

        var (twin, _) = await world.AskAsync(shape.Twin);
        Assert.True(twin?.Status == shape.TwinStatus, $"The twin: {twin?.Status} {twin?.Body}");
    }

    [Theory]
    [MemberData(nameof(Ignored))]
    public async Task Read_HeaderOfIdentityOrPlace_NeverReachesTheUpstream(string name)
    {
        const string Said = "7f3c-said-by-the-client";
        await world.Backend.ForgetRecordedAsync();

        var (reply, _) = await world.AskAsync(RawShape.Get("/fhir/Patient/f001", $"{name}: {Said}\r\n"));

        Assert.Equal(200, reply?.Status);
        Assert.NotEqual(Said, reply!.DecisionId);
        var upstream = Assert.Single(await world.Backend.RecordedAsync());
        Assert.DoesNotContain(upstream.Headers, header => header.Value.ToString().Contains(Said, StringComparison.Ordinal));
        Assert.DoesNotContain(world.Token, string.Concat(upstream.Headers.Values.Select(value => value.ToString())));
    }

    [Fact]
    public async Task Search_TrailersAfterTheBody_AreDropped()
    {
        await world.Backend.ForgetRecordedAsync();

        var (reply, _) = await world.AskAsync(
            RawShape.Search(
                "Transfer-Encoding: chunked\r\nTrailer: X-Tenant\r\n",
                "c\r\npatient=f001\r\n0\r\nX-Tenant: south\r\nAuthorization: Bearer other\r\n\r\n"
            )
        );

        Assert.Equal(200, reply?.Status);
        // The search, and the page after it that is looked at.
        var upstream = await world.Backend.RecordedAsync();
        Assert.Equal("patient=f001", upstream[0].Body);
        Assert.All(
            upstream,
            static request =>
            {
                Assert.Null(request.Header("x-tenant"));
                Assert.Null(request.Header("trailer"));
                Assert.Equal("Bearer backend-secret", request.Header("authorization"));
            }
        );
    }

    [Theory]
    [InlineData("GET /fhir/Patient/f001 HTTP/1.1\nHost: {host}\n\n")]
    [InlineData("GET /fhir//Patient/f001 HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Length: 3\r\n\r\n")]
    [InlineData(
        "POST /fhir/Observation/_search HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: "
            + "application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
    )]
    [InlineData(
        "POST /fhir/Observation/_search HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer "
            + "{token}\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    )]
    [InlineData(
        "POST /fhir/Observation/_search HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: "
            + "application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"
    )]
    [InlineData("GET /fhir/Patient/f001 HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n")]
    public async Task Send_SecondRequestBehindOneInDoubt_IsNeverAnswered(string first)
    {
        await world.Backend.ForgetRecordedAsync();
        using var connection = await RawConnection.OpenAsync(world.Gateway.Data);

        await connection.WriteAsync(world.Fill(first + RawShape.Get("/fhir/Patient/f001")));

        Assert.InRange((await connection.ReadAsync())!.Status, 400, 499);
        Assert.Null(await connection.ReadAsync());
        Assert.Empty(await world.Backend.RecordedAsync());
    }

    [Fact]
    public async Task Send_TwoRequestsAtOnce_AreAnsweredInOrder()
    {
        using var connection = await RawConnection.OpenAsync(world.Gateway.Data);

        await connection.WriteAsync(world.Fill(RawShape.Get("/fhir/Patient/f001") + RawShape.Get("/fhir/Patient/example")));

        Assert.Contains("\"f001\"", (await connection.ReadAsync())!.Body);
        Assert.Contains("\"example\"", (await connection.ReadAsync())!.Body);
    }

    [Fact]
    public async Task Search_ExpectsContinue_IsToldToGoOn()
    {
        using var connection = await RawConnection.OpenAsync(world.Gateway.Data);

        await connection.WriteAsync(world.Fill(RawShape.Search("Content-Length: 12\r\nExpect: 100-continue\r\n", string.Empty)));
        Assert.Equal(100, (await connection.ReadAsync())!.Status);
        await connection.WriteAsync("patient=f001");

        Assert.Equal(200, (await connection.ReadAsync())!.Status);
    }

    [Fact]
    public async Task Search_ExpectsContinueWithoutCredential_IsRefusedBeforeItsBody()
    {
        using var connection = await RawConnection.OpenAsync(world.Gateway.Data);

        await connection.WriteAsync(
            world
                .Fill(RawShape.Search("Content-Length: 12\r\nExpect: 100-continue\r\n", string.Empty))
                .Replace(world.Token, "nonsense", StringComparison.Ordinal)
        );

        Assert.Equal(401, (await connection.ReadAsync())!.Status);
    }

    // Zeros in front are digits like others (RFC 9110 section 8.6).
    [Fact]
    public async Task Search_LengthInAnotherSpelling_IsReadToExactlyItsEnd()
    {
        const string length = "012";
        using var connection = await RawConnection.OpenAsync(world.Gateway.Data);

        await connection.WriteAsync(
            world.Fill(RawShape.Search($"Content-Length: {length}\r\n", "patient=f001") + RawShape.Get("/fhir/Patient/f001"))
        );

        Assert.Contains("searchset", (await connection.ReadAsync())!.Body);
        Assert.StartsWith("{\"resourceType\":\"Patient\"", (await connection.ReadAsync())!.Body);
    }

    [Fact]
    public async Task Read_EncodedLetter_GoesUpstreamAsTheLetter()
    {
        await world.Backend.ForgetRecordedAsync();

        Assert.Equal(200, (await world.AskAsync(RawShape.Get("/fhir/%50atient/f001"))).Reply!.Status);

        Assert.EndsWith("/Patient/f001", Assert.Single(await world.Backend.RecordedAsync()).Url);
    }

    [Fact]
    public async Task Read_EveryAllowedShape_GoesUpstreamAsTheGatewayWroteIt()
    {
        await world.Backend.ForgetRecordedAsync();

        await world.AskAsync(
            RawShape.Get("/fhir/Patient/f001", "Connection: close, X-Hop\r\nX-Hop: 1\r\nAccept: application/fhir+json\r\n")
        );

        var upstream = Assert.Single(await world.Backend.RecordedAsync());
        Assert.Equal("GET", upstream.Method);
        Assert.EndsWith("/Patient/f001", upstream.Url);
        Assert.Null(upstream.Header("x-hop"));
        Assert.NotEqual(world.Host, upstream.Header("host"));
    }
}
