using PhiGateway.Policy.Registry;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

public abstract partial class RegistryStoreContract
{
    [Fact]
    public async Task Revoke_TokensThatEndedLongAgo_AreDeletedAndNothingElse()
    {
        var now = DateTimeOffset.UtcNow;
        var ended = GivenBack("ended", now - Revocation.KeptAfterEnd - TimeSpan.FromMinutes(1));
        var justEnded = GivenBack("just-ended", now - TimeSpan.FromMinutes(1));
        var alive = GivenBack("alive", now + TimeSpan.FromMinutes(4));
        var forever = GivenBack("forever", null);
        // An end of what is no token means nothing.
        var client = Revoke("client", "acme") with
        {
            Until = Moment(0),
        };
        await Store.WriteAsync(new RegistryBatch([]) { Revocations = [ended, justEnded, forever, client] }, "tester", None);

        await Store.RevokeAsync(alive, None);

        Assert.Equal(
            ["just-ended", "forever", "client", "alive"],
            (await Source.LoadAllAsync(None)).Revocations.Select(static row => row.Id)
        );
        // What a node that asks by revision is given goes on as before.
        Assert.Equal("alive", Assert.Single((await Source.LoadSinceAsync(await Store.GetRevisionAsync(None) - 1, None)).Revocations).Id);
    }

    [Fact]
    public async Task Revoke_WithAnEnd_ReadsBackTheSame()
    {
        var row = GivenBack("x1", Moment(5));
        await Store.RevokeAsync(Revoke("first", "acme"), None);
        var revision = await Store.RevokeAsync(row with { Until = DateTimeOffset.UnixEpoch.AddYears(100) }, None);

        Assert.Equal(DateTimeOffset.UnixEpoch.AddYears(100), (await Store.ListRevocationsAsync(1, None))[0].Until);
        Assert.Null((await Store.ListRevocationsAsync(2, None))[1].Until);
        Assert.Equal(revision, await Store.RevokeAsync(row with { Until = DateTimeOffset.UnixEpoch.AddYears(100) }, None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.RevokeAsync(row with { Until = null }, None));
    }

    [Fact]
    public async Task IsDeleted_OfOneDocument_IsTrueWhileItIsGoneAlone()
    {
        await PutAsync(RegistryKind.Agreement, "a", "1", 0);
        Assert.False(await IsDeletedAsync("a"));

        await PutAsync(RegistryKind.Agreement, "a", null, 1);
        Assert.True(await IsDeletedAsync("a"));
        Assert.False(await Store.IsDeletedAsync(RegistryKind.Client, "a", None));
        // Whoever searches may ask for any text.
        Assert.False(await IsDeletedAsync("a\0"));
        Assert.False(await IsDeletedAsync("\ud800"));

        await PutAsync(RegistryKind.Agreement, "a", "2", null);
        Assert.False(await IsDeletedAsync("a"));

        Task<bool> IsDeletedAsync(string id) => Store.IsDeletedAsync(RegistryKind.Agreement, id, None);
    }

    private static Revocation GivenBack(string id, DateTimeOffset? until) =>
        new(id, RevocationTarget.TokenHash, "hash-of-" + id, null, null, "given back", "tester", Moment(0)) { Until = until };
}
