using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Signing;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>A file among the signing keys that is none, or empty, keeps the ring neither from being opened nor from turning.</summary>
public sealed class KeyRingFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-keys-");
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("")]
    [InlineData("no key")]
    public async Task Refresh_WithAFileThatIsNoKey_TurnsAllTheSame(string content)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "123-torn.pem"), content);
        using var ring = KeyRing.Open(
            new TokenServiceOptions { KeyDirectory = _folder.FullName, RotateAfter = TimeSpan.FromDays(30) },
            "a secret of this test",
            _clock
        );
        var first = Assert.Single(ring.Keys);

        _clock.Advance(TimeSpan.FromDays(31));
        await ring.RefreshAsync(default);
        Assert.Equal([first.Id], ring.Keys.Take(1).Select(static key => key.Id));
        Assert.Equal(2, ring.Keys.Count);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
