using PhiGateway.Admin.Access;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Revocations;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Sessions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>What runs in a session ends with it, whoever ended it; idleness and a fresh sign-in end nothing that runs.</summary>
public sealed class SessionStandingTests
{
    private readonly ManualClock _clock = new();
    private readonly Registry _registry = new();
    private readonly ConsoleSessions _sessions;
    private readonly ConsoleSession _session;
    private readonly string _token;

    public SessionStandingTests()
    {
        var options = new ConsoleOptions { PublicBase = new Uri("http://console.example") };
        _sessions = new ConsoleSessions(options, _clock, new PersonSessions(null!, _registry));
        _session = Session();
        _token = _sessions.Begin(_session);
    }

    public static TheoryData<string, bool> Ends =>
        new()
        {
            { "nothing", true },
            { "idle", true },
            { "taken over", true },
            { "somebody else's revoked", true },
            { "signed out", false },
            { "signed out elsewhere", false },
            { "ended by a person", false },
            { "revoked", false },
            { "too old", false },
            { "taken over and signed out", false },
        };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Stands_CallThatRunsInASession_AsLongAsThatIsNotEnded(string what, bool stands)
    {
        var standing = new CallerStanding(null!, _clock);
        Assert.True(await standing.StandsAsync(_session.Caller, TestContext.Current.CancellationToken));

        Happen(what);

        Assert.Equal(stands, await standing.StandsAsync(_session.Caller, TestContext.Current.CancellationToken));
    }

    private void Happen(string what)
    {
        switch (what)
        {
            case "idle":
                _clock.Advance(TimeSpan.FromHours(1));
                Assert.Null(_sessions.Find(_token));
                break;
            case "signed out":
                _ = _sessions.End(_token);
                break;
            case "signed out elsewhere":
                Assert.Equal(1, _sessions.EndAll("sub-1", null, _clock.GetUtcNow()));
                break;
            case "ended by a person":
                Assert.Equal(1, _sessions.EndPerson("august@hospital.example"));
                break;
            case "revoked":
                _registry.Revoke("august@hospital.example", _clock.GetUtcNow());
                break;
            case "somebody else's revoked":
                _registry.Revoke("vera@hospital.example", _clock.GetUtcNow());
                break;
            case "too old":
                _clock.Advance(TimeSpan.FromHours(8));
                break;
            case "taken over" or "taken over and signed out":
                _ = _sessions.End(_token);
                var next = Session();
                next.TakeOver(_session);
                var token = _sessions.Begin(next);
                _ = what == "taken over" ? null : _sessions.End(token);
                break;
        }
    }

    private ConsoleSession Session() =>
        new(
            new AdminCaller("august@hospital.example", "oidc", ["auditor"]),
            "August",
            "",
            _clock.GetUtcNow(),
            new ProviderSession("sub-1", null)
        );

    private sealed class Registry : ISnapshotSource
    {
        public RegistrySnapshot Current { get; private set; } = TestRegistry.Build([]);

        public void Revoke(string person, DateTimeOffset at) =>
            Current = TestRegistry.Build(
                [],
                TestRegistry.Revocation(
                    RevocationTarget.Subject,
                    PersonSessions.KeyOf(person),
                    PersonSessions.Issuer,
                    at + TimeSpan.FromSeconds(1)
                )
            );
    }
}
