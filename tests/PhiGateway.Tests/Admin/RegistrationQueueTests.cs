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
    public async Task List_AStranger_ShowsItsWordsApart()
    {
        await using var server = await StartAsync();

        var entry = (await server.GetAsync(Queue)).Json["items"]![0]!;

        Assert.Equal("<b>evil</b> Connector", (string)entry["says"]!["name"]!);
        Assert.Equal((false, null), ((bool)entry["vouched"]!, (string?)entry["signed_by"]));
    }

    private static FakeRegistrationRequests RequestsOf(AdminServer server) =>
        (FakeRegistrationRequests)server.Services.GetRequiredService<IRegistrationRequests>();

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
