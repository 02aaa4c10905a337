using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Policy.Compiling;

/// <summary>What clients gave back is forgotten once it is dead by itself; what an operator revoked is not.</summary>
public sealed class RevocationEndTests
{
    private readonly AdjustableClock _clock = new();

    [Fact]
    public void Take_ManyTokensThatEnd_AreForgottenAfterTheirEnd()
    {
        var editor = new RevocationEditor(_clock);
        for (var round = 0; round < 10; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                editor.Take(GivenBack($"{round}-{i}", "hash-" + i, _clock.GetUtcNow().AddMinutes(5)));
            }

            editor.DropEnded();
            Assert.True(editor.Publish().Contains(RevocationTarget.TokenHash, "hash-7"));
            _clock.Advance(TimeSpan.FromHours(1));
        }

        editor.Take(GivenBack("last", "other", _clock.GetUtcNow().AddMinutes(5)));
        editor.DropEnded();

        Assert.Equal(1, editor.Count);
        var set = editor.Publish();
        Assert.False(set.Contains(RevocationTarget.TokenHash, "hash-7"));
        Assert.True(set.HasTokens);
    }

    [Fact]
    public void Take_ATokenThatEnded_IsKeptAsLongAsClocksMayDiffer()
    {
        var editor = new RevocationEditor(_clock);
        editor.Take(GivenBack("one", "hash", _clock.GetUtcNow().AddMinutes(5)));
        _clock.Advance(TimeSpan.FromMinutes(5) + Revocation.KeptAfterEnd);
        editor.DropEnded();
        Assert.True(editor.Publish().HasTokens);

        _clock.Advance(TimeSpan.FromSeconds(1));
        editor.DropEnded();
        Assert.False(editor.Publish().HasTokens);

        // A load that brings it again, as after a start, brings nothing.
        editor.Take(GivenBack("one", "hash", _clock.GetUtcNow() - Revocation.KeptAfterEnd - TimeSpan.FromSeconds(1)));
        Assert.Equal((0, false), (editor.Count, editor.Publish().HasTokens));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Take_ATokenThatAnOperatorRevokedToo_StaysRevoked(bool operatorFirst)
    {
        var editor = new RevocationEditor(_clock);
        var given = GivenBack("given", "hash", _clock.GetUtcNow().AddMinutes(5));
        var revoked = GivenBack("revoked", "hash", null);
        editor.Take(operatorFirst ? revoked : given);
        editor.Take(operatorFirst ? given : revoked);

        _clock.Advance(TimeSpan.FromDays(400));
        editor.DropEnded();

        Assert.True(editor.Publish().Contains(RevocationTarget.TokenHash, "hash"));
        Assert.Equal(1, editor.Count);
    }

    // "End sessions of a person", and what a shared signal ended: nothing of before is alive a day later.
    [Fact]
    public void Take_ASubjectThatEnds_IsForgottenAfterItsEnd_AndAnOperatorsWordStays()
    {
        var editor = new RevocationEditor(_clock);
        var now = _clock.GetUtcNow();
        editor.Take(Subject("signal", "kim", now, now + Revocation.LongestLife));
        editor.Take(Subject("operator", "lee", now.AddHours(-1), null));
        editor.Take(Subject("signal-2", "lee", now, now + Revocation.LongestLife));
        editor.DropEnded();
        Assert.True(editor.Publish().IsSubjectBefore("idp", "kim", now.UtcTicks - 1));
        Assert.True(editor.Publish().IsSubjectBefore("idp", "lee", now.UtcTicks - 1));

        // A later signal counts until its own end.
        _clock.Advance(TimeSpan.FromHours(20));
        var later = _clock.GetUtcNow();
        editor.Take(Subject("again", "kim", later, later + Revocation.LongestLife));
        _clock.Advance(TimeSpan.FromHours(5));
        editor.DropEnded();
        Assert.True(editor.Publish().IsSubjectBefore("idp", "kim", later.UtcTicks - 1));
        Assert.False(editor.Publish().IsSubjectBefore("idp", "lee", now.UtcTicks - 1));
        Assert.True(editor.Publish().IsSubjectBefore("idp", "lee", now.AddHours(-2).UtcTicks));

        _clock.Advance(TimeSpan.FromHours(20));
        editor.DropEnded();
        Assert.False(editor.Publish().IsSubjectBefore("idp", "kim", later.UtcTicks - 1));
        Assert.Equal(1, editor.Count);
    }

    private static Revocation Subject(string id, string subject, DateTimeOffset before, DateTimeOffset? until) =>
        new(id, RevocationTarget.Subject, subject, "idp", before, "why", "who", before) { Until = until };

    [Fact]
    public void Take_TwoRowsOfOneToken_EndWithTheLater()
    {
        var editor = new RevocationEditor(_clock);
        editor.Take(GivenBack("late", "hash", _clock.GetUtcNow().AddHours(2)));
        editor.Take(GivenBack("soon", "hash", _clock.GetUtcNow().AddMinutes(5)));

        _clock.Advance(TimeSpan.FromHours(1));
        editor.DropEnded();
        Assert.True(editor.Publish().HasTokens);
        _clock.Advance(TimeSpan.FromHours(2));
        editor.DropEnded();
        Assert.False(editor.Publish().HasTokens);
    }

    [Fact]
    public void Take_LiftedAndRevokedWithoutAnEnd_StaysRevoked()
    {
        var editor = new RevocationEditor(_clock);
        editor.Take(GivenBack("given", "hash", _clock.GetUtcNow().AddMinutes(5)));
        editor.Take(GivenBack("lifted", "hash", null) with { Lifted = true });
        Assert.False(editor.Publish().HasTokens);
        editor.Take(GivenBack("revoked", "hash", null));

        _clock.Advance(TimeSpan.FromDays(1));
        editor.DropEnded();

        Assert.True(editor.Publish().HasTokens);
    }

    [Fact]
    public void Take_AnEndOfWhatIsNoToken_MeansNothing()
    {
        var editor = new RevocationEditor(_clock);
        editor.Take(
            new Revocation("client", RevocationTarget.Client, "acme", null, null, "left", "mary", _clock.GetUtcNow())
            {
                Until = _clock.GetUtcNow().AddMinutes(5),
            }
        );

        _clock.Advance(TimeSpan.FromDays(1));
        editor.DropEnded();

        Assert.True(editor.Publish().Contains(RevocationTarget.Client, "acme"));
    }

    private Revocation GivenBack(string id, string hash, DateTimeOffset? until) =>
        new(id, RevocationTarget.TokenHash, hash, null, null, "given back", "client/acme", _clock.GetUtcNow()) { Until = until };
}
