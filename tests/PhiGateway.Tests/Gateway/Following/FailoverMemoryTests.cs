using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Gateway.Following;

/// <summary>What a node remembers against a standby that lags, and for how long.</summary>
public sealed class FailoverMemoryTests
{
    private readonly AdjustableClock _clock = new();

    [Fact]
    public void Complete_ATokenGivenBackThatTheStandbyLacks_StaysRevokedWhileItLives()
    {
        var memory = new FailoverMemory(_clock);
        memory.Take(Changes(GivenBack("one", _clock.GetUtcNow().AddMinutes(5))));

        Assert.Equal("one", Assert.Single(memory.Complete(Changes()).Revocations).Id);
        Assert.NotNull(memory.Problem);

        // Dead by itself: nobody need write it anew.
        _clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Single(memory.Complete(Changes()).Revocations);
        Assert.Null(memory.Problem);

        // And long dead: nobody need remember it.
        _clock.Advance(Revocation.KeptAfterEnd);
        memory.Take(Changes(GivenBack("two", _clock.GetUtcNow().AddMinutes(5))));
        Assert.Equal("two", Assert.Single(memory.Complete(Changes()).Revocations).Id);
    }

    [Fact]
    public void Complete_AnOperatorsRevocation_IsNeverForgotten()
    {
        var memory = new FailoverMemory(_clock);
        memory.Take(Changes(GivenBack("one", null)));

        _clock.Advance(TimeSpan.FromDays(400));
        memory.Take(Changes(GivenBack("two", _clock.GetUtcNow().AddMinutes(5))));

        Assert.Equal(["one", "two"], memory.Complete(Changes()).Revocations.Select(static row => row.Id));
        Assert.NotNull(memory.Problem);
    }

    /// <summary>A row about the same name at another issuer, or of another year, does not say that what was lost was written anew.</summary>
    [Fact]
    public void Problem_OfALostRevocation_StandsUntilThatVeryThingIsWrittenAnew()
    {
        var memory = new FailoverMemory(_clock);
        var earlier = Of("january", "a");
        _clock.Advance(TimeSpan.FromDays(300));
        memory.Take(Changes(earlier, Of("november", "a")));
        Assert.Equal(["november", "january"], memory.Complete(Changes(earlier)).Revocations.Select(static row => row.Id));
        Assert.NotNull(memory.Problem);
        memory.Take(Changes(Of("other", "b")));
        Assert.NotNull(memory.Problem);

        memory.Take(Changes(Of("anew", "a")));
        Assert.Null(memory.Problem);

        // At the next failover too, though the row that was lost is not there.
        memory.Complete(Changes(earlier, Of("other", "b"), Of("anew", "a")));
        Assert.Null(memory.Problem);
    }

    private Revocation Of(string id, string issuer) =>
        new(id, RevocationTarget.Subject, "x", issuer, _clock.GetUtcNow(), "leak", "anna", _clock.GetUtcNow());

    private static RegistryChanges Changes(params Revocation[] rows) => new(1, [], [], rows);

    private Revocation GivenBack(string id, DateTimeOffset? until) =>
        new(id, RevocationTarget.TokenHash, "hash-of-" + id, null, null, "given back", "client/acme", _clock.GetUtcNow()) { Until = until };
}
