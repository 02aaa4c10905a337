using System.Net;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd.TokenService;

/// <summary>A token for one task, asked for by a client that nobody here wrote, used on two nodes.</summary>
public sealed class TaskTokenTests(TaskTokenWorld world) : IClassFixture<TaskTokenWorld>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Token_ForATask_ReadsThatPatientAndNothingElse(bool exchange)
    {
        var task = exchange ? "letter-1" : "letter-2";
        await world.OpenAsync(task, null, "f001", "Patient", "Observation");

        var journey = await AskAsync(
            task,
            exchange,
            "/Patient/f001",
            "/Observation?patient=f001",
            "/Patient/f201",
            "/Observation?patient=f201",
            "/Condition?patient=f001"
        );

        Assert.Null(journey.Error);
        Assert.Equal("system/Observation.rs system/Patient.rs", journey.Token!.Scope);
        Assert.Equal([200, 200, 404, 403, 403], journey.Calls.Select(static call => call.Status));
        var reply = await world.GetAsync("/Patient/f001", journey.Token.Text);
        var record = (await world.TrailAsync(reply.DecisionId))[0];
        Assert.Equal((task, TaskTokenWorld.Client), ((string?)record["task"], (string?)record["client"]));

        // Without the task the same client reads them all.
        var plain = await OAuthClient.RunAsync(
            world.Auth,
            TaskTokenWorld.Client,
            world.Key.PrivateJwk(),
            "system/*.rs",
            resources: [$"{world.Base}/Patient/f201", $"{world.Base}/Condition?patient=f001"]
        );
        Assert.All(plain.Calls, static call => Assert.Equal(200, call.Status));
    }

    // Who asks for a task there gets a token of the hospital's own identity provider that is confined to it here.
    [Fact]
    public async Task Token_ForATaskByTheIdentityProvider_ReadsThatPatientAndNothingElse()
    {
        // The other client's first: a node that knows the second of them knows it, so that it is not refused as one that is not known.
        await world.OpenAsync("letter-4", null, "f001", "Patient");
        await world.OpenForAsync(world.Ward.ClientId, "letter-3", null, "f001", "Patient", "Observation");

        var token = await world.Issuer.TokenAsync(world.Ward, task: "letter-3");
        var others = await world.Issuer.TokenAsync(world.Ward, task: "letter-4");

        var reply = await UntilAsync(world.Gateway, token, static reply => reply.Status == HttpStatusCode.OK);
        Assert.Equal("letter-3", (string?)(await world.TrailAsync(reply.DecisionId))[0]["task"]);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Observation?patient=f001", token)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync("/Patient/f201", token)).Status);
        Assert.Equal("not-part-of-task", (await world.GetAsync("/Condition?patient=f001", token)).Code);
        Assert.Equal("task-not-open", (await world.GetAsync("/Patient/f001", others)).Code);

        var plain = await world.TokenAsync(world.Ward);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f201", plain)).Status);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Condition?patient=f001", plain)).Status);
    }

    [Fact]
    public async Task Token_WithUses_HasThemOnceOverBothNodes()
    {
        await world.OpenAsync("counted", 5, "f001", "Patient");
        var token = (await AskAsync("counted", exchange: false)).Token!.Text;
        await KnownAsync(token);

        var replies = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(place => world.GetFromAsync(place % 2 == 0 ? world.Gateway : world.Second, "/Patient/f001", token))
        );

        Assert.Equal(5, replies.Count(static reply => reply.Status == HttpStatusCode.OK));
        Assert.Equal(15, replies.Count(static reply => reply.Code == "task-used-up"));
        await world.Backend.ForgetRecordedAsync();
        Assert.Equal("task-used-up", (await world.GetAsync("/Patient/f001", token)).Code);
        Assert.Empty(await world.Backend.RecordedAsync());
    }

    [Fact]
    public async Task Token_OfATaskThatIsClosed_IsWorthNothingOnEitherNode()
    {
        await world.OpenAsync("closed-soon", null, "f001", "Patient");
        var token = (await AskAsync("closed-soon", exchange: true)).Token!.Text;
        foreach (var node in new[] { world.Gateway, world.Second })
        {
            await UntilAsync(node, token, static reply => reply.Status == HttpStatusCode.OK);
        }

        await world.Engine.PatchAsync("task-grants/closed-soon", new { closed = true });

        foreach (var node in new[] { world.Gateway, world.Second })
        {
            var refused = await UntilAsync(node, token, static reply => reply.Status != HttpStatusCode.OK);
            Assert.Equal((HttpStatusCode.Forbidden, "task-not-open"), (refused.Status, refused.Code));
        }

        Assert.Equal("invalid_authorization_details", (await AskAsync("closed-soon", exchange: false, isOpen: false)).Error);
        Assert.Equal("invalid_authorization_details", (await AskAsync("never-opened", exchange: true, isOpen: false)).Error);
    }

    // A refusal before the task is known takes no use, and neither does a type outside of it.
    private async Task KnownAsync(string token)
    {
        foreach (var node in new[] { world.Gateway, world.Second })
        {
            await UntilAsync(node, token, static reply => reply.Code == "not-part-of-task", "/Observation/f001");
        }
    }

    private async Task<Reply> UntilAsync(GatewayProcess node, string token, Func<Reply, bool> expected, string path = "/Patient/f001")
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var reply = await world.GetFromAsync(node, path, token);
            if (expected(reply))
            {
                return reply;
            }

            await Task.Delay(20, patience.Token);
        }
    }

    private Task<OAuthJourney> AskAsync(string task, bool exchange, params string[] paths) => AskAsync(task, exchange, true, paths);

    // The node that issues learns of a task a moment after it was opened.
    private async Task<OAuthJourney> AskAsync(string task, bool exchange, bool isOpen, params string[] paths)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var journey = await OAuthClient.RunAsync(
                world.Auth,
                TaskTokenWorld.Client,
                world.Key.PrivateJwk(),
                exchange ? "system/*.rs" : string.Empty,
                script: "openid-client.mjs",
                task: task,
                exchange: exchange,
                resources: paths.Select(path => world.Base + path)
            );
            var isEarly =
                journey.Error is "invalid_client" or "unauthorized_client" || (isOpen && journey.Error == "invalid_authorization_details");
            if (!isEarly || patience.IsCancellationRequested)
            {
                return journey;
            }
        }
    }
}
