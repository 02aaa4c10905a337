using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>What the trail says became of a write: applied, not applied, or that nobody knows.</summary>
[Collection(OpenWorldCollection.Name)]
public sealed class WriteOutcomeTests(OpenWorld world)
{
    [Theory]
    [InlineData(null, "applied", "permit")]
    [InlineData("cut", "applied", "permit")]
    [InlineData("html", "unknown", "unknown")]
    [InlineData("truncated-json", "applied", "permit")]
    [InlineData("server-error", "unknown", "unknown")]
    [InlineData("redirect", "unknown", "unknown")]
    [InlineData("unauthorized", "not-applied", "error")]
    public async Task Create_UpstreamAnswersSo_IsOnRecordInOneOfThreeWords(string? fault, string outcome, string decision)
    {
        var token = await world.TokenAsync(world.Lab);
        Reply reply;
        if (fault is not null)
        {
            await world.Backend.SetFaultAsync(fault, match: "/Observation");
        }

        try
        {
            // A creation looks nothing up first: the fault meets the write itself.
            reply = await world.SendAsync(HttpMethod.Post, "/Observation", token, Bodies.Observation("f001"));
        }
        finally
        {
            await world.Backend.ClearFaultsAsync();
        }

        // Told as a fault what is done would be sent again.
        Assert.Equal(outcome == "applied", (int)reply.Status < 300);
        var records = await world.TrailAsync(reply.DecisionId, atLeast: 2);
        var record = Assert.Single(records, static record => (string?)record["kind"] == "outcome");
        Assert.Equal((outcome, decision), ((string?)record["outcome"], (string?)record["decision"]));
    }
}
