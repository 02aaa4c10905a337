using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Cases;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

/// <summary>Each question's row names every reason with which it may answer.</summary>
public sealed class DecisionQuestionsTests
{
    [Fact]
    public void MayAnswer_EveryReasonOfTheDecision_StandsInARow()
    {
        var told = PolicyDecisionPoint.Questions.SelectMany(static question => question.MayAnswer).Select(static answer => answer.Reason);
        Assert.Equal(
            DenyReason.All.Where(static reason => reason.Stage == DenyStage.Decide && reason != DenyReason.SnapshotTooOld).Order(ByCode),
            told.Append(DenyReason.TokenRevoked).Distinct().Order(ByCode)
        );
    }

    [Fact]
    public void MayAnswer_OneReasonOfSeveralQuestions_IsOpenedByTheSame() =>
        Assert.All(
            PolicyDecisionPoint.Questions.SelectMany(static question => question.MayAnswer).GroupBy(static answer => answer.Reason),
            static answers => Assert.True(answers.Select(static answer => answer.OpenedBy).Distinct().Count() == 1, answers.Key.Code)
        );

    [Fact]
    public void MayAnswer_EveryCaseFile_ClosesWithAReasonOfItsRow()
    {
        var rows = PolicyDecisionPoint.Questions.ToDictionary(static question => question.Name, static question => question.MayAnswer);
        foreach (var name in CaseFiles.All)
        {
            var file = DecisionCase.Read(name);
            foreach (var source in new[] { file.Main, file.Twin })
            {
                var (request, snapshot) = DecisionCase.Arrange(source);
                var closed = PolicyDecisionPoint
                    .Explain(request, snapshot)
                    .Answers.FirstOrDefault(static answer => answer.Outcome == AnswerOutcome.Closed);
                Assert.True(
                    closed is null || rows[closed.Question].Any(answer => answer.Reason == closed.Reason),
                    $"{name}: {closed?.Question} answers with {closed?.Reason}"
                );
            }
        }
    }

    [Fact]
    public void Questions_Delegation_IsAskedBeforeAnyPart() =>
        Assert.True(
            Array.FindIndex(PolicyDecisionPoint.Questions, static question => question.Name == "delegation")
                < Array.FindIndex(PolicyDecisionPoint.Questions, static question => question.OfParts)
        );

    private static readonly IComparer<DenyReason> ByCode = Comparer<DenyReason>.Create(
        static (one, other) => string.CompareOrdinal(one.Code, other.Code)
    );
}
