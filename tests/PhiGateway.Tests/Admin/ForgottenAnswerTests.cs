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
        var again = await PostAsync(server);

        Assert.Equal((201, 201, first.Text), (first.Status, again.Status, again.Text));
        Assert.Single(server.Journal.Records, static record => record is { Event: "organization.create", Status: 201 });
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
        var intents = server.Journal.Records.Count;
        Assert.Equal("already-exists", (await PostAsync(server)).Code);
        Assert.Equal("already-exists", (await PostAsync(server)).Code);
        Assert.Equal(intents, server.Journal.Records.Count);
    }

    private static Task<AdminAnswer> PostAsync(AdminServer server) => server.PostAsync(Path, Beta, "olga", ("Idempotency-Key", "k"));
}
