using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Gateway.Upstream.Credentials;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Gateway.Upstream;

/// <summary>A credential for upstreams is made once for however many ask, ahead of its end, and again after a failure only in time.</summary>
public sealed class HeldCredentialTests
{
    private readonly ManualClock _clock = new();
    private readonly Maker _maker = new();

    [Fact]
    public async Task RenewAsync_ManyAsk_OneIsMade()
    {
        var held = Held();
        var asked = Enumerable.Range(0, 50).Select(_ => held.RenewAsync(null, CancellationToken.None).AsTask()).ToList();
        _maker.Give("Bearer one", TimeSpan.FromMinutes(5));

        Assert.All(await Task.WhenAll(asked), static value => Assert.Equal("Bearer one", value));
        Assert.Equal(1, _maker.Made);
        Assert.Equal("Bearer one", held.Current);
    }

    [Fact]
    public async Task Look_AheadOfTheEnd_MakesTheNextWhileTheOldIsSent()
    {
        var held = Held();
        _maker.Give("Bearer one", TimeSpan.FromMinutes(5));
        await held.RenewAsync(null, CancellationToken.None);

        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Null(held.Look());
        _clock.Advance(TimeSpan.FromMinutes(1.5));
        var running = held.Look();

        Assert.NotNull(running);
        Assert.Equal("Bearer one", held.Current);
        _maker.Give("Bearer two", TimeSpan.FromMinutes(5));
        await running;
        Assert.Equal("Bearer two", held.Current);
    }

    [Fact]
    public async Task Look_PastTheEnd_SendsItNoMore()
    {
        var held = Held();
        _maker.Give("Bearer one", TimeSpan.FromMinutes(5));
        await held.RenewAsync(null, CancellationToken.None);

        _clock.Advance(TimeSpan.FromMinutes(5));
        _ = held.Look();

        Assert.Null(held.Current);
        Assert.False(held.Status.IsThere);
        _maker.Give("Bearer two", TimeSpan.FromMinutes(5));
        Assert.Equal("Bearer two", await held.RenewAsync(null, CancellationToken.None));
    }

    [Fact]
    public async Task RenewAsync_AfterAFailure_WaitsBeforeItTriesAgainAndSaysWhy()
    {
        var held = Held();
        _maker.Fail("the token endpoint answered 400 (invalid_client)");

        Assert.Null(await held.RenewAsync(null, CancellationToken.None));
        Assert.Null(await held.RenewAsync(null, CancellationToken.None));

        Assert.Equal(1, _maker.Made);
        Assert.Equal("the token endpoint answered 400 (invalid_client)", held.Status.Problem);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _maker.Give("Bearer one", TimeSpan.FromMinutes(5));
        Assert.Equal("Bearer one", await held.RenewAsync(null, CancellationToken.None));
        Assert.Null(held.Status.Problem);
    }

    [Fact]
    public async Task RenewAsync_RefusedByTheUpstream_MakesAnotherOnceAndNotForEveryRefusal()
    {
        var held = Held();
        _maker.Give("Bearer one", TimeSpan.FromMinutes(5));
        await held.RenewAsync(null, CancellationToken.None);

        _maker.Give("Bearer two", TimeSpan.FromMinutes(5));
        Assert.Equal("Bearer two", await held.RenewAsync("Bearer one", CancellationToken.None));
        // Who was late with the old one is told of the new one; and an upstream that refuses that too gets no third.
        Assert.Equal("Bearer two", await held.RenewAsync("Bearer one", CancellationToken.None));
        Assert.Null(await held.RenewAsync("Bearer two", CancellationToken.None));

        Assert.Equal(2, _maker.Made);
        Assert.Equal("Bearer two", held.Current);
        _clock.Advance(HeldCredential.RefusedEvery);
        _maker.Give("Bearer three", TimeSpan.FromMinutes(5));
        Assert.Equal("Bearer three", await held.RenewAsync("Bearer two", CancellationToken.None));
    }

    [Fact]
    public async Task RenewAsync_TheSameAgain_IsNoOther()
    {
        var held = Held();
        _maker.Give("Bearer one", null);
        await held.RenewAsync(null, CancellationToken.None);
        _maker.Give("Bearer one", null);

        Assert.Null(await held.RenewAsync("Bearer one", CancellationToken.None));

        Assert.Equal("Bearer one", held.Current);
    }

    [Fact]
    public async Task Look_ASecretThatCannotBeReadAnyMore_StaysAsItWas()
    {
        var held = Held();
        _maker.Give("Bearer one", null);
        await held.RenewAsync(null, CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(5));
        _maker.Fail("the file /run/ehr cannot be read");

        await held.Look()!;

        Assert.Equal(("Bearer one", "the file /run/ehr cannot be read"), (held.Current, held.Status.Problem));
    }

    [Theory]
    [InlineData("Bearer a\r\nX-Evil: 1")]
    [InlineData("Bearer \u00e9")]
    [InlineData("")]
    public async Task RenewAsync_WhatCannotStandInAHeader_IsNotSent(string value)
    {
        var held = Held();
        _maker.Give(value, null);

        Assert.Null(await held.RenewAsync(null, CancellationToken.None));

        Assert.Null(held.Current);
        Assert.Equal("it cannot stand in a header", held.Status.Problem);
    }

    private HeldCredential Held() => new("ehr", _maker, _clock, NullLogger.Instance);

    /// <summary>Makes what it is given, when it is given something.</summary>
    private sealed class Maker : ICredentialMaker
    {
        private readonly System.Threading.Channels.Channel<Func<MadeCredential>> _given = System.Threading.Channels.Channel.CreateUnbounded<
            Func<MadeCredential>
        >();
        private int _made;

        public TimeSpan? Every => TimeSpan.FromSeconds(5);

        public int Made => Volatile.Read(ref _made);

        public void Give(string value, TimeSpan? life) => _given.Writer.TryWrite(() => new MadeCredential(value, life));

        public void Fail(string problem) => _given.Writer.TryWrite(() => throw new CredentialException(problem));

        public async ValueTask<MadeCredential> MakeAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _made);
            return (await _given.Reader.ReadAsync(cancellationToken))();
        }
    }
}
