using PhiGateway.Gateway.Health;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Verification;
using Xunit;

namespace PhiGateway.Tests.Gateway.Health;

/// <summary>The part of readiness about the log says what is true, and closes no node.</summary>
public sealed class ProofReadinessTests
{
    private const string Signed = "records are under signed checkpoints";
    private const string Denied = "The log's files cannot be written (IOException); it is tried again.";

    private static readonly LogWatchStatus Watched = new(5, null, [], null);

    [Fact]
    public void Of_ALogThatCannotSign_IsNotReadyAndSaysSo_WithoutClosing()
    {
        var part = ProofReadiness.Of(new TransparencyLogStatus(5, 9, null, Denied, -1), Watched, []);

        Assert.Equal((false, false), (part.Ready, part.Critical));
        Assert.Contains(Denied, part.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Signed, part.Plain, StringComparison.Ordinal);
    }

    // The twin. A store that is away leaves signed what is signed, and is told of by a part of its own.
    [Theory]
    [InlineData(null)]
    [InlineData("The store does not answer.")]
    public void Of_ALogThatSigns_IsReady(string? unverified)
    {
        var part = ProofReadiness.Of(new TransparencyLogStatus(9, 9, null, null, 9), Watched with { Problem = unverified }, []);

        Assert.Equal((true, false, Signed), (part.Ready, part.Critical, part.Plain));
    }

    [Fact]
    public void Of_ALogThatHasStopped_IsNotReady_WhateverElseIsTriedAgain()
    {
        var part = ProofReadiness.Of(new TransparencyLogStatus(5, 9, "It contradicts the journal.", Denied, -1), Watched, []);

        Assert.Equal((false, false), (part.Ready, part.Critical));
        Assert.StartsWith("the trail is not what was recorded", part.Plain, StringComparison.Ordinal);
    }
}
