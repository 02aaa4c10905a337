using PhiGateway.Policy.Registry;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

/// <content>How requests of strangers to be registered are kept.</content>
public abstract partial class RegistryStoreContract
{
    [Fact]
    public async Task TryAddRequest_TheSameTwice_IsOneAndGivesBackWhatWasSaid()
    {
        var asked = Asked("reg-1");

        var first = await Storage.RegistrationRequests.TryAddAsync(asked, 10, None);
        var again = await Storage.RegistrationRequests.TryAddAsync(asked with { Peer = "203.0.113.9" }, 10, None);

        Assert.Equal(("203.0.113.7", RegistrationState.Pending), (first!.Peer, first.State));
        Assert.Equal("203.0.113.7", again!.Peer);
        var kept = Assert.Single(await Storage.RegistrationRequests.ListAsync(10, None));
        Assert.Equal(("Ärzte “heute”", "EC", asked.Words.Keys[0].X), (kept.Words.Name, kept.Words.Keys[0].Kty, kept.Words.Keys[0].X));
        Assert.Equal(asked.ReceivedAt, kept.ReceivedAt, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task TryAddRequest_ToAFullQueue_IsRefused_AndOneThatIsThereIsStillFound()
    {
        Assert.NotNull(await Storage.RegistrationRequests.TryAddAsync(Asked("reg-1"), 1, None));
        Assert.Null(await Storage.RegistrationRequests.TryAddAsync(Asked("reg-2"), 1, None));
        Assert.NotNull(await Storage.RegistrationRequests.TryAddAsync(Asked("reg-1"), 1, None));

        // What is decided takes no room any more.
        Assert.True(await Storage.RegistrationRequests.TryDecideAsync(Declined("reg-1"), None));
        Assert.NotNull(await Storage.RegistrationRequests.TryAddAsync(Asked("reg-2"), 1, None));
    }

    [Fact]
    public async Task TryDecideRequest_ByTwo_IsDecidedByTheFirst()
    {
        await Storage.RegistrationRequests.TryAddAsync(Asked("reg-1"), 10, None);
        var taken = Asked("reg-1") with
        {
            State = RegistrationState.Taken,
            Client = "acme",
            DecidedBy = "olga",
            DecidedAt = DateTimeOffset.UtcNow,
        };

        Assert.True(await Storage.RegistrationRequests.TryDecideAsync(taken, None));
        Assert.False(await Storage.RegistrationRequests.TryDecideAsync(Declined("reg-1"), None));
        Assert.False(await Storage.RegistrationRequests.TryDecideAsync(Declined("reg-2"), None));

        var kept = await Storage.RegistrationRequests.FindAsync("reg-1", None);
        Assert.Equal((RegistrationState.Taken, "acme", "olga"), (kept!.State, kept.Client, kept.DecidedBy));
    }

    [Fact]
    public async Task FindRequest_ThatIsOver_IsThereNoMore_AndIsDeleted()
    {
        var over = Asked("reg-1") with { Until = DateTimeOffset.UtcNow.AddMinutes(-1) };
        Assert.Null(await Storage.RegistrationRequests.TryAddAsync(over, 10, None));
        Assert.Empty(await Storage.RegistrationRequests.ListAsync(10, None));

        await Storage.RegistrationRequests.DropEndedAsync(None);

        // Its place is free again.
        Assert.NotNull(await Storage.RegistrationRequests.TryAddAsync(Asked("reg-1"), 10, None));
    }

    private static RegistrationRequest Declined(string id) =>
        Asked(id) with
        {
            State = RegistrationState.Declined,
            DecidedBy = "ada",
            DecidedAt = DateTimeOffset.UtcNow,
            Reason = "nobody knows them",
        };

    private static RegistrationRequest Asked(string id) =>
        new()
        {
            Id = id,
            ReceivedAt = DateTimeOffset.UtcNow,
            Until = DateTimeOffset.UtcNow.AddDays(31),
            Peer = "203.0.113.7",
            Words = new RegistrationWords
            {
                Form = "metadata",
                Name = "Ärzte “heute”",
                Keys =
                [
                    new PublicJwk
                    {
                        Kty = "EC",
                        Crv = "P-256",
                        X = new string('a', 43),
                        Y = new string('b', 43),
                    },
                ],
            },
        };
}
