using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>What is rehearsed goes as far as the signature, and no further.</summary>
public sealed class TokenRehearsalTests : IDisposable
{
    private readonly IdentityHost _host = new(static issuer => issuer.Algorithms = ["ES256", "RS256", "PS256", "ES384"]);

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Run_KeysForSomeOfTheAlgorithms_IsRefusedForItsSignatureByEachOfThese()
    {
        _host.Publish(_host.Key, SigningKey.Rs256("k2"), SigningKey.Es384("k3"));

        var results = await RunAsync();

        Assert.Equal(3, results.Count);
        Assert.All(results, static result => Assert.Equal("token:signature", result.Detail));
        Assert.All(results, static result => Assert.Null(result.Caller));
    }

    // It takes no place of a token's, and teaches nothing about one.
    [Fact]
    public async Task Run_BeforeTheFirstToken_ChangesNothingForTheFirstToken()
    {
        await RunAsync();

        Assert.NotNull((await _host.BearerAsync(_host.Recipe())).Caller);
        var forged = await _host.AuthenticateAsync("Bearer " + _host.Recipe().SignWith(SigningKey.Es256("k1")));
        Assert.Equal((DenyReason.InvalidToken, "token:signature"), (forged.Refusal, forged.Detail));
    }

    // However often it is shown: those of whom no address is known share a count, and that is not the rehearsal's.
    [Fact]
    public async Task Run_AgainAndAgain_TakesNobodysRoom()
    {
        for (var shown = 0; shown <= 10 * FalseTokens.DefaultPerSecond; shown++)
        {
            await RunAsync();
        }

        Assert.NotNull((await _host.BearerAsync(_host.Recipe())).Caller);
    }

    [Fact]
    public async Task Run_KeysOfNoneOfTheAlgorithms_ShowsNothing()
    {
        _host.Publish(SigningKey.Es512("k1"));

        Assert.Empty(await RunAsync());
    }

    [Fact]
    public async Task Refresher_Started_GoesOnWhateverComesOfARehearsal()
    {
        using var refresher = new IssuerKeyRefresher(_host.Directory, _host.Clock, Rehearsal().RunAsync);
        await refresher.StartAsync(CancellationToken.None);
        while (_host.Directory.Issuers[0].Keys.Current is null)
        {
            await Task.Delay(10);
        }

        await refresher.StopAsync(CancellationToken.None);
        Assert.NotNull((await _host.BearerAsync(_host.Recipe())).Caller);
    }

    // Nothing is known of a rehearsal's faults but that it has some: the keys come all the same.
    [Fact]
    public async Task Refresher_RehearsalThatFails_KeepsTheKeysFresh()
    {
        var asked = new TaskCompletionSource();
        using var refresher = new IssuerKeyRefresher(
            _host.Directory,
            _host.Clock,
            (_, _) =>
            {
                asked.TrySetResult();
                throw new InvalidOperationException("No.");
            }
        );
        await refresher.StartAsync(CancellationToken.None);
        await asked.Task;
        await refresher.StopAsync(CancellationToken.None);

        Assert.False(refresher.ExecuteTask!.IsFaulted);
        Assert.NotNull(_host.Directory.Issuers[0].Keys.Current);
    }

    private TokenRehearsal Rehearsal() => new(_host.Get<IServiceScopeFactory>(), _host.Authenticator, _host.Clock);

    private async Task<IReadOnlyList<CallerResult>> RunAsync()
    {
        var issuer = _host.Directory.Issuers[0];
        return await Rehearsal().RunAsync(issuer, (await issuer.Keys.RefreshAsync(force: true))!);
    }
}
