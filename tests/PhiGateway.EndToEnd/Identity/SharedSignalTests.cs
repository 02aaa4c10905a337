using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.EndToEnd.Identity;

/// <summary>What an identity provider says over HTTP is in force on the data plane.</summary>
public sealed class SharedSignalTests(SharedSignalWorld world) : IClassFixture<SharedSignalWorld>
{
    [Fact]
    public async Task SessionRevoked_OfAClient_EndsItsTokensFromBeforeAndNoOthers()
    {
        var token = await world.TokenAsync(world.Lab);
        var other = await world.TokenAsync(world.Ward);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", token)).Status);

        var recipe = Recipe("session-revoked", SignalRecipe.IssSub(world.Issuer.Issuer, world.Lab.ClientId));
        Assert.Equal(HttpStatusCode.Accepted, (await PushAsync(recipe.Sign())).Status);

        Reply answer;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while ((answer = await world.GetAsync("/Patient/f001", token)).Status == HttpStatusCode.OK)
        {
            await Task.Delay(50, patience.Token);
        }

        Assert.Equal((HttpStatusCode.Unauthorized, "token-revoked"), (answer.Status, answer.Code));
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", other)).Status);

        // Who comes again with a new token is let in: its second is a later one.
        while ((answer = await world.GetAsync("/Patient/f001", await world.TokenAsync(world.Lab))).Status != HttpStatusCode.OK)
        {
            await Task.Delay(200, patience.Token);
        }
    }

    [Fact]
    public async Task Signal_SignedByAnotherKey_IsRefusedInTheWordsOfTheStandard()
    {
        var recipe = Recipe("session-revoked", SignalRecipe.IssSub(world.Issuer.Issuer, world.Ward.ClientId));

        var (status, body) = await PushAsync(recipe.Sign(SigningKey.Rs256("s1")));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_key", (string?)JsonNode.Parse(body)!["err"]);
    }

    private SignalRecipe Recipe(string type, JsonObject subject) => new(world.Key, DateTimeOffset.UtcNow, type, subject);

    private async Task<(HttpStatusCode Status, string Body)> PushAsync(string token)
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(token));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/secevent+jwt");
        using var answer = await http.PostAsync(world.Push, content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
