using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Revocations;
using PhiGateway.Admin.Signals;
using PhiGateway.Identity.Signals;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A signal closes what it means, once, on record in its transmitter's name, and never everything.</summary>
public sealed partial class SharedSignalTests : IAsyncLifetime
{
    private const string Idp = "https://idp.hospital.example";
    private const string Patients = "https://persons.hospital.example";
    private const string People = "https://people.hospital.example";
    private const string PushSecret = "push-secret-0123456789-0123456789-abc";

    private static readonly SigningKey Key = SigningKey.Rs256("s1");

    private readonly HttpClient _http = new();
    private readonly SharedUses _uses = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-signals-").FullName;
    private AdminServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task SessionRevoked_OfASubject_EndsItsTokensFromBeforeOnce()
    {
        var recipe = Recipe("session-revoked", SignalRecipe.IssSub(Idp, "dr-jones"));
        var token = recipe.Sign();

        var first = await PushAsync(token);
        var second = await PushAsync(token);

        Assert.Equal((HttpStatusCode.Accepted, string.Empty), first);
        Assert.Equal((HttpStatusCode.Accepted, string.Empty), second);
        var row = Assert.Single(await RevocationsAsync());
        Assert.Equal((RevocationTarget.Subject, "dr-jones", "hospital-idp"), (row.Target, row.Value, row.Issuer));
        Assert.Equal(_server.Time.Now.AddSeconds(1), row.IssuedBefore);
        Assert.Equal("signals/okta", row.By);
        var taken = Assert.Single(Records("signal.take"));
        Assert.Equal(("signals/okta", recipe.Id, "permit"), (taken.Actor, taken.TokenId, taken.Decision));
        Assert.Contains(Records("revocation.create"), static record => record.Actor == "signals/okta");
    }

    [Theory]
    [InlineData("credential-change", """{"credential_type":"x509","change_type":"revoke"}""", true)]
    [InlineData("credential-change", """{"credential_type":"app","change_type":"delete"}""", true)]
    [InlineData("risk-level-change", """{"principal":"USER","current_level":"HIGH"}""", true)]
    [InlineData("risk-level-change", """{"principal":"USER","current_level":"MEDIUM"}""", false)]
    [InlineData("credential-change", """{"credential_type":"app","change_type":"create"}""", false)]
    [InlineData("assurance-level-change", """{"namespace":"NIST-AAL","current_level":"nist-aal1"}""", false)]
    [InlineData("session-revoked", "{}", false)]
    [InlineData("token-claims-change", """{"claims":{"a":"b"}}""", false)]
    public async Task Signal_OfARegisteredClient_QuarantinesItWhereItMustBe(string type, string said, bool quarantines)
    {
        await PushAsync(Recipe(type, SignalRecipe.IssSub(Idp, "acme-connector"), said).Sign());

        Assert.Equal(quarantines ? "quarantined" : "active", await StatusAsync());
        if (quarantines)
        {
            Assert.Contains(Records("client.quarantine"), static record => record.Actor == "signals/okta");
        }
    }

    [Theory]
    [InlineData("session-revoked", "{}", 1)]
    [InlineData("credential-change", """{"credential_type":"app","change_type":"update"}""", 1)]
    [InlineData("credential-change", """{"credential_type":"app","change_type":"delete"}""", 1)]
    [InlineData("credential-change", """{"credential_type":"app","change_type":"create"}""", 0)]
    [InlineData("assurance-level-change", """{"namespace":"NIST-AAL","current_level":"nist-aal1"}""", 1)]
    [InlineData("assurance-level-change", """{"namespace":"NIST-AAL","current_level":"nist-aal2","change_direction":"increase"}""", 0)]
    [InlineData("risk-level-change", """{"principal":"USER","current_level":"HIGH"}""", 1)]
    [InlineData("risk-level-change", """{"principal":"USER","current_level":"LOW"}""", 0)]
    [InlineData("https://schemas.openid.net/secevent/risc/event-type/account-disabled", "{}", 0)]
    public async Task Signal_OfASubject_EndsTokensWhereItAsksForIt(string type, string said, int rows)
    {
        var answer = await PushAsync(Recipe(type, SignalRecipe.IssSub(Idp, "dr-jones"), said).Sign());

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal(rows, (await RevocationsAsync()).Count);
        Assert.Single(Records("signal.take"));
    }

    [Theory]
    [InlineData("credential-change", """{"credential_type":"app","change_type":"forget"}""")]
    [InlineData("credential-change", """{"change_type":"revoke"}""")]
    [InlineData("assurance-level-change", """{"change_direction":"decrease"}""")]
    [InlineData("assurance-level-change", """{"current_level":"a","change_direction":"sideways"}""")]
    [InlineData("risk-level-change", """{"current_level":"high"}""")]
    [InlineData("risk-level-change", """{"current_level":7}""")]
    [InlineData("risk-level-change", "{}")]
    public async Task Signal_ThatCannotBeRead_IsRefusedInTheWordsOfTheStandard(string type, string said)
    {
        var answer = await PushAsync(Recipe(type, SignalRecipe.IssSub(Idp, "acme-connector"), said).Sign());

        AssertError(answer, "invalid_request");
        Assert.Equal("active", await StatusAsync());
    }

    [Fact]
    public async Task Signal_OfASubjectOfAnotherIssuer_IsDenied()
    {
        AssertError(
            await PushAsync(Recipe("session-revoked", SignalRecipe.IssSub("https://other.example", "acme-connector")).Sign()),
            "access_denied"
        );
        Assert.Empty(await RevocationsAsync());
    }

    [Theory]
    [InlineData("acme-connector", true)]
    [InlineData("foreign-client", false)]
    public async Task Signal_OfAnOpaqueSubject_MeansAClientOfItsIssuersOnly(string id, bool quarantines)
    {
        await WriteAsync("clients", Sample.Client.Replace("acme-connector", "foreign-client", StringComparison.Ordinal));
        await WriteAsync(
            "credentials",
            """{"id":"foreign-oidc","client":"foreign-client","kind":"oidc-client","issuer":"another-idp","clientId":"foreign"}"""
        );

        await PushAsync(Recipe("risk-level-change", SignalRecipe.Opaque(id), """{"current_level":"HIGH"}""").Sign());

        Assert.Equal(quarantines, Records("client.quarantine").Count > 0);
    }

    [Fact]
    public async Task Signal_OfAPerson_TellsThoseWhoOwnWithThem()
    {
        await PushAsync(Recipe("session-revoked", SignalRecipe.Email("MARY@hospital.example")).Sign());

        var alert = Assert.Single(await AlertsAsync("shared-signal"));
        Assert.Contains("acme-connector", (string)alert["evidence"]!, StringComparison.Ordinal);
        Assert.Equal("active", await StatusAsync());
        Assert.Equal(
            [("hospital-idp", "MARY@hospital.example"), (PersonSessions.Issuer, "mary@hospital.example")],
            (await RevocationsAsync()).Select(static row => (row.Issuer!, row.Value)).Order()
        );

        // What she has open at the console has ended, and what she opens from now on has not.
        var sessions = _server.Services.GetRequiredService<PersonSessions>();
        Assert.True(sessions.IsOver("Mary@hospital.example", _server.Time.Now.AddMinutes(-1)));
        Assert.False(sessions.IsOver("Mary@hospital.example", _server.Time.Now.AddMinutes(1)));
        Assert.False(sessions.IsOver("rosa@hospital.example", _server.Time.Now.AddMinutes(-1)));
    }

    [Fact]
    public async Task Signal_OfAPersonByATransmitterThatMayNot_LeavesTheConsole()
    {
        await _server.DisposeAsync();
        _server = await StartAsync(endsConsole: false);
        await PushAsync(Recipe("session-revoked", SignalRecipe.Email("mary@hospital.example")).Sign());

        Assert.Equal(["hospital-idp"], (await RevocationsAsync()).Select(static row => row.Issuer!));
    }

    [Fact]
    public async Task Signals_BeyondTheCap_AreHeldWithAnAlertAndCloseNothing()
    {
        for (var number = 0; number < 5; number++)
        {
            var answer = await PushAsync(Recipe("session-revoked", SignalRecipe.IssSub(Idp, $"person-{number}")).Sign());
            Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        }

        Assert.Equal(3, (await RevocationsAsync()).Count);
        Assert.Equal(2, Records("signal.hold").Count);
        Assert.Equal("urgent", (string)Assert.Single(await AlertsAsync("signals-held"))["severity"]!);

        // The next hour is another one.
        _server.Time.Now = _server.Time.Now.AddHours(1);
        await PushAsync(Recipe("session-revoked", SignalRecipe.IssSub(Idp, "person-9")).Sign());
        Assert.Equal(4, (await RevocationsAsync()).Count);
    }

    [Fact]
    public async Task Cap_OverTwoNodes_IsOne()
    {
        await using var second = await StartAsync(_server.Store);
        for (var number = 0; number < 6; number++)
        {
            var node = number % 2 == 0 ? _server : second;
            await PushAsync(Recipe("session-revoked", SignalRecipe.IssSub(Idp, $"person-{number}")).Sign(), node);
        }

        Assert.Equal(3, (await RevocationsAsync()).Count);
    }

    [Fact]
    public async Task Verification_OfAStream_IsAcknowledgedAndClosesNothing()
    {
        var recipe = Recipe(
            "https://schemas.openid.net/secevent/ssf/event-type/verification",
            SignalRecipe.Opaque("stream-1"),
            """{"state":"VGhpcyBpcyBhbiBleGFtcGxl"}"""
        );

        Assert.Equal(HttpStatusCode.Accepted, (await PushAsync(recipe.Sign())).Status);

        Assert.StartsWith("verification", Assert.Single(Records("signal.take")).Note, StringComparison.Ordinal);
        Assert.Empty(await RevocationsAsync());
    }

    [Fact]
    public async Task Signal_WhileTheDatabaseIsAway_IsSentAgainAndThenCounts()
    {
        var token = Recipe("session-revoked", SignalRecipe.IssSub(Idp, "dr-jones")).Sign();
        _uses.IsAway = true;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PushAsync(token)).Status);
        _uses.IsAway = false;

        Assert.Equal(HttpStatusCode.Accepted, (await PushAsync(token)).Status);

        Assert.Single(await RevocationsAsync());
    }

    [Fact]
    public async Task Push_WithoutItsSecretOrForm_IsRefusedAndRecordsAreBounded()
    {
        var token = Recipe("session-revoked", SignalRecipe.IssSub(Idp, "dr-jones")).Sign();
        AssertError(await PushAsync(token, secret: null), "authentication_failed", HttpStatusCode.Unauthorized);
        AssertError(await PushAsync(token, secret: "wrong"), "authentication_failed", HttpStatusCode.Unauthorized);
        AssertError(await PushAsync(token, type: "application/jwt"), "invalid_request");
        AssertError(await PushAsync(string.Empty), "invalid_request");
        AssertError(await PushAsync(new string('a', 40_000)), "invalid_request");
        Assert.Equal(HttpStatusCode.NotFound, (await PushAsync(token, path: "/signals/nobody")).Status);

        for (var number = 0; number < 200; number++)
        {
            await PushAsync("a.b.c");
        }

        Assert.InRange(Records("signal.refuse").Count, 6, SignalTrail.RefusalsPerMinute);
        Assert.Empty(await RevocationsAsync());
    }

    [Fact]
    public async Task Poll_OfWhatWaits_TakesAcknowledgesAndRefuses()
    {
        await using var transmitter = await SignalTransmitter.StartAsync();
        await using var node = await StartAsync(_server.Store, transmitter.Address);
        var (good, bad) = (
            Recipe("session-revoked", SignalRecipe.IssSub(Idp, "dr-jones")),
            Recipe("session-revoked", SignalRecipe.IssSub(Idp, "dr-smith")).Set("aud", "\"elsewhere\"")
        );
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var polling = node.Services.GetRequiredService<SharedSignals>().RunAsync(stopping.Token);

        transmitter.Offer(good.Id, good.Sign());
        transmitter.Offer(bad.Id, bad.Sign());
        stopping.CancelAfter(TimeSpan.FromMinutes(2));
        while (!(transmitter.Acknowledged.Contains(good.Id) && transmitter.Refused.ContainsKey(bad.Id)))
        {
            await Task.Delay(20, stopping.Token);
        }

        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => polling);
        Assert.Equal("invalid_audience", transmitter.Refused[bad.Id]);
        Assert.Equal("dr-jones", Assert.Single(await RevocationsAsync()).Value);
    }

    private async Task<AdminServer> StartAsync(
        IRegistryStore? registry = null,
        Uri? poll = null,
        TimeSpan? expected = null,
        bool endsConsole = true,
        string speaksOf = "hospital-idp",
        Uri? verify = null
    )
    {
        var (keys, push, pull) = (Path.Combine(_folder, "keys.json"), Path.Combine(_folder, "push"), Path.Combine(_folder, "pull"));
        await File.WriteAllTextAsync(keys, SigningKey.Jwks(Key));
        await File.WriteAllTextAsync(push, PushSecret);
        await File.WriteAllTextAsync(pull, SignalTransmitter.Secret);
        var transmitter = new TransmitterOptions
        {
            Name = "okta",
            Issuer = SignalRecipe.Issuer,
            Audience = SignalRecipe.Audience,
            Jwks = keys,
            TokenIssuers = [speaksOf],
            PushSecret = "file:" + push,
            PollEndpoint = poll?.ToString(),
            PollSecret = "file:" + pull,
            MostPerHour = 3,
            ExpectEvery = expected,
            VerificationEndpoint = verify is null ? null : new Uri(verify, "/verify").ToString(),
            VerificationSecret = verify is null ? null : "file:" + pull,
            StreamId = verify is null ? null : "stream-1",
            EndsConsoleSessions = endsConsole,
        };
        var rules = new SignalRules(
            new SignalsOptions { Transmitters = [transmitter] },
            new Dictionary<string, string>
            {
                ["hospital-idp"] = Idp,
                ["another-idp"] = "https://other.example",
                ["patients-idp"] = Patients,
            },
            People
        );
        var server = await AdminServer.StartAsync(
            admin => admin.Signals = rules,
            registry: registry,
            services: services => services.AddSingleton<ISingleUses>(_uses),
            before: static app =>
                app.Use(static next =>
                    http =>
                        http.Request.Path.StartsWithSegments("/signals", StringComparison.Ordinal)
                            ? SignalEndpoints.AnswerAsync(http, http.RequestServices.GetRequiredService<SharedSignals>())
                            : next(http)
                )
        );
        if (registry is null)
        {
            await Approvals.OpenAsync(server);
        }

        return server;
    }

    private SignalRecipe Recipe(string type, JsonObject subject, string said = "{}") =>
        new(Key, _server.Time.Now, type, subject, JsonNode.Parse(said)!.AsObject());

    private async Task<(HttpStatusCode Status, string Body)> PushAsync(
        string token,
        AdminServer? node = null,
        string? secret = PushSecret,
        string type = "application/secevent+jwt",
        string path = "/signals/okta"
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri((node ?? _server).Address, path));
        request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(token));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (secret is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        }

        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static void AssertError(
        (HttpStatusCode Status, string Body) answer,
        string error,
        HttpStatusCode status = HttpStatusCode.BadRequest
    )
    {
        Assert.Equal(status, answer.Status);
        var body = JsonNode.Parse(answer.Body)!.AsObject();
        Assert.Equal(error, (string)body["err"]!);
        Assert.Equal(["err", "description"], body.Select(static pair => pair.Key));
    }

    private Task<IReadOnlyList<Revocation>> RevocationsAsync() => _server.Store.ListRevocationsAsync(100, default);

    private async Task<string> StatusAsync() => (string)(await _server.GetAsync("/admin/v1/clients/acme-connector")).Json["status"]!;

    private async Task<List<JsonNode>> AlertsAsync(string kind) =>
        [
            .. (await _server.GetAsync("/admin/v1/alerts")).Json["items"]!
                .AsArray()
                .Select(static one => one!)
                .Where(one => (string)one["kind"]! == kind),
        ];

    private async Task WriteAsync(string path, string body)
    {
        var answer = await _server.PostAsync("/admin/v1/" + path, body);
        Assert.True(answer.Status == 201, answer.Text);
    }

    private List<PhiGateway.Audit.Records.AuditRecord> Records(string name) =>
        [.. _server.Journal.Records.Where(record => record.Event == name)];
}
