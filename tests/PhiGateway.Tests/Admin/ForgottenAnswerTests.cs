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

    private static Task<AdminAnswer> PostAsync(AdminServer server) => server.PostAsync(Path, Beta, "olga", ("Idempotency-Key", "k"));
}
