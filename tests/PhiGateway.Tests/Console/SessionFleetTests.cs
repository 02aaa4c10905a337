using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Admin.Calls;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Sessions;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>A person signed in at one node goes on at another, and what ended at one has ended at all; nothing else goes along.</summary>
public sealed class SessionFleetTests : IDisposable
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    private readonly ManualClock _clock = new();
    private readonly SharedUses _ends = new();
    private readonly List<SessionFleet> _made = [];
    private readonly SessionFleet _one;
    private readonly SessionFleet _other;

    public SessionFleetTests() => (_one, _other) = (Node(Key), Node(Key));

    public void Dispose() => _made.ForEach(static node => node.Dispose());

    [Fact]
    public async Task Find_AtAnotherNode_IsThePersonWithTheSameForms()
    {
        var session = Session();
        var cookie = await _one.BeginAsync(session);
        session.Open(new OpenedPatient("key", "north", "p-1", "a complaint"));
        session.Held = new HeldStep("/console/patient", true, []);
        var found = (await _other.FindAsync(cookie, isClick: true))?.Session;

        Assert.NotNull(found);
        Assert.Equal(session.FormToken, found.FormToken);
        Assert.Equal(
            ("august@hospital.example", "oidc", "auditor", session.Begun, session.Proof),
            (found.Caller.Person, found.Caller.Method, Assert.Single(found.Caller.Roles), found.Begun, found.Proof)
        );
        Assert.Same(found, found.Caller.Session);

        // A patient, and what waits, stay where they are: neither is in the browser.
        Assert.Null(found.FindOpened("key"));
        Assert.Null(found.Held);
        Assert.DoesNotContain("p-1", cookie, StringComparison.Ordinal);
        Assert.Same(found, (await _other.FindAsync(cookie, isClick: true))?.Session);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(70, false)]
    public async Task Find_AtAnotherNodeBehindTheSignIn_MayBeWhereThatLed(int seconds, bool isLanding)
    {
        var cookie = await _one.BeginAsync(Session());
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        var found = (await _other.FindAsync(cookie, isClick: true))?.Session;

        Assert.NotNull(found);
        Assert.Equal(isLanding, found.TakeLanding());
        Assert.False(found.TakeLanding());
    }

    public static TheoryData<string> Endings => new("signed out", "signed in anew", "ended at the provider", "too many");

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task Find_AfterItEndedAtOneNode_HasEndedAtAll(string how)
    {
        var cookie = await _one.BeginAsync(Session());
        Assert.NotNull(await _other.FindAsync(cookie, isClick: true));
        switch (how)
        {
            case "signed out":
                _ = await _one.EndAsync(cookie);
                break;
            case "signed in anew":
                _ = await _one.EndKeptAsync(_one.KeyOf(cookie)!);
                break;
            case "ended at the provider":
                // The provider's word comes to a node that never saw the session.
                Assert.Equal(0, await Node(Key).EndAllAsync(null, "sid-1", _clock.GetUtcNow()));
                break;
            case "too many":
                for (var i = 0; i < ConsoleSessions.MostOfOne; i++)
                {
                    _clock.Advance(TimeSpan.FromSeconds(1));
                    _ = await _one.BeginAsync(Session(provider: "sid-" + i + 2));
                }

                break;
        }

        Assert.Null(await _one.FindAsync(cookie, isClick: true));
        Assert.Null(await _other.FindAsync(cookie, isClick: true));
        Assert.Null(await Node(Key).FindAsync(cookie, isClick: true));
    }

    // A provider may keep one session, and its id, over a logout here; and may tell of the logout late, or twice.
    [Theory]
    [InlineData(null, "sid-1", true)]
    [InlineData(null, "sid-1", false)]
    [InlineData("sub-1", null, true)]
    [InlineData("sub-1", null, false)]
    public async Task EndAll_OfAMoment_LeavesWhatBeganAfterIt(string? subject, string? id, bool isShared)
    {
        var (one, other) = isShared ? (_one, _other) : (Node(null), Node(null));
        var before = await one.BeginAsync(Session());
        var (bystander, stranger) = (await one.BeginAsync(Session(provider: "sid-9", subject: "sub-9")), "sub-8");
        _clock.Advance(TimeSpan.FromSeconds(30));
        var moment = _clock.GetUtcNow();
        _ = await other.EndAllAsync(subject, id, moment);
        _ = await other.EndAllAsync(stranger, null, moment);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var after = await one.BeginAsync(Session());
        _ = await one.EndAllAsync(subject, id, moment);
        var uses = _ends.Count;
        for (var again = 0; again < 20; again++)
        {
            _ = await other.EndAllAsync(subject, id, moment.AddSeconds(-again));
        }

        Assert.Equal(uses, _ends.Count);
        Assert.Null(await one.FindAsync(before, isClick: true));
        Assert.NotNull(await one.FindAsync(after, isClick: true));
        Assert.NotNull(await one.FindAsync(bystander, isClick: true));

        // The next one ends it.
        _ = await other.EndAllAsync(subject, id, _clock.GetUtcNow());
        Assert.Null(await one.FindAsync(after, isClick: true));
        Assert.NotNull(await one.FindAsync(bystander, isClick: true));
    }

    // Its clock is behind ours: both moments are its own.
    [Fact]
    public async Task EndAll_OfAProviderWhoseClockIsBehind_EndsWhatItBegan()
    {
        var theirs = _clock.GetUtcNow().AddMinutes(-10);
        var cookie = await _one.BeginAsync(Session(said: theirs));
        var later = await _one.BeginAsync(Session(said: theirs.AddSeconds(21)));

        _ = await _other.EndAllAsync("sub-1", null, theirs.AddSeconds(20));
        Assert.Null(await _one.FindAsync(cookie, isClick: true));
        Assert.NotNull(await _one.FindAsync(later, isClick: true));
    }

    [Fact]
    public async Task EndAll_WhileTheStoreIsAway_IsToldWhenItIsBack()
    {
        var cookie = await _one.BeginAsync(Session());
        _ends.IsAway = true;
        _ = await _other.EndAllAsync("sub-1", null, _clock.GetUtcNow());
        _ends.IsAway = false;
        Assert.NotNull(await _one.FindAsync(cookie, isClick: false));
        await _other.CatchUpAsync();

        Assert.Null(await _one.FindAsync(cookie, isClick: false));
    }

    [Fact]
    public async Task Find_WhatIsTooLargeForACookie_HasEndedWhereTheProviderSaysSo()
    {
        var cookie = await _one.BeginAsync(Session(new string('n', 4000)));
        Assert.NotNull(await _one.FindAsync(cookie, isClick: true));
        _ = await _other.EndAllAsync(null, "sid-1", _clock.GetUtcNow());

        Assert.Null(await _one.FindAsync(cookie, isClick: true));
    }

    [Fact]
    public async Task Find_AnotherSessionOfTheSamePerson_GoesOn()
    {
        var first = await _one.BeginAsync(Session());
        var second = await _one.BeginAsync(Session(provider: "sid-2"));
        _ = await _one.EndAsync(first);

        Assert.NotNull(await _other.FindAsync(second, isClick: true));
    }

    [Fact]
    public async Task Find_AfterIdleness_CountsTheClicksOfAllNodes()
    {
        var cookie = await _one.BeginAsync(Session());
        for (var i = 0; i < 4; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(10));
            var found = await (i % 2 == 0 ? _other : _one).FindAsync(cookie, isClick: true);
            Assert.NotNull(found);
            cookie = found.Cookie ?? cookie;
        }

        var stale = cookie;
        _clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Null(await _one.FindAsync(cookie, isClick: true));
        Assert.Null(await _other.FindAsync(stale, isClick: true));
    }

    [Fact]
    public async Task Find_WhatNobodyClicks_KeepsNothingAlive()
    {
        var cookie = await _one.BeginAsync(Session());
        for (var i = 0; i < 2; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(7));
            Assert.Null((await _other.FindAsync(cookie, isClick: false))?.Cookie);
        }

        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(await _other.FindAsync(cookie, isClick: false));
    }

    [Fact]
    public async Task Find_InUseForLong_EndsAtEveryNode()
    {
        var cookie = await _one.BeginAsync(Session());
        for (var minutes = 10; minutes < 8 * 60; minutes += 10)
        {
            _clock.Advance(TimeSpan.FromMinutes(10));
            cookie = (await _one.FindAsync(cookie, isClick: true))?.Cookie ?? cookie;
        }

        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(await _other.FindAsync(cookie, isClick: true));
    }

    [Theory]
    [InlineData("another key")]
    [InlineData("altered")]
    [InlineData("no cookie of ours")]
    [InlineData("a token of another node")]
    public async Task Find_WhatNoNodeSealed_IsNobody(string what)
    {
        var cookie = await _one.BeginAsync(Session());
        cookie = what switch
        {
            "another key" => await Node(RandomNumberGenerator.GetBytes(32)).BeginAsync(Session()),
            "altered" => cookie[..^6] + (cookie[^6] == 'A' ? 'B' : 'A') + cookie[^5..],
            "no cookie of ours" => "~~" + new string('x', 200),
            _ => await Node(null).BeginAsync(Session()),
        };

        Assert.Null(await _other.FindAsync(cookie, isClick: true));
        Assert.Null(_other.KeyOf("~" + cookie));
    }

    [Fact]
    public async Task Find_WhileTheStoreIsAway_GoesOnHereAndIsTakenOverNowhere()
    {
        var cookie = await _one.BeginAsync(Session());
        _ends.IsAway = true;

        Assert.NotNull(await _one.FindAsync(cookie, isClick: true));
        Assert.Null(await _other.FindAsync(cookie, isClick: true));

        // An end that could not be told is told when the store is back.
        _ = await _one.EndAsync(cookie);
        Assert.Null(await _one.FindAsync(cookie, isClick: true));
        _ends.IsAway = false;
        Assert.NotNull(await _other.FindAsync(cookie, isClick: false));
        await _one.CatchUpAsync();
        Assert.Null(await _other.FindAsync(cookie, isClick: true));
    }

    [Fact]
    public async Task CatchUp_WhatRunsInASessionThatEndedElsewhere_EndsToo()
    {
        var session = Session();
        var cookie = await _one.BeginAsync(session);
        session.HasWork = true;
        await _one.CatchUpAsync();
        Assert.False(session.IsOver);

        Assert.NotNull(await _other.FindAsync(cookie, isClick: true));
        _ = await _other.EndAsync(cookie);
        await _one.CatchUpAsync();
        Assert.True(session.IsOver);
    }

    [Fact]
    public async Task Begin_WhatIsTooLargeForACookie_StaysAtItsNode()
    {
        var cookie = await _one.BeginAsync(Session(new string('n', 4000)));

        Assert.True(SessionToken.IsOne(cookie));
        Assert.NotNull(await _one.FindAsync(cookie, isClick: true));
        Assert.Null(await _other.FindAsync(cookie, isClick: true));
    }

    // The same key in another deployment, or where roles are given otherwise, is no way in.
    [Theory]
    [InlineData("staging", "http://console.example", "phigw")]
    [InlineData("", "http://other.example", "phigw")]
    [InlineData("", "http://console.example", "another")]
    public async Task Find_SealedUnderOtherCircumstances_IsNobody(string environment, string address, string client)
    {
        var cookie = await _one.BeginAsync(Session());

        Assert.Null(await Node(Key, environment, address, client).FindAsync(cookie, isClick: true));
        Assert.NotNull(await Node(Key).FindAsync(cookie, isClick: true));
    }

    [Fact]
    public async Task End_WhileTheStoreIsAway_IsSaidToBeUntoldUntilItIsTold()
    {
        var cookie = await _one.BeginAsync(Session());
        _ends.IsAway = true;
        Assert.Equal("august@hospital.example", _other.Open(cookie)?.Caller.Person);
        _ = await _other.EndAsync(cookie);
        Assert.True(_other.IsUntold(cookie));

        _ends.IsAway = false;
        await _other.CatchUpAsync();
        Assert.False(_other.IsUntold(cookie));
        Assert.Null(await _one.FindAsync(cookie, isClick: true));
    }

    private SessionFleet Node(byte[]? key, string environment = "", string address = "http://console.example", string client = "phigw")
    {
        var options = new ConsoleOptions
        {
            PublicBase = new Uri(address),
            Environment = environment,
            ClientId = client,
            SignInKey = key,
        };
        var node = new SessionFleet(new ConsoleSessions(options, _clock), options, _clock, NullLogger<SessionFleet>.Instance, ends: _ends);
        _made.Add(node);
        return node;
    }

    private ConsoleSession Session(
        string name = "August",
        string provider = "sid-1",
        string subject = "sub-1",
        DateTimeOffset? said = null
    ) =>
        new(
            new AdminCaller("august@hospital.example", "oidc", ["auditor"]),
            name,
            "",
            _clock.GetUtcNow(),
            new ProviderSession(subject, provider, said ?? _clock.GetUtcNow())
        )
        {
            Proof = new SignInProof(_clock.GetUtcNow(), "mfa"),
        };
}
