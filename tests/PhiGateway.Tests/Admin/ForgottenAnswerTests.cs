using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A call that was done is told as done although its answer could not be remembered, and of its repetitions only one runs.</summary>
public sealed class ForgottenAnswerTests
{
    private const string Path = "/admin/v1/organizations";
    private const string Beta = """{"id":"beta","kind":"vendor","name":"Beta"}""";

    [Fact]
    public async Task Repeat_OfACallWhoseAnswerWasRememberedLate_IsAnsweredTheSame()
    {
        await using var server = await AdminServer.StartAsync();
        server.Store.ForgetsAnswers = 1;
        var first = await PostAsync(server);
        var writes = server.Store.Writes;
        var again = await PostAsync(server);

        Assert.Equal((201, 201, first.Text), (first.Status, again.Status, again.Text));
        Assert.Equal(writes, server.Store.Writes);
    }

    [Fact]
    public async Task Repeat_OfACallWhoseAnswerIsForgotten_RunsOnceAfterAWhile_AndNotTwiceAtOnce()
    {
        await using var server = await AdminServer.StartAsync();
        server.Store.ForgetsAnswers = int.MaxValue;
        Assert.Equal(201, (await PostAsync(server)).Status);
        Assert.Equal("still-running", (await PostAsync(server)).Code);

        server.Time.Now += TimeSpan.FromMinutes(3);
        Assert.Equal("already-exists", (await PostAsync(server)).Code);
        Assert.Equal("still-running", (await PostAsync(server)).Code);

        // The last one has an answer again, which the next gets.
        server.Store.ForgetsAnswers = 0;
        server.Time.Now += TimeSpan.FromMinutes(3);
        Assert.Equal("already-exists", (await PostAsync(server)).Code);
        var places = server.Store.Idempotent.Count;
        Assert.Equal("already-exists", (await PostAsync(server)).Code);
        Assert.Equal((3, 3), (places, server.Store.Idempotent.Count));
    }

    /// <summary>A stop does not wait to be told whether it was called before; whatever else is called waits.</summary>
    [Fact]
    public async Task Stop_WithAKeyWhileTheStoreHangs_IsDone_AndRememberedWhereItAnswers()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var there = new TaskCompletionSource();
        server.Store.IdempotencyHeld = there.Task;
        var other = PostAsync(server);
        Assert.Equal(201, (await StopAsync("first")).Status);
        Assert.False(other.IsCompleted);

        there.SetResult();
        Assert.Equal(201, (await other).Status);
        var (second, again) = (await StopAsync("second"), await StopAsync("second"));
        Assert.Equal((201, 201, second.Text), (second.Status, again.Status, again.Text));
        Assert.Equal(2, (await server.Store.ListRevocationsAsync(10, default)).Count);

        Task<AdminAnswer> StopAsync(string key) =>
            server.PostAsync(
                "/admin/v1/revocations",
                """{"target":"client","value":"acme-connector","reason":"leak"}""",
                "olga",
                ("Idempotency-Key", key)
            );
    }

    /// <summary>The node that took the first call may have died with it: what only closes is made again, once, and nothing else is.</summary>
    [Theory]
    [InlineData("/admin/v1/revocations", """{"target":"client","value":"acme-connector","reason":"leak"}""", false)]
    [InlineData("/admin/v1/clients/acme-connector:suspend", """{"reason":"odd"}""", false)]
    [InlineData("/admin/v1/organizations/acme:offboard", """{"reason":"odd"}""", false)]
    [InlineData("/admin/v1/owners/mary@hospital.example:left", """{"reason":"odd"}""", false)]
    [InlineData("/admin/v1/clients/acme-connector:attest", "{}", true)]
    public async Task Repeat_OfACallThatMayStillRun_WaitsUnlessItOnlyCloses(string path, string body, bool waits)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        server.Store.ForgetsAnswers = int.MaxValue;
        Assert.InRange((await server.PostAsync(path, body, "olga", ("Idempotency-Key", "k"))).Status, 200, 201);
        server.Store.ForgetsAnswers = 0;

        var second = await server.PostAsync(path, body, "olga", ("Idempotency-Key", "k"));
        Assert.Equal(waits, second.Text.Contains("still-running", StringComparison.Ordinal));
        var writes = server.Store.Writes;
        var third = await server.PostAsync(path, body, "olga", ("Idempotency-Key", "k"));
        Assert.Equal((second.Status, writes), (third.Status, server.Store.Writes));
    }

    private static Task<AdminAnswer> PostAsync(AdminServer server) => server.PostAsync(Path, Beta, "olga", ("Idempotency-Key", "k"));
}
