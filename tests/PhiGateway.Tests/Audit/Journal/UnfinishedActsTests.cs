using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Journal;

/// <summary>What is under way is held until it ends: an answer when nothing of it leaves any more, a write with its outcome only.</summary>
public sealed class UnfinishedActsTests
{
    [Fact]
    public async Task LetGo_OfAnAnswer_TakesItOut_OfAWriteItDoesNot()
    {
        var acts = new UnfinishedActs();
        var write = TestRecords.Of(AuditKind.Intent);
        _ = await acts.BeginAsync(write, static () => new(new AuditPosition(3)));
        var answer = TestRecords.Disclosure();
        acts.Put(UnfinishedActs.OfAnswer(answer, 4));

        acts.LetGo(write.Id);
        acts.LetGo(answer.Id);
        acts.LetGo(Guid.NewGuid());

        Assert.Null(acts.Take(answer.Id));
        Assert.Equal(3, acts.Take(write.Id)!.Sequence);
    }
}
