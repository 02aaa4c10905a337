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
        var kept = Assert.Single((await Storage.RegistrationRequests.ListAsync(new RegistrationFilter(), 0, 10, None)).Items);
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
        Assert.Equal(0, (await Storage.RegistrationRequests.ListAsync(new RegistrationFilter(), 0, 10, None)).Total);

        await Storage.RegistrationRequests.DropEndedAsync(None);

        // Its place is free again.
        Assert.NotNull(await Storage.RegistrationRequests.TryAddAsync(Asked("reg-1"), 10, None));
    }

    [Fact]
    public async Task ListRequests_OfAFilter_IsThoseAndNoOthers_WhateverThePart()
    {
        var requests = Storage.RegistrationRequests;
        var now = DateTimeOffset.UtcNow;
        for (var place = 0; place < 7; place++)
        {
            var one = Asked($"reg-{place}");
            Assert.NotNull(
                await requests.TryAddAsync(
                    one with
                    {
                        ReceivedAt = now.AddHours(place - 10),
                        Peer = place % 2 == 0 ? "203.0.113.7" : $"2001:db8:{place}::/64",
                        Words = one.Words with
                        {
                            Form = place < 3 ? "software-statement" : "metadata",
                            SignedBy = place < 3 ? $"https://“{place % 2}”.example" : null,
                        },
                    },
                    10,
                    None
                )
            );
        }

        Assert.True(await requests.TryDecideAsync(Declined("reg-0"), None));
        Assert.True(RegistrationFilter.TryParseNetwork("2001:db8::/32", out var network));

        Assert.Equal(["reg-1", "reg-3", "reg-5"], await IdsAsync(new RegistrationFilter { Network = network }));
        Assert.Equal(["reg-2", "reg-0"], await IdsAsync(new RegistrationFilter { SignedBy = "https://“0”.example" }));
        Assert.Equal(["reg-0"], await IdsAsync(new RegistrationFilter { State = RegistrationState.Declined }));
        Assert.Equal(["reg-1", "reg-2", "reg-0"], await IdsAsync(new RegistrationFilter { Form = "software-statement" }));
        Assert.Equal(["reg-1", "reg-2", "reg-0"], await IdsAsync(new RegistrationFilter { ReceivedBefore = now.AddHours(-7.5) }));
        Assert.Empty(await IdsAsync(new RegistrationFilter { SignedBy = "https://nobody.example" }));

        var part = await requests.ListAsync(new RegistrationFilter(), 2, 3, None);
        Assert.Equal((7, "reg-3 reg-4 reg-5"), (part.Total, string.Join(' ', part.Items.Select(static one => one.Id))));

        async Task<IEnumerable<string>> IdsAsync(RegistrationFilter filter) =>
            (await requests.ListAsync(filter, 0, 10, None)).Items.Select(static one => one.Id);
    }

    // What a stranger calls itself hides it from no filter, be it a NUL or what is written like one.
    [Fact]
    public async Task ListRequests_OfAForm_HasThoseWhoseNameIsLikeAnEscape()
    {
        string[] names = ["Epic \\u0000", "Epic \0"];
        foreach (var name in names)
        {
            var one = Asked($"reg-{name.Length}");
            var named = one with { Words = one.Words with { Name = name } };
            Assert.NotNull(await Storage.RegistrationRequests.TryAddAsync(named, 10, None));
        }

        var found = await Storage.RegistrationRequests.ListAsync(new RegistrationFilter { Form = "metadata" }, 0, 10, None);
        Assert.Equal(names, found.Items.Select(static one => one.Words.Name));
    }

    [Fact]
    public async Task DeclineRequests_Many_DeclinesThoseThatNobodyDecided_AndGivesTheirRoomBack()
    {
        var requests = Storage.RegistrationRequests;
        string[] ids = [.. Enumerable.Range(0, 600).Select(static place => $"reg-{place:d3}")];
        foreach (var id in ids)
        {
            Assert.NotNull(await requests.TryAddAsync(Asked(id), 600, None));
        }

        Assert.True(await requests.TryDecideAsync(Asked("reg-007") with { State = RegistrationState.Taken, Client = "acme" }, None));

        var declined = await requests.DeclineAsync([.. ids, "reg-none"], "ada", DateTimeOffset.UtcNow, "a flood", None);

        Assert.Equal(ids.Where(static id => id != "reg-007"), declined.Order(StringComparer.Ordinal));
        Assert.Empty(await requests.DeclineAsync(ids, "bob", DateTimeOffset.UtcNow, "again", None));
        var kept = await requests.FindAsync("reg-100", None);
        Assert.Equal((RegistrationState.Declined, "ada", "a flood"), (kept!.State, kept.DecidedBy, kept.Reason));
        Assert.Equal(RegistrationState.Taken, (await requests.FindAsync("reg-007", None))!.State);
        Assert.NotNull(await requests.TryAddAsync(Asked("reg-new"), 1, None));
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
