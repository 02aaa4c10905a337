using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>Web apps in browsers: those of the route's origins may read the answers, no others, and no right comes with it.</summary>
[Collection(OpenWorldCollection.Name)]
public sealed class CrossOriginTests(OpenWorld world)
{
    private const string App = GatewayWorld.AppOrigin;

    private static readonly string[] Question =
    [
        $"Origin: {App}",
        "Access-Control-Request-Method: GET",
        "Access-Control-Request-Headers: authorization,prefer",
    ];

    /// <summary>What is not the origin of the configuration, or is no question of a browser.</summary>
    public static TheoryData<string> NotAsked =>
        new()
        {
            $"Origin: {App}.evil.example\r\nAccess-Control-Request-Method: GET\r\n",
            $"Origin: {App}/\r\nAccess-Control-Request-Method: GET\r\n",
            $"Origin: {App.ToUpperInvariant()}\r\nAccess-Control-Request-Method: GET\r\n",
            $"Origin: {App}:8443\r\nAccess-Control-Request-Method: GET\r\n",
            "Origin: null\r\nAccess-Control-Request-Method: GET\r\n",
            "Origin: *\r\nAccess-Control-Request-Method: GET\r\n",
            $"Origin: {App}, https://evil.example\r\nAccess-Control-Request-Method: GET\r\n",
            $"Origin: {App}\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: GET\r\n",
            $"Origin: {App}\r\nAccess-Control-Request-Method: GET\r\nX-HTTP-Method-Override: GET\r\n",
            $"Origin: {App}\r\n",
            "Access-Control-Request-Method: GET\r\n",
            string.Empty,
        };

    [Fact]
    public async Task Options_QuestionOfARegisteredOrigin_IsAnsweredWithoutAskingAnybody()
    {
        await world.Backend.ForgetRecordedAsync();
        var (answer, _) = await world.AskAsync(RawShape.Get("/fhir/Patient/f001", string.Join("\r\n", Question) + "\r\n", "OPTIONS"));
        var reply = Assert.IsType<RawReply>(answer);

        Assert.Equal(204, reply.Status);
        Assert.Equal(App, reply.Header("Access-Control-Allow-Origin"));
        Assert.Contains("Authorization", reply.Header("Access-Control-Allow-Headers"));
        Assert.Contains("Prefer", reply.Header("Access-Control-Allow-Headers"));
        Assert.Null(reply.Header("Access-Control-Allow-Credentials"));
        Assert.Equal("Origin", reply.Header("Vary"));
        Assert.Empty(reply.Body);
        Assert.Empty(await world.Backend.RecordedAsync());
    }

    [Theory]
    [MemberData(nameof(NotAsked))]
    public async Task Options_AnythingElse_IsRefusedAndAllowsNothing(string headers)
    {
        await world.Backend.ForgetRecordedAsync();
        var (answer, _) = await world.AskAsync(RawShape.Get("/fhir/Patient/f001", headers, "OPTIONS"));
        var reply = Assert.IsType<RawReply>(answer);

        Assert.Contains(reply.Status, (int[])[400, 405]);
        Assert.Null(reply.Header("Access-Control-Allow-Methods"));
        Assert.Empty(await world.Backend.RecordedAsync());
        Assert.NotNull(reply.DecisionId);
    }

    [Fact]
    public async Task Read_OfARegisteredOrigin_MayBeReadAlsoWhenItIsARefusal()
    {
        var lab = await world.TokenAsync(world.Lab);
        var read = await world.SendAsync(HttpMethod.Get, "/Patient/f001", lab, headers: ("Origin", App));
        var refused = await world.SendAsync(HttpMethod.Get, "/Condition?patient=f001", lab, headers: ("Origin", App));
        var unknown = await world.SendAsync(HttpMethod.Get, "/Patient/f001", null, headers: ("Origin", App));

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized],
            [read.Status, refused.Status, unknown.Status]
        );
        Assert.All(
            [read, refused, unknown],
            reply =>
            {
                Assert.Equal(App, reply.Headers["Access-Control-Allow-Origin"]);
                Assert.Contains("X-Request-Id", reply.Headers["Access-Control-Expose-Headers"]);
                Assert.Equal("Origin", reply.Headers["Vary"]);
            }
        );
    }

    [Fact]
    public async Task Read_OfAnotherOrigin_IsAnsweredButNotForItsPage()
    {
        var reply = await world.SendAsync(
            HttpMethod.Get,
            "/Patient/f001",
            await world.TokenAsync(world.Lab),
            headers: ("Origin", "https://evil.example")
        );

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.False(reply.Headers.ContainsKey("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("/metadata")]
    [InlineData("/.well-known/smart-configuration")]
    public async Task Discovery_AnyOrigin_MayBeRead(string path)
    {
        var reply = await world.SendAsync(HttpMethod.Get, path, null, headers: ("Origin", "https://anybody.example"));

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("*", reply.Headers["Access-Control-Allow-Origin"]);

        // An app that sends its token along is asked about first.
        var question = RawShape.Get(
            "/fhir" + path,
            "Origin: https://anybody.example\r\nAccess-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: authorization\r\n",
            "OPTIONS"
        );
        var answer = Assert.IsType<RawReply>((await world.AskAsync(question)).Reply);
        Assert.Equal(204, answer.Status);
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
    }
}
