using PhiGateway.Audit.Records;
using PhiGateway.Tests.Cli;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Whoever stops a client asks one question: which tokens are out for it, and is each of them dead already.</summary>
public sealed class ClientTokensTests
{
    private const string Tokens = "/admin/v1/clients/acme-connector/tokens";

    private static readonly string OneText = new('a', 64);
    private static readonly string ParentText = new('b', 64);

    [Fact]
    public async Task Tokens_OfAClient_AreThoseThatWereIssuedAndAreNotPastTheirEnd()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var introspected = Issued(server, "seen", 10, 120);
        introspected.Event = "token.introspect";
        var refused = Issued(server, "refused", 10, 120);
        (refused.Decision, refused.Reason) = ("deny", "invalid_scope");
        var others = Issued(server, "others", 10, 120);
        others.Client = "somebody-else";
        var exchanged = Issued(server, "exchanged", 20, 120);
        (exchanged.Event, exchanged.Task) = (TokenIssue.Exchanged, "discharge-4");
        var filtered = Issued(server, "filtered", 30, 300);
        filtered.Scope = "system/Observation.rs?patient=17 system/Patient.r";
        StoredTrail.Add(server, Issued(server, "past", 121, 120), filtered, exchanged, others, refused, introspected);

        var answer = await server.GetAsync(Tokens, "olga");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.False((bool)answer.Json["truncated"]!);
        var tokens = answer.Json["tokens"]!.AsArray();
        Assert.Equal(["exchanged", "filtered"], tokens.Select(static token => (string)token!["id"]!));
        Assert.Equal(
            ("discharge-4", "task-not-open", false),
            ((string)tokens[0]!["task"]!, (string)tokens[0]!["closed_by"]!, (bool)tokens[0]!["revoked"]!)
        );
        Assert.Equal(server.Time.Now.AddSeconds(100), (DateTimeOffset)tokens[0]!["expires_at"]!);
        Assert.Equal((exchanged.TokenHash, "thumbprint-of-the-key"), ((string)tokens[0]!["hash"]!, (string)tokens[0]!["key"]!));
        Assert.Equal("system/Observation.rs?… system/Patient.r", (string)tokens[1]!["scope"]!);
        Assert.Null(tokens[1]!["closed_by"]);
        Assert.Contains(
            server.Journal.Records,
            static record =>
                record is { Event: "audit.tokens", Kind: AuditKind.AuditUse, Actor: "olga@hospital.example", Note: "client=acme-connector" }
        );

        // Whoever only closes may not read tasks, whose ids others make up; that the token is dead is told all the same.
        await server.AddKeyAsync("rex", "responder");
        var closer = await server.SendAsync("rex", "GET", Tokens);
        Assert.True(closer.Status == 200, closer.Text);
        Assert.Null(closer.Json["tokens"]![0]!["task"]);
        Assert.Equal("task-not-open", (string)closer.Json["tokens"]![0]!["closed_by"]!);
    }

    [Theory]
    [InlineData("token", "one")]
    [InlineData("token", "parent-of-one")]
    [InlineData("token-hash", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("token-hash", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")]
    public async Task Tokens_OfWhichOneIsRevoked_SayWhichByWhateverName(string target, string value)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        StoredTrail.Add(server, Issued(server, "one", 20, 120), Issued(server, "other", 10, 120, isPlain: true));
        var body = $$"""{"target":"{{target}}","value":"{{value}}","reason":"leak"}""";
        Assert.Equal(201, (await server.PostAsync("/admin/v1/revocations", body)).Status);

        var revoked = (await server.GetAsync(Tokens, "olga")).Json["tokens"]!
            .AsArray()
            .ToDictionary(static token => (string)token!["id"]!, static token => (bool)token!["revoked"]!);

        Assert.Equal([("one", true), ("other", false)], revoked.Select(static pair => (pair.Key, pair.Value)).Order());
    }

    [Fact]
    public async Task Tokens_OfAClientThatIsSuspended_AreClosedAndNotRevoked()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        StoredTrail.Add(server, Issued(server, "one", 20, 120));
        await server.PostAsync("/admin/v1/clients/acme-connector:suspend", """{"reason":"a look"}""");

        var token = Assert.Single((await server.GetAsync(Tokens, "olga")).Json["tokens"]!.AsArray())!;

        Assert.Equal(("client-not-active", false), ((string)token["closed_by"]!, (bool)token["revoked"]!));
    }

    // What a version before wrote says no end, and whoever ships may write anything: neither hides a token that may be alive.
    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData(
        """{"issued_at":"2026-05-01T12:00:00Z","expires_at":"2026-05-01T12:00:01Z","text_hashes":[null],"parent_ids":[],"parent_hashes":[]}"""
    )]
    public async Task Tokens_WhoseRecordSaysNoEnd_AreToldForAsLongAsAnyMayLive(string? said)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var (young, old) = (Issued(server, "young", 290, 120), Issued(server, "old", 301, 120));
        (young.After, old.After) = (said, said);
        StoredTrail.Add(server, old, young);

        var token = Assert.Single((await server.GetAsync(Tokens, "olga")).Json["tokens"]!.AsArray())!;

        Assert.Equal("young", (string)token["id"]!);
    }

    [Theory]
    [InlineData(Tokens, "vera", 403)]
    [InlineData("/admin/v1/clients/nobody/tokens", "olga", 404)]
    [InlineData(Tokens, "august", 200)]
    [InlineData(Tokens, "anna", 200)]
    public async Task Tokens_AskedForBySomebody_AreForWhoStopsAndForAuditors(string path, string person, int status)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);

        Assert.Equal(status, (await server.GetAsync(path, person)).Status);
    }

    [Fact]
    public async Task Tokens_OnTheCommandLine_AreATable()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        StoredTrail.Add(server, Issued(server, "one", 20, 120));
        using var shell = new PhigwShell(server);

        var told = await shell.RunAsync("olga", string.Empty, "client", "tokens", "acme-connector");

        Assert.True(told.Code == 0, told.All);
        Assert.Contains("EXPIRES_AT", told.All);
        Assert.Contains(new string('f', 64), told.All);
    }

    internal static AuditRecord Issued(AdminServer server, string id, int secondsAgo, int life, bool isPlain = false)
    {
        var at = server.Time.Now.AddSeconds(-secondsAgo);
        return new AuditRecord
        {
            Id = Guid.NewGuid(),
            Kind = AuditKind.Auth,
            Event = TokenIssue.Issued,
            Time = at,
            Decision = "permit",
            Rule = "key/thumbprint-of-the-key",
            Client = "acme-connector",
            Issuer = "hospital-idp",
            IssuerClientId = "acme-connector",
            Subject = "acme-connector",
            TokenId = id,
            TokenHash = new string('f', 64),
            Binding = "none",
            Purpose = "TREAT",
            Scope = "system/Observation.rs",
            After = new TokenIssue(
                at,
                at.AddSeconds(life),
                isPlain ? [] : [OneText],
                isPlain ? [] : ["parent-of-one"],
                isPlain ? [] : [ParentText]
            ).Write(),
        };
    }
}
