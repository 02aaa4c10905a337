using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Audit.Keeping;

/// <summary>What a verifier does not miss is what a deletion that could have been said so.</summary>
public sealed class DeletedMonthsTests
{
    [Theory]
    [InlineData("""{"month":"2015-03","logs":[{"log":"gw-01/1","first":0,"last":9}]}""", 2021, true)]
    [InlineData("""{"month":"2015-03","logs":[{"log":"gw-01/1","first":0,"last":9}]}""", 2020, false)]
    [InlineData("""{"month":"2015-03","logs":[{"log":"gw-01/1","first":0,"last":9}]}""", 2027, false)]
    [InlineData("""{"month":"2015-03","logs":[{"log":"gw-01/2","first":0,"last":9}]}""", 2021, false)]
    [InlineData("""{"month":"2015-03","logs":[{"log":"gw-01/1","first":6,"last":9}]}""", 2021, false)]
    [InlineData("""{"month":"2015-03","logs":[{"log":"gw-01/1","first":0,"last":"9"},7,{}]}""", 2021, false)]
    [InlineData("""{"month":"2015-03","logs":{}}""", 2021, false)]
    [InlineData("""{"month":"2015-03"}""", 2021, false)]
    [InlineData("""{"month":"2015-3","logs":[{"log":"gw-01/1","first":0,"last":9}]}""", 2025, false)]
    [InlineData("""{"month":201503,"logs":[{"log":"gw-01/1","first":0,"last":9}]}""", 2025, false)]
    [InlineData("""["2015-03"]""", 2025, false)]
    [InlineData("no json", 2025, false)]
    [InlineData("", 2025, false)]
    public void Covers_OfARecordThatCouldNotHaveBeen_IsNotBelieved(string after, int year, bool isBelieved)
    {
        var deleted = new DeletedMonths(new FakeTime());
        var time = new DateTimeOffset(year, 4, 2, 0, 0, 0, TimeSpan.Zero);
        var begun = Step(KeepingMonths.DeletionEvent, Guid.Empty, after, time);
        deleted.Add(StoredTrail.EntryOf(begun, 7));
        deleted.Add(StoredTrail.EntryOf(Step(KeepingMonths.DeletedEvent, begun.Id, """{"deleted":true}""", time), 8));

        Assert.Equal(isBelieved, deleted.Covers("gw-01/1", 5, new DateTimeOffset(2015, 3, 2, 0, 0, 0, TimeSpan.Zero)));
    }

    private static AuditRecord Step(string @event, Guid parent, string after, DateTimeOffset time) =>
        new()
        {
            Id = Guid.NewGuid(),
            ParentId = parent,
            Kind = AuditKind.Hold,
            Event = @event,
            Time = time,
            After = after,
        };
}
