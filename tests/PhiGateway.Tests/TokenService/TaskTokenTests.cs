using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Composition;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using PhiGateway.TokenService.Signing;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>Tokens for one task, by exchange (RFC 8693) and by details (RFC 9396).</summary>
public sealed class TaskTokenTests : IDisposable
{
    private const string Exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    private const string AccessToken = "urn:ietf:params:oauth:token-type:access_token";

    private static readonly UseCase TwoTypes = TestRegistry.UseCase(
        grants: TestRegistry.Grant() with
        {
            Types = ["Observation", "Condition"],
            Interactions = ["read", "search", "create"],
        }
    );

    private static readonly TaskGrant Opened = new()
    {
        Id = "discharge-4",
        Client = "connector",
        Patient = "17",
        Workflow = "w",
        Expires = TestRegistry.Now.AddHours(1),
        ByToken = true,
        Types = ["Observation"],
        Interactions = ["read", "search"],
    };

    private readonly TokenWorld _world = new(useCase: TwoTypes, tasks: [Opened]);

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Token_ByDetailsWithoutAScope_IsForTheTaskAndOnRecord()
    {
        var form = TokenWorld.Form(_world.Assertion(), string.Empty);
        form["authorization_details"] = Details("discharge-4");

        var reply = await _world.AskAsync(form);

        Assert.Equal(200, reply.Status);
        Assert.Equal("system/Observation.rs", (string)reply.Json!["scope"]!);
        Assert.Equal("discharge-4", (string)reply.Json["authorization_details"]![0]!["identifier"]!);
        Assert.Equal("discharge-4", (string)reply.Claims["authorization_details"]![0]!["identifier"]!);
        Assert.Equal("phi-gateway-task", (string)reply.Claims["authorization_details"]![0]!["type"]!);
        Assert.DoesNotContain("17", reply.Claims["authorization_details"]!.ToJsonString(), StringComparison.Ordinal);
        var record = Assert.Single(_world.Journal.Records);
        Assert.Equal(("token.issue", "discharge-4"), (record.Event, record.Task));
    }

    [Theory]
    [InlineData("system/*.cruds", "system/Observation.rs")]
    [InlineData("system/Observation.r", "system/Observation.r")]
    [InlineData("system/Condition.rs system/Observation.s", "system/Observation.s")]
    public async Task Token_ByDetailsWithAScope_IsCutToBoth(string asked, string granted)
    {
        var form = TokenWorld.Form(_world.Assertion(), asked);
        form["authorization_details"] = Details("discharge-4");

        Assert.Equal(granted, (string)(await _world.AskAsync(form)).Json!["scope"]!);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[")]
    [InlineData("""[{"type":"phi-gateway-task"}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":"discharge-5"}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":"of-another"}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":"closed"}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":"ended"}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":"discharge-4"},{"type":"payment"}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":"discharge-4"},{"type":"phi-gateway-task","identifier":"discharge-4"}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":"discharge-4","identifier":"closed"}]""")]
    [InlineData("""[{"type":"payment"}]""")]
    public async Task Token_DetailsThatNameNoOpenTask_IsRefused(string details)
    {
        using var world = new TokenWorld(
            useCase: TwoTypes,
            tasks:
            [
                Opened,
                Opened with
                {
                    Id = "of-another",
                    Client = "somebody",
                },
                Opened with
                {
                    Id = "closed",
                    Closed = true,
                },
                Opened with
                {
                    Id = "ended",
                    Expires = TestRegistry.Now.AddMinutes(-1),
                },
            ]
        );
        var form = TokenWorld.Form(world.Assertion());
        form["authorization_details"] = details;

        Assert.Equal("invalid_authorization_details", (await world.AskAsync(form)).Error);
        form = TokenWorld.Form(world.Assertion("twin"));
        form["authorization_details"] = Details("discharge-4");
        Assert.Equal(200, (await world.AskAsync(form)).Status);
    }

    [Fact]
    public async Task Token_OfATaskThatEndsSooner_EndsWithIt()
    {
        using var world = new TokenWorld(useCase: TwoTypes, tasks: [Opened with { Expires = TestRegistry.Now.AddSeconds(90) }]);
        var form = TokenWorld.Form(world.Assertion());
        form["authorization_details"] = Details("discharge-4");

        Assert.InRange((int)(await world.AskAsync(form)).Json!["expires_in"]!, 1, 90);
    }

    [Fact]
    public async Task Exchange_OfTheClientsOwnToken_IsTheTasksToken()
    {
        var subject = await SubjectAsync();
        var reply = await ExchangeAsync(subject);

        Assert.Equal((200, AccessToken), (reply.Status, (string)reply.Json!["issued_token_type"]!));
        Assert.Equal("system/Observation.rs", (string)reply.Json["scope"]!);
        Assert.Equal("discharge-4", (string)reply.Claims["authorization_details"]![0]!["identifier"]!);
        var record = _world.Journal.Records[^1];
        Assert.Equal(("token.exchange", "permit", "discharge-4"), (record.Event, record.Decision, record.Task));
        Assert.Contains(TokenSigner.HashOf(subject), TokenIssue.Read(record).ParentHashes);

        // And again for the same task, never for another.
        Assert.Equal(200, (await ExchangeAsync(reply.Token, "again")).Status);
        _world.Fill(TestRegistry.Client(), TwoTypes, [Opened, Opened with { Id = "discharge-5" }]);
        Assert.Equal("invalid_grant", (await ExchangeAsync(reply.Token, "other", task: "discharge-5")).Error);
        Assert.Equal(200, (await ExchangeAsync(await SubjectAsync("fresh"), "fresh-other", task: "discharge-5")).Status);
    }

    [Theory]
    [InlineData("subject_token", null, "invalid_grant")]
    [InlineData("subject_token", "not-a-token", "invalid_grant")]
    [InlineData("subject_token_type", null, "invalid_request")]
    [InlineData("subject_token_type", "urn:ietf:params:oauth:token-type:id_token", "invalid_request")]
    [InlineData("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token", "invalid_request")]
    [InlineData("actor_token", "x", "invalid_request")]
    [InlineData("authorization_details", null, "invalid_authorization_details")]
    [InlineData("resource", "https://elsewhere.example", "invalid_target")]
    [InlineData("audience", "https://elsewhere.example", "invalid_target")]
    [InlineData("scope", "system/Observation.rs system/Condition.rs", "invalid_scope")]
    [InlineData("scope", "system/Observation.s?category=laboratory", "invalid_scope")]
    public async Task Exchange_SpoiledInOnePlace_IsRefused(string name, string? value, string error)
    {
        var subject = await SubjectAsync();

        Assert.Equal(error, (await ExchangeAsync(subject, change: (name, value))).Error);
        Assert.Equal("token.exchange", _world.Journal.Records[^1].Event);
        Assert.Equal(200, (await ExchangeAsync(subject, "twin")).Status);
    }

    [Theory]
    [InlineData("TREAT", null)]
    [InlineData("urn:oid:2.16.840.1.113883.5.8#TREAT", null)]
    [InlineData("HMARKT", "invalid_grant")]
    [InlineData("nonsense", "invalid_grant")]
    public async Task Exchange_ForAPurpose_IsForOneOfTheTokensHoweverItIsWritten(string purpose, string? error)
    {
        var subject = await SubjectAsync();
        var claims = _world.Claims("asserted");
        claims["extensions"] = new JsonObject
        {
            ["hl7-b2b"] = new JsonObject { ["version"] = "1", ["purpose_of_use"] = new JsonArray(purpose) },
        };
        var assertion = _world.Key.Token(_world.Header().ToJsonString(), claims.ToJsonString());

        Assert.Equal(error, (await _world.AskAsync(ExchangeForm(assertion, subject))).Error);
    }

    [Fact]
    public async Task Exchange_OfADeadToken_IsRefused()
    {
        var subject = await SubjectAsync();
        Assert.Equal(200, (await _world.RevokeAsync(_world.Assertion("revoking"), subject)).Status);
        _world.Fill(TestRegistry.Client(), TwoTypes, [Opened], [.. await _world.Store.ListRevocationsAsync(10, CancellationToken.None)]);

        Assert.Equal("invalid_grant", (await ExchangeAsync(subject)).Error);
        var expired = await SubjectAsync("second");
        Assert.Equal(200, (await ExchangeAsync(expired, "in-time")).Status);
        _world.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal("invalid_grant", (await ExchangeAsync(expired, "late")).Error);
    }

    // Revoked as it was found; whoever has it can write its signature in another way.
    [Theory]
    [InlineData("")]
    [InlineData("==")]
    [InlineData(" ")]
    public async Task Exchange_OfATokenThatWasRevokedAsFound_IsRefusedHoweverItIsWritten(string more)
    {
        var subject = await SubjectAsync();
        var alive = await SubjectAsync("alive");
        _world.Fill(
            TestRegistry.Client(),
            TwoTypes,
            [Opened],
            TestRegistry.Revocation(RevocationTarget.TokenHash, TokenKey.Of(subject).ToString())
        );

        // The lowest bits of the last character are no part of the signature.
        var bits = subject[..^1] + (char)(subject[^1] + 1);

        Assert.Equal("invalid_grant", (await ExchangeAsync(subject + more)).Error);
        Assert.Equal("invalid_grant", (await ExchangeAsync(bits, "bits")).Error);
        Assert.False(await IsActiveAsync(subject + more, "ask"));
        Assert.Equal(200, (await ExchangeAsync(alive, "alive-exchange")).Status);
    }

    [Fact]
    public async Task Exchange_OfATokenThatEndsSoon_EndsWithIt()
    {
        var subject = await SubjectAsync();
        _world.Clock.Advance(TimeSpan.FromSeconds(100));

        var first = await ExchangeAsync(subject);
        var second = await ExchangeAsync(first.Token, "again");

        // High risk: two minutes, of which twenty seconds are left.
        Assert.Equal((20, 20), ((int)first.Json!["expires_in"]!, (int)second.Json!["expires_in"]!));
        Assert.Equal(120, (int)(await ExchangeAsync(await SubjectAsync("fresh"), "fresh-exchange")).Json!["expires_in"]!);
    }

    [Theory]
    [InlineData(RevocationTarget.TokenHash, false)]
    [InlineData(RevocationTarget.TokenHash, true)]
    [InlineData(RevocationTarget.Token, false)]
    [InlineData(RevocationTarget.Token, true)]
    public async Task Exchange_ParentRevoked_IsDeadInEveryGeneration(RevocationTarget target, bool isGrandchild)
    {
        var parent = await SubjectAsync();
        var child = (await ExchangeAsync(parent)).Token;
        child = isGrandchild ? (await ExchangeAsync(child, "again")).Token : child;
        var other = (await ExchangeAsync(await SubjectAsync("other"), "other-exchange")).Token;
        var caller = CallerOf(child);
        Assert.False(TokenQuestions.IsRevoked(_world.Current, caller));

        var name = target == RevocationTarget.Token ? IdOf(parent) : TokenSigner.HashOf(parent);
        _world.Fill(TestRegistry.Client(), TwoTypes, [Opened], TestRegistry.Revocation(target, name));

        Assert.False(await IsActiveAsync(child, "ask"));
        Assert.True(await IsActiveAsync(other, "ask-other"));
        Assert.True(TokenQuestions.IsRevoked(_world.Current, caller));
        Assert.Equal("invalid_grant", (await ExchangeAsync(child, "late")).Error);
    }

    [Fact]
    public async Task Exchange_AgainAndAgain_EndsAfterAFewGenerations()
    {
        var token = await SubjectAsync();
        for (var generation = 0; generation < ParentTokens.Most; generation++)
        {
            var reply = await ExchangeAsync(token, $"generation-{generation}");
            Assert.Equal(200, reply.Status);
            token = reply.Token;
        }

        Assert.Equal("invalid_grant", (await ExchangeAsync(token, "one-more")).Error);
    }

    [Fact]
    public async Task Exchange_OfAClientWithManyTypes_NeedsNoScope()
    {
        // A hundred types: more words than a request may have.
        var many = TestRegistry.UseCase(
            grants: TestRegistry.Grant() with
            {
                Types = [.. ResourceTypeNames.All],
                Interactions = ["read", "search", "create", "update"],
            }
        );
        var opened = Opened with { Types = [], Interactions = [] };
        using var world = new TokenWorld(useCase: many, tasks: [opened]);
        var subject = await world.AskAsync(TokenWorld.Form(world.Assertion(), "system/*.cruds"));
        Assert.True(((string)subject.Json!["scope"]!).Split(' ').Length > 64);

        var all = await world.AskAsync(ExchangeForm(world.Assertion("all"), subject.Token));
        var read = await world.AskAsync(ExchangeForm(world.Assertion("read"), subject.Token, "system/*.r"));
        var one = await world.AskAsync(ExchangeForm(world.Assertion("of one type"), subject.Token, "system/Observation.crus"));
        var wider = await world.AskAsync(ExchangeForm(world.Assertion("wider"), subject.Token, "system/Observation.cruds"));

        Assert.Equal((string)subject.Json["scope"]!, (string)all.Json!["scope"]!);
        Assert.All(((string)read.Json!["scope"]!).Split(' '), static word => Assert.EndsWith(".r", word, StringComparison.Ordinal));
        Assert.Equal("system/Observation.crus", (string)one.Json!["scope"]!);
        Assert.Equal("invalid_scope", wider.Error);
    }

    [Fact]
    public async Task Exchange_ForEveryType_NeverSaysMoreThanItsSubject()
    {
        var subject = (
            await _world.AskAsync(TokenWorld.Form(_world.Assertion("subject"), "system/Observation.s?category=laboratory"))
        ).Token;

        var narrowed = await ExchangeAsync(subject, "all", change: ("scope", "system/*.cruds"));
        var nothing = await ExchangeAsync(subject, "nothing", change: ("scope", "system/*.r"));
        var filtered = await ExchangeAsync(subject, "filtered", change: ("scope", "system/*.s?category=laboratory"));

        Assert.Equal("system/Observation.s?category=laboratory", (string)narrowed.Json!["scope"]!);
        Assert.Equal(("invalid_scope", "invalid_scope"), (nothing.Error, filtered.Error));
    }

    [Fact]
    public async Task Introspection_OfATasksToken_IsActiveWhileTheTaskIs()
    {
        var token = (await ExchangeAsync(await SubjectAsync())).Token;

        var active = await _world.IntrospectAsync(_world.Assertion("ask"), token);
        _world.Fill(TestRegistry.Client(), TwoTypes, [Opened with { Closed = true }]);
        var closed = await _world.IntrospectAsync(_world.Assertion("ask-again"), token);

        Assert.True((bool)active.Json!["active"]!);
        Assert.Equal("discharge-4", (string)active.Json["authorization_details"]![0]!["identifier"]!);
        Assert.False((bool)closed.Json!["active"]!);
    }

    private static string Details(string task) => $$"""[{"type":"phi-gateway-task","identifier":"{{task}}"}]""";

    private async Task<string> SubjectAsync(string jti = "subject") =>
        (await _world.AskAsync(TokenWorld.Form(_world.Assertion(jti), "system/Observation.rs"))).Token;

    private static Dictionary<string, string> ExchangeForm(string assertion, string subject, string scope = "", string task = "discharge-4")
    {
        var form = TokenWorld.Form(assertion, scope);
        form["grant_type"] = Exchange;
        form["subject_token"] = subject;
        form["subject_token_type"] = AccessToken;
        form["authorization_details"] = Details(task);
        return form;
    }

    private static string IdOf(string token) =>
        (string)JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]))!["jti"]!;

    // As a call shows it, its signature being checked.
    private Caller CallerOf(string token)
    {
        using var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
        var issuer = TokenPlane.IssuerOf(_world.Options, "production", _world.Ring);
        var refusal = new TokenClaims(claims.RootElement, issuer).Read(
            _world.Clock.GetUtcNow(),
            TokenSigner.HashesOf(token),
            static _ => ScopeSet.Empty,
            out var caller
        );
        Assert.Null(refusal);
        return caller!;
    }

    private async Task<bool> IsActiveAsync(string token, string jti) =>
        (bool)(await _world.IntrospectAsync(_world.Assertion(jti), token)).Json!["active"]!;

    private Task<TokenReply> ExchangeAsync(
        string subject,
        string jti = "exchange",
        string task = "discharge-4",
        (string Name, string? Value)? change = null
    )
    {
        var form = ExchangeForm(_world.Assertion(jti), subject, task: task);
        if (change is { } spoiled)
        {
            form.Remove(spoiled.Name);
            if (spoiled.Value is { } value)
            {
                form[spoiled.Name] = value;
            }
        }

        return _world.AskAsync(form);
    }
}
