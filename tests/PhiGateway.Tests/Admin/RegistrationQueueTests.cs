using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What people do with strangers that asked to be registered: two of them make a client of one, one declines it.</summary>
public sealed class RegistrationQueueTests
{
    private const string Queue = "/admin/v1/registrations";
    private const string Many = Queue + ":decline";
    private const string Take = Queue + "/reg-1:take";
    private const string Body =
        """{"client":"newcomer","use_case":"lab-results","owner":"mary@hospital.example","reason":"The vendor rang."}""";

    [Fact]
    public async Task Take_ByOnePerson_MakesASubmittedClientThatAnotherApproves()
    {
        await using var server = await StartAsync();

        var taken = await server.PostAsync(Take, Body);

        Assert.True(taken.Status == 200, taken.Text);
        Assert.Equal(("submitted", "olga@hospital.example"), ((string)taken.Json["status"]!, (string)taken.Json["requestedBy"]!));
        var key = (await server.GetAsync("/admin/v1/credentials/newcomer-key-1")).Json;
        Assert.Equal(("client-key", "reg-1", "phi-gateway"), ((string)key["kind"]!, (string)key["clientId"]!, (string)key["issuer"]!));
        Assert.DoesNotContain("evil", (await server.GetAsync("/admin/v1/clients/newcomer")).Text, StringComparison.Ordinal);

        var posture = (await server.GetAsync("/admin/v1/clients/newcomer/posture")).Json;
        var approve = $$"""{"fingerprint":"{{(string)posture["fingerprint"]!}}"}""";
        Assert.Equal(403, (await server.PostAsync("/admin/v1/clients/newcomer:approve", approve, "olga")).Status);
        var approved = await server.PostAsync("/admin/v1/clients/newcomer:approve", approve, "anna");
        Assert.True(approved.Status == 200, approved.Text);

        var entry = (await server.GetAsync(Queue)).Json["items"]![0]!;
        Assert.Equal(("taken", "newcomer"), ((string)entry["state"]!, (string)entry["client"]!));
        Assert.Contains(server.Journal.Records, static record => record is { Event: "registration.take", Target: "registration/reg-1" });
    }

    [Fact]
    public async Task Take_OfOneThatIsDecided_IsRefused_AndOfAnIdThatIsTakenToo()
    {
        await using var server = await StartAsync();
        var existing = await server.PostAsync(Take, Body.Replace("newcomer", "acme-connector", StringComparison.Ordinal));
        Assert.Equal(409, existing.Status);

        Assert.Equal(200, (await server.PostAsync(Queue + "/reg-1:decline", """{"reason":"Nobody knows them."}""", "anna")).Status);

        Assert.Equal("decided", (await server.PostAsync(Take, Body)).Code);
        Assert.Equal("decided", (await server.PostAsync(Queue + "/reg-1:decline", """{"reason":"again"}""", "anna")).Code);
        Assert.Equal(404, (await server.GetAsync("/admin/v1/clients/newcomer")).Status);
        Assert.Contains(server.Journal.Records, static record => record is { Event: "registration.decline", Note: "outcome: declined" });
    }

    // The client is written and the row is not: taking it once more finishes it, under that id and no other.
    [Fact]
    public async Task Take_WhoseSecondWriteFailed_IsFinishedByTakingItAgain()
    {
        await using var server = await StartAsync();
        RequestsOf(server).BeforeDeciding = static () => StoreAwayException.ThrowIf(true);
        Assert.Equal(503, (await server.PostAsync(Take, Body)).Status);
        Assert.Equal("pending", (string)(await server.GetAsync(Queue)).Json["items"]![0]!["state"]!);

        var other = Body.Replace("newcomer", "acme-connector", StringComparison.Ordinal);
        Assert.Equal("already-exists", (await server.PostAsync(Take, other)).Code);
        Assert.Equal(204, (await server.PostAsync(Take, Body)).Status);
        Assert.Contains(server.Journal.Records, static record => record is { Event: "registration.take", Note: "outcome: taken" });
        var entry = (await server.GetAsync(Queue)).Json["items"]![0]!;
        Assert.Equal(("taken", "newcomer"), ((string)entry["state"]!, (string)entry["client"]!));
    }

    [Fact]
    public async Task Take_WhileSomebodyDeclines_SaysThatBothWereDone()
    {
        await using var server = await StartAsync();
        var requests = RequestsOf(server);
        requests.BeforeDeciding = () =>
            _ = requests.TryDecideAsync(requests.All.Single() with { State = RegistrationState.Declined }, default);

        var answer = await server.PostAsync(Take, Body);

        Assert.Equal((409, "decided"), (answer.Status, answer.Code));
        Assert.Contains("newcomer", answer.Text, StringComparison.Ordinal);
        Assert.Equal("declined", (string)(await server.GetAsync(Queue)).Json["items"]![0]!["state"]!);
        Assert.Equal(200, (await server.GetAsync("/admin/v1/clients/newcomer")).Status);
    }

    [Fact]
    public async Task Take_OfOneWhoseWordsCannotBeRead_IsRefused_DecliningItIsNot()
    {
        await using var server = await StartAsync();
        var odd = RequestsOf(server).All.Single() with { Id = "reg-odd", IsUnreadable = true, Words = RegistrationWords.Unreadable };
        await RequestsOf(server).TryAddAsync(odd, 10, default);

        var answer = await server.PostAsync(Queue + "/reg-odd:take", Body);

        Assert.Equal((409, "unreadable"), (answer.Status, answer.Code));
        Assert.Equal(404, (await server.GetAsync("/admin/v1/clients/newcomer")).Status);
        Assert.Equal(2, (int)(await server.GetAsync(Queue)).Json["total"]!);
        Assert.Equal(200, (await server.PostAsync(Queue + "/reg-odd:decline", """{"reason":"Nobody knows them."}""", "anna")).Status);
        Assert.Equal(200, (await server.PostAsync(Take, Body)).Status);
    }

    [Theory]
    [InlineData("{}", "/client")]
    [InlineData("""{"client":"newcomer"}""", "/use_case")]
    [InlineData("""{"client":"newcomer","use_case":"lab-results"}""", "/owner")]
    [InlineData("""{"client":"newcomer","use_case":"nothing","owner":"mary@hospital.example"}""", "/use_case")]
    public async Task Take_WithoutWhatPeopleHereMustSay_IsRefused(string body, string pointer)
    {
        await using var server = await StartAsync();

        var answer = await server.PostAsync(Take, body);

        Assert.Equal((422, pointer), (answer.Status, answer.Pointers[0]));
        Assert.Equal("pending", (string)(await server.GetAsync(Queue)).Json["items"]![0]!["state"]!);
    }

    [Fact]
    public async Task Decline_WithoutAReasonOrByWhoOnlyReads_IsRefused()
    {
        await using var server = await StartAsync();

        Assert.Equal(422, (await server.PostAsync(Queue + "/reg-1:decline", "{}", "anna")).Status);
        Assert.Equal(403, (await server.PostAsync(Queue + "/reg-1:decline", """{"reason":"x"}""", "vera")).Status);
        Assert.Equal(404, (await server.PostAsync(Queue + "/reg-2:decline", """{"reason":"x"}""", "anna")).Status);
        Assert.Equal(403, (await server.PostAsync(Take, Body, "anna")).Status);
    }

    [Fact]
    public async Task DeclineMany_OfANetwork_DeclinesThatAndPutsEachOnRecordFirst()
    {
        await using var server = await StartAsync();
        await FloodAsync(server, 30);
        const string Flood = """{"network":"2001:db8::/32","reason":"A flood out of one provider."}""";

        var asked = await server.PostAsync(Many + "?dry_run=true", Flood, "anna");
        Assert.Equal((200, 30, true), (asked.Status, (int)asked.Json["declined"]!, (bool)asked.Json["dry_run"]!));
        Assert.DoesNotContain(server.Journal.Records, static record => record.Event.StartsWith("registration.", StringComparison.Ordinal));
        var seenLess = Flood.Replace("}", ",\"at_most\":29}", StringComparison.Ordinal);
        Assert.Equal("more-than-seen", (await server.PostAsync(Many, seenLess, "anna")).Code);
        var recorded = 0;
        RequestsOf(server).BeforeDeciding = () =>
            recorded = server.Journal.Records.Count(static record =>
                record.Event.StartsWith("registration.", StringComparison.Ordinal)
                && record.Note?.StartsWith("intent", StringComparison.Ordinal) == true
            );

        var done = await server.PostAsync(Many, Flood.Replace("}", ",\"at_most\":30}", StringComparison.Ordinal), "anna");
        Assert.True(done.Status == 200, done.Text);
        Assert.Equal((30, 0), ((int)done.Json["declined"]!, (int)done.Json["left"]!));
        Assert.Equal(31, recorded);
        var head = Assert.Single(server.Journal.Records, static record => record is { Event: "registration.decline-many", Status: 0 });
        Assert.Equal("intent: 30, network 2001:db8::/32: A flood out of one provider.", head.Note);
        var parts = server.Journal.Records.Where(static record => record.Event == "registration.decline").ToList();
        Assert.Equal(
            (30, true),
            (parts.Count, parts.TrueForAll(part => part.ParentId == head.Id && part.Actor == "anna@hospital.example"))
        );
        Assert.Contains(parts, static part => part.Target == "registration/flood-7");

        // The neighbour waits still, and whoever floods again the same is declined already.
        var left = (await server.GetAsync(Queue + "?state=pending")).Json;
        Assert.Equal(("reg-1", 1), ((string)Assert.Single(left["items"]!.AsArray())!["id"]!, (int)left["total"]!));
        Assert.Equal(0, (int)(await server.PostAsync(Many, Flood, "anna")).Json["declined"]!);
    }

    [Fact]
    public async Task DeclineMany_WhileSomebodyTakesOne_SaysHowManyItWas()
    {
        await using var server = await StartAsync();
        await FloodAsync(server, 3);
        var requests = RequestsOf(server);
        requests.BeforeDeciding = () =>
            _ = requests.TryDecideAsync(
                requests.All.First(static one => one.Id == "flood-1") with
                {
                    State = RegistrationState.Taken,
                },
                default
            );

        var done = await server.PostAsync(Many, """{"form":"metadata","received_before":"2030-01-01T00:00:00Z","reason":"x"}""");
        Assert.Equal((3, "taken"), ((int)done.Json["declined"]!, (string)(await server.GetAsync(Queue + "/flood-1")).Json["state"]!));
        Assert.Contains(
            server.Journal.Records,
            static record => record.Note?.Contains("such as flood-1", StringComparison.Ordinal) == true
        );
    }

    [Theory]
    [InlineData("{}", "/reason")]
    [InlineData("""{"network":"2001:db8::/32"}""", "/reason")]
    [InlineData("""{"reason":"x"}""", "")]
    [InlineData("""{"reason":"x","network":""}""", "/network")]
    [InlineData("""{"reason":"x","network":"everybody"}""", "/network")]
    [InlineData("""{"reason":"x","network":"2001:db8::/96"}""", "/network")]
    [InlineData("""{"reason":"x","form":"any"}""", "/form")]
    [InlineData("""{"reason":"x","signed_by":""}""", "/signed_by")]
    [InlineData("""{"reason":"x","form":"metadata","at_most":-1}""", "/at_most")]
    [InlineData("""{"reason":"x","form":"metadata","state":"taken"}""", "/state")]
    public async Task DeclineMany_OfNobodyInParticular_DeclinesNobody(string body, string pointer)
    {
        await using var server = await StartAsync();

        var answer = await server.PostAsync(Many, body, "anna");

        Assert.Equal((422, pointer), (answer.Status, answer.Pointers[0]));
        Assert.Equal("pending", (string)(await server.GetAsync(Queue)).Json["items"]![0]!["state"]!);
    }

    [Fact]
    public async Task DeclineMany_ByWhoMayNot_OrWithTheJournalShut_DeclinesNobody()
    {
        await using var server = await StartAsync();
        const string All = """{"form":"metadata","reason":"x"}""";

        foreach (var person in (string[])["vera", "august"])
        {
            Assert.Equal(403, (await server.PostAsync(Many, All, person)).Status);
        }

        server.Journal.Room = 0;
        Assert.Equal(503, (await server.PostAsync(Many, All, "anna")).Status);
        Assert.Equal("pending", (string)(await server.GetAsync(Queue)).Json["items"]![0]!["state"]!);
    }

    [Fact]
    public async Task List_InPages_GivesEachOnce_AndRefusesWhatIsNoFilter()
    {
        await using var server = await StartAsync();
        await FloodAsync(server, 25);
        var seen = new List<string>();
        for (var path = Queue + "?limit=10&network=2001:db8::/32"; path.Length > 0; )
        {
            var page = (await server.GetAsync(path)).Json;
            Assert.Equal((25, false), ((int)page["total"]!, (bool)page["complete"]!));
            seen.AddRange(page["items"]!.AsArray().Select(static one => (string)one!["id"]!));
            path = (string?)page["next_cursor"] is { } cursor ? $"{Queue}?limit=10&network=2001:db8::/32&cursor={cursor}" : string.Empty;
        }

        Assert.Equal((25, 25), (seen.Count, seen.Distinct().Count()));
        Assert.Equal(
            (true, 26),
            ((bool)(await server.GetAsync(Queue)).Json["complete"]!, (int)(await server.GetAsync(Queue)).Json["total"]!)
        );
        foreach (
            var query in (string[])
                ["state=any", "network=x", "form=x", "received_before=soon", "state=", "state=taken&state=declined", "cursor=x", "limit=0"]
        )
        {
            Assert.Equal((query, 400), (query, (await server.GetAsync($"{Queue}?{query}")).Status));
        }
    }

    [Fact]
    public async Task List_AStranger_ShowsItsWordsApart()
    {
        await using var server = await StartAsync();

        var entry = (await server.GetAsync(Queue)).Json["items"]![0]!;

        Assert.Equal("<b>evil</b> Connector", (string)entry["says"]!["name"]!);
        Assert.Equal((false, null), ((bool)entry["vouched"]!, (string?)entry["signed_by"]));
    }

    private static FakeRegistrationRequests RequestsOf(AdminServer server) =>
        (FakeRegistrationRequests)server.Services.GetRequiredService<IRegistrationRequests>();

    private static async Task FloodAsync(AdminServer server, int many)
    {
        for (var place = 0; place < many; place++)
        {
            await RequestsOf(server)
                .TryAddAsync(
                    new RegistrationRequest
                    {
                        Id = $"flood-{place}",
                        ReceivedAt = server.Time.Now,
                        Until = server.Time.Now.AddDays(31),
                        Peer = $"2001:db8:{place:x}::/64",
                        Words = new RegistrationWords { Form = "metadata", Name = "Flood" },
                    },
                    1000,
                    default
                );
        }
    }

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync(static options => options.TokenService = "phi-gateway");
        await Approvals.OpenAsync(server);
        var now = server.Time.Now;
        await server
            .Services.GetRequiredService<IRegistrationRequests>()
            .TryAddAsync(
                new RegistrationRequest
                {
                    Id = "reg-1",
                    ReceivedAt = now,
                    Until = now.AddDays(31),
                    Peer = "203.0.113.7",
                    Words = new RegistrationWords
                    {
                        Form = "metadata",
                        Name = "<b>evil</b> Connector",
                        Keys =
                        [
                            new PublicJwk
                            {
                                Kty = "EC",
                                Crv = "P-256",
                                X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                                Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                            },
                        ],
                    },
                },
                10,
                default
            );
        return server;
    }
}
