using System.Text.Json.Nodes;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Policy.Cases;

/// <summary>Every case file in <c>tests/cases</c> says what it expects; so does its twin.</summary>
public sealed class DecisionCaseTests
{
    // The age of the snapshot is known to the host alone, which answers before the decision is asked.
    private static readonly string[] OutsideTheDecision = [DenyReason.SnapshotTooOld.Code];

    public static TheoryData<string> Cases => [.. CaseFiles.All];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decide_CaseFile_AnswersAsWritten(string name)
    {
        var file = DecisionCase.Read(name);
        Check(file.Main, file.Description);
        Check(file.Twin, file.Description + " (twin)");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void CaseFile_Twin_GoesTheOtherWay(string name)
    {
        var file = DecisionCase.Read(name);
        Assert.NotEqual(file.Main["expect"]!["deny"] is null, file.Twin["expect"]!["deny"] is null);
    }

    [Fact]
    public void Cases_EveryReasonOfTheDecision_HasOne()
    {
        var covered = CaseFiles.All.Select(static name => DecisionCase.Read(name).Main["expect"]!["deny"]?.GetValue<string>()).ToHashSet();
        var missing = DenyReason
            .All.Where(static reason => reason.Stage == DenyStage.Decide)
            .Select(static reason => reason.Code)
            .Except(OutsideTheDecision)
            .Where(code => !covered.Contains(code));
        Assert.Empty(missing);
    }

    private static void Check(JsonObject source, string description)
    {
        var (request, snapshot) = DecisionCase.Arrange(source);
        var decision = PolicyDecisionPoint.Decide(request, snapshot);
        var trace = PolicyDecisionPoint.Explain(request, snapshot);
        var expected = source["expect"]!.AsObject();
        if (expected["deny"] is { } reason)
        {
            var deny = Assert.IsType<Deny>(decision);
            Assert.True(reason.GetValue<string>() == deny.Reason.Code, $"{description}: {deny.Reason} by {deny.Rule}");
            Assert.Equal(deny, trace.Decision);
            Assert.Equal(
                reason.GetValue<string>(),
                Assert.Single(trace.Answers, static answer => answer.Outcome == AnswerOutcome.Closed).Reason!.Code
            );
            return;
        }

        Assert.True(decision is Permit, $"{description}: {decision}");
        var permit = (Permit)decision;
        Assert.Equal(expected["permit"]!.GetValue<string>(), permit.Rule);
        Assert.All(trace.Answers, static answer => Assert.Equal(AnswerOutcome.Open, answer.Outcome));
        if (expected["obligations"] is JsonArray obligations)
        {
            Assert.Equal(CaseFiles.Texts(obligations), permit.Obligations.Select(static obligation => obligation.Name));
        }
    }
}
