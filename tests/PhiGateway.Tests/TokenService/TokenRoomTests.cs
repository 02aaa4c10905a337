using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>What one client may take of the token service: requests, records, rows, and the length of what it is given.</summary>
public sealed class TokenRoomTests : IDisposable
{
    private readonly TokenWorld _world = new();
    private int _assertions;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Endpoints_AskedFasterThanOneClientMay_AnswerTooManyUntilASecondLater()
    {
        _world.Options.RequestsPerSecond = 6;
        var token = (await _world.AskAsync(TokenWorld.Form(Assertion()))).Token;
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(200, (await _world.IntrospectAsync(Assertion(), token)).Status);
        }

        var uses = _world.Shared.Count;
        TokenReply[] refused =
        [
            await _world.AskAsync(TokenWorld.Form(Assertion())),
            await _world.IntrospectAsync(Assertion(), token),
            await _world.RevokeAsync(Assertion(), token),
        ];

        Assert.All(refused, static reply => Assert.Equal((429, "temporarily_unavailable"), (reply.Status, reply.Error)));
        Assert.All(refused, static reply => Assert.Equal("1", reply.Headers.RetryAfter.ToString()));
        // Nothing was written for any of them, in the database neither.
        Assert.Equal(uses, _world.Shared.Count);
        Assert.Equal(0, _world.Store.Writes);
        Assert.Equal("assertion:no-room", _world.Journal.Records[^1].Rule);

        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await _world.RevokeAsync(Assertion(), token)).Status);
    }

    [Fact]
    public async Task Token_AssertionThatFoundNoRoom_IsGoodOnceThereIs()
    {
        _world.Options.RequestsPerSecond = 1;
        Assert.Equal(200, (await _world.AskAsync(TokenWorld.Form(Assertion()))).Status);
        var assertion = Assertion();
        Assert.Equal(429, (await _world.AskAsync(TokenWorld.Form(assertion))).Status);

        _world.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(200, (await _world.AskAsync(TokenWorld.Form(assertion))).Status);
    }

    [Fact]
    public async Task Token_SomebodyReplaysTheClientsAssertion_TakesNoRoomOfTheClients()
    {
        _world.Options.RequestsPerSecond = 3;
        var stolen = Assertion();
        Assert.Equal(200, (await _world.AskAsync(TokenWorld.Form(stolen))).Status);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("invalid_client", (await _world.AskAsync(TokenWorld.Form(stolen))).Error);
        }

        Assert.Equal(200, (await _world.AskAsync(TokenWorld.Form(Assertion()))).Status);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(8, 8)]
    [InlineData(1000, 20)]
    public async Task Token_OfAClientWithALimitOfItsOwn_GoesAtTheSmallerButNotBelowFive(int own, int atOnce)
    {
        using var world = new TokenWorld(client: TestRegistry.Client() with { Limits = new ClientLimits { RequestsPerSecond = own } });
        for (var i = 0; i < atOnce; i++)
        {
            Assert.Equal(200, (await world.AskAsync(TokenWorld.Form(world.Assertion($"a{i}")))).Status);
        }

        Assert.Equal(429, (await world.AskAsync(TokenWorld.Form(world.Assertion("more")))).Status);
    }

    [Fact]
    public async Task Token_MoreAtOnceThanOneClientMay_AnswersTooMany()
    {
        _world.Options.Concurrency = 1;
        TokenReply? inner = null;
        var asked = false;
        // While the first is put on record the second comes.
        _world.Journal.Appended = record =>
        {
            if (record.Event == "token.issue" && record.Decision == "permit" && !asked)
            {
                asked = true;
                inner = _world.AskAsync(TokenWorld.Form(Assertion())).GetAwaiter().GetResult();
            }
        };

        Assert.Equal(200, (await _world.AskAsync(TokenWorld.Form(Assertion()))).Status);
        Assert.Equal(429, inner!.Status);
        Assert.Equal(200, (await _world.AskAsync(TokenWorld.Form(Assertion()))).Status);
    }

    [Fact]
    public async Task Revoke_WhileOnlyTheLastReserveIsLeft_TakesNothingOfIt()
    {
        var token = (await _world.AskAsync(TokenWorld.Form(Assertion()))).Token;
        _world.Journal.HasOnlyItsReserve = true;

        Assert.Equal(503, (await _world.RevokeAsync(Assertion(), token)).Status);
        Assert.Equal(0, _world.Store.Writes);

        _world.Journal.HasOnlyItsReserve = false;
        Assert.Equal(200, (await _world.RevokeAsync(Assertion(), token)).Status);
    }

    [Fact]
    public async Task Revoke_OwnToken_IsARowThatEndsWithTheToken()
    {
        var reply = await _world.AskAsync(TokenWorld.Form(Assertion()));
        await _world.RevokeAsync(Assertion(), reply.Token);

        var row = Assert.Single(await _world.Store.ListRevocationsAsync(10, CancellationToken.None));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds((long)reply.Claims["exp"]!), row.Until);
    }

    [Fact]
    public async Task Token_ScopeThatWouldBeLongerThanAnybodyReads_IsRefusedAndNotOnRecord()
    {
        using var world = new TokenWorld(useCase: EveryType);
        string[] letters = ["r", "s", "rs", "c", "cr", "cs", "crs", "u", "ru", "us", "rus", "cu", "cru", "cus", "crus"];
        var asked = string.Join(' ', letters.Select(static letter => "system/*." + letter));

        var reply = await world.AskAsync(TokenWorld.Form(world.Assertion(), asked));

        Assert.Equal((400, "invalid_scope"), (reply.Status, reply.Error));
        Assert.All(world.Journal.Records, static record => Assert.Null(record.Scope));
        Assert.Equal("scope:too-long", world.Journal.Records[^1].Rule);

        // Every type there is, with all that is approved, is no long scope.
        var whole = await world.AskAsync(TokenWorld.Form(world.Assertion("twin"), "system/*.cruds"));
        Assert.Equal(200, whole.Status);
        Assert.True((bool)(await world.IntrospectAsync(world.Assertion("ask"), whole.Token)).Json!["active"]!);
    }

    [Fact]
    public async Task Token_ScopeThatGrowsInTheToken_IsRefusedAndNotOnRecord()
    {
        // One sign of it is six in JSON.
        var asked = "system/Observation.rs?code=" + new string('\'', 4000);

        var reply = await _world.AskAsync(TokenWorld.Form(Assertion(), asked));

        Assert.Equal((400, "invalid_scope"), (reply.Status, reply.Error));
        Assert.Equal("scope:too-long", Assert.Single(_world.Journal.Records).Rule);
        Assert.Null(_world.Journal.Records[0].Scope);
        var shorter = "system/Observation.rs?code=" + new string('\'', 400);
        Assert.Equal(200, (await _world.AskAsync(TokenWorld.Form(Assertion(), shorter))).Status);
    }

    private static UseCase EveryType =>
        TestRegistry.UseCase(
            grants: TestRegistry.Grant() with
            {
                Types = [.. ResourceTypeNames.All],
                Interactions = ["read", "search", "create", "update"],
            }
        );

    private string Assertion() => _world.Assertion($"room-{++_assertions}");
}
