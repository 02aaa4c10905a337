using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Signals;
using PhiGateway.Identity.Signals;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <content>A stream that is to be verified is asked once in a while, and what was asked must come back over it.</content>
public sealed partial class SharedSignalTests
{
    [Fact]
    public async Task Verification_AskedByOneNode_CountsWhereverItComes()
    {
        await using var transmitter = await SignalTransmitter.StartAsync();
        await using var node = await StartAsync(verify: transmitter.Address);
        await using var other = await StartAsync(node.Store, verify: transmitter.Address);

        Assert.Equal(1, await AskAsync(node));
        Assert.Equal(0, await AskAsync(node));
        Assert.Equal(0, await AskAsync(other));

        var (stream, state) = Assert.Single(transmitter.Questions);
        Assert.Equal("stream-1", stream);
        Assert.True(state.Length >= 43);
        Assert.Equal(HttpStatusCode.Accepted, (await AnswerAsync(other, state)).Status);

        node.Time.Now += 2 * Hour;
        await LookAsync(node);
        Assert.False(Assert.Single(node.Services.GetRequiredService<SharedSignals>().Status).IsSilent);
    }

    [Fact]
    public async Task Verification_ThatDoesNotCome_IsAnAlertUntilOneComes()
    {
        await using var transmitter = await SignalTransmitter.StartAsync();
        await using var node = await StartAsync(verify: transmitter.Address);
        Assert.Equal(1, await AskAsync(node));
        await LookAsync(node);
        Assert.Empty(await UnverifiedAsync(node));

        // The stream speaks, and not to what it was asked: by its own idea, and of sessions.
        node.Time.Now += 3 * Hour;
        Assert.Equal(HttpStatusCode.Accepted, (await AnswerAsync(node, null)).Status);
        await LookAsync(node);
        await LookAsync(node);
        var alert = Assert.Single(await UnverifiedAsync(node));
        Assert.Equal(
            ("signals/okta", "urgent", "act", "open"),
            ((string)alert["subject"]!, (string)alert["severity"]!, (string)alert["lane"]!, (string)alert["state"]!)
        );
        Assert.True(Assert.Single(node.Services.GetRequiredService<SharedSignals>().Status).IsSilent);

        Assert.Equal(1, await AskAsync(node));
        Assert.Equal(HttpStatusCode.Accepted, (await AnswerAsync(node, transmitter.Questions.Last().State)).Status);
        await LookAsync(node);
        Assert.Equal("closed", (string)Assert.Single(await UnverifiedAsync(node))["state"]!);
        Assert.False(Assert.Single(node.Services.GetRequiredService<SharedSignals>().Status).IsSilent);
    }

    // What was answered once answers nothing that is asked later, though whoever stands between sends it again.
    [Fact]
    public async Task Verification_SentAgainLater_AnswersItsOwnQuestionOnly()
    {
        await using var transmitter = await SignalTransmitter.StartAsync();
        await using var node = await StartAsync(verify: transmitter.Address);
        Assert.Equal(1, await AskAsync(node));
        var old = transmitter.Questions.Last().State;
        Assert.Equal(HttpStatusCode.Accepted, (await AnswerAsync(node, old)).Status);

        node.Time.Now += 3 * Hour;
        Assert.Equal(HttpStatusCode.Accepted, (await AnswerAsync(node, old)).Status);
        await LookAsync(node);
        Assert.Single(await UnverifiedAsync(node));
    }

    [Theory]
    [InlineData("\"of-nobody\"")]
    [InlineData("\"1.of-nobody\"")]
    [InlineData("\"\"")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task Verification_WithAStateOfNoQuestion_IsRefused(string state)
    {
        await using var transmitter = await SignalTransmitter.StartAsync();
        await using var node = await StartAsync(verify: transmitter.Address);
        Assert.Equal(1, await AskAsync(node));

        AssertError(await PushAsync(Verification(node, JsonNode.Parse($$"""{"state":{{state}}}""")!.AsObject()), node), "invalid_state");

        node.Time.Now += 3 * Hour;
        await LookAsync(node);
        Assert.Single(await UnverifiedAsync(node));
    }

    [Fact]
    public async Task Verification_OfATransmitterThatRefuses_IsAskedForAgain()
    {
        await using var transmitter = await SignalTransmitter.StartAsync();
        await using var node = await StartAsync(verify: transmitter.Address);
        transmitter.VerificationStatus = StatusCodes.Status429TooManyRequests;
        Assert.Equal(0, await AskAsync(node));
        Assert.Equal(0, await AskAsync(node));
        Assert.Single(transmitter.Questions);

        transmitter.VerificationStatus = StatusCodes.Status204NoContent;
        node.Time.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(1, await AskAsync(node));
        Assert.Equal(2, transmitter.Questions.Select(static one => one.State).Distinct().Count());
    }

    [Fact]
    public async Task Verification_WhileTheDatabaseIsAway_IsToBeSentAgain()
    {
        await using var transmitter = await SignalTransmitter.StartAsync();
        await using var node = await StartAsync(verify: transmitter.Address);
        Assert.Equal(1, await AskAsync(node));
        var state = Assert.Single(transmitter.Questions).State;

        _uses.IsAway = true;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AnswerAsync(node, state)).Status);
        _uses.IsAway = false;
        Assert.Equal(HttpStatusCode.Accepted, (await AnswerAsync(node, state)).Status);
    }

    private static Task<int> AskAsync(AdminServer server) =>
        server.Services.GetRequiredService<SharedSignals>().AskAsync(CancellationToken.None);

    private Task<(HttpStatusCode Status, string Body)> AnswerAsync(AdminServer server, string? state) =>
        PushAsync(Verification(server, state is null ? [] : new JsonObject { ["state"] = state }), server);

    private static string Verification(AdminServer server, JsonObject said) =>
        new SignalRecipe(Key, server.Time.Now, SecurityEvent.Verification, SignalRecipe.Opaque("stream-1"), said).Sign();

    private static async Task<List<JsonNode>> UnverifiedAsync(AdminServer server) =>
        [.. (await server.GetAsync("/admin/v1/alerts?kind=signals-unverified")).Json["items"]!.AsArray().Select(static one => one!)];
}
