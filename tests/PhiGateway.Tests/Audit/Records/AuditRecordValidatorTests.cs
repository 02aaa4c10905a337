using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Records;

public sealed class AuditRecordValidatorTests
{
    [Fact]
    public void Validate_WholeRecords_FindsNothing()
    {
        Assert.Empty(AuditRecordValidator.Validate(TestRecords.Disclosure()));
        Assert.Empty(AuditRecordValidator.Validate(TestRecords.Denial()));
    }

    public static TheoryData<string, Action<AuditRecord>> Holes =>
        new()
        {
            {
                "patients",
                static r =>
                {
                    (r.Patients, r.CoveredBy) = ([], []);
                    r.PatientState = string.Empty;
                }
            },
            { "no patients but known", static r => (r.Patients, r.CoveredBy) = ([], []) },
            { "approval", static r => r.Approval = null },
            { "approvers", static r => r.Approvers = [] },
            { "empty agreement", static r => r.Agreement = string.Empty },
            { "coverage", static r => r.CoveredBy = [] },
            { "coverage of some", static r => (r.Patients, r.CoveredBy) = (["p-1", "p-2", "p-3"], ["any", "context"]) },
            { "coverage of nobody", static r => (r.Patients, r.PatientState) = ([], "none-by-type") },
            { "id", static r => r.Id = Guid.Empty },
            { "event", static r => r.Event = string.Empty },
            { "long event", static r => r.Event = new string('e', 65) },
            { "time", static r => r.Time = default },
            { "decision", static r => r.Decision = "maybe" },
            { "deny", static r => r.Decision = "deny" },
            { "reason on permit", static r => r.Reason = "x" },
            { "caller", static r => r.Client = null },
            { "peer", static r => r.Peer = null },
            { "upstream", static r => r.Upstream = null },
            { "count", static r => r.ResourceCount = 0 },
            { "kind", static r => r.Kind = 0 },
            { "outcome without parent", static r => r.Kind = AuditKind.Outcome },
            { "delivery without parent", static r => r.Kind = AuditKind.Delivery },
            { "admin", static r => r.Kind = AuditKind.Admin },
            { "system", static r => r.Kind = AuditKind.System },
        };

    [Theory]
    [MemberData(nameof(Holes))]
    public void Validate_SomethingMissing_SaysWhat(string what, Action<AuditRecord> hole)
    {
        var record = TestRecords.Disclosure();
        hole(record);
        Assert.True(AuditRecordValidator.Validate(record).Count > 0, what);
    }

    [Theory]
    [InlineData("none-by-type")]
    [InlineData("undetermined")]
    public void Validate_DisclosureWithoutPatient_PassesWhenItSaysWhy(string state)
    {
        var record = TestRecords.Disclosure();
        (record.Patients, record.CoveredBy) = ([], []);
        record.PatientState = state;
        Assert.Empty(AuditRecordValidator.Validate(record));
    }
}
