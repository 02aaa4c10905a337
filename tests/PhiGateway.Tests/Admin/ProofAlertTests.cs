using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Registry;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class ProofAlertTests
{
    private readonly FakeTime _time = new();
    private readonly FakeJournal _journal = new();

    [Fact]
    public async Task Raise_TwoFindingsOfAKindAndOneOfAnother_AreTwoAlerts()
    {
        var store = new FakeRegistryStore(_time);
        var alerts = new ProofAlerts(store, _journal, _time);
        Assert.True(await alerts.RaiseAsync(new ProofFinding(FindingCode.StoreRecordEdited, "gw-01/x", 7, "In the store, it is another.")));
        Assert.False(
            await alerts.RaiseAsync(new ProofFinding(FindingCode.StoreRecordEdited, "gw-01/x", 9, "In the store, it is another."))
        );
        Assert.True(
            await alerts.RaiseAsync(new ProofFinding(FindingCode.JournalRewritten, "gw-01/x", 7, "In the journal, it is another."))
        );

        var written = await store.ListAsync(RegistryKind.Alert, null, 10, default);
        Assert.Equal(2, written.Count);
        var first = written
            .Select(item => RegistryJson.Deserialize<Alert>(item.Json))
            .Single(alert => alert.Evidence.Contains(FindingCode.StoreRecordEdited, StringComparison.Ordinal));
        Assert.Equal((ProofAlerts.Kind, "log/gw-01/x", AlertSeverity.Urgent), (first.Kind, first.Subject, first.Severity));
        Assert.Contains("record 7", first.Evidence, StringComparison.Ordinal);
        Assert.All(written, item => Assert.True(RegistryId.IsValid(item.Id)));
        Assert.Equal(2, _journal.Records.Count(record => record.Event == "alert.raise"));
    }
}
