using System.Text.Json.Nodes;
using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Compiling;
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
            await alerts.RaiseAsync(new ProofFinding(FindingCode.StoreRecordEdited, "gw-01/x", 7, "In the store, it is another."))
        );
        Assert.True(await alerts.RaiseAsync(new ProofFinding(FindingCode.StoreRecordEdited, "gw-01/x", 9, "In the store, it is another.")));
        Assert.True(
            await alerts.RaiseAsync(new ProofFinding(FindingCode.JournalRewritten, "gw-01/x", 7, "In the journal, it is another."))
        );

        var written = await store.ListAsync(RegistryKind.Alert, null, 10, default);
        Assert.Equal(2, written.Count);
        var first = written.Select(Read).Single(alert => alert.Evidence.Contains(FindingCode.StoreRecordEdited, StringComparison.Ordinal));
        Assert.Equal((ProofAlerts.Kind, "log/gw-01/x", AlertSeverity.Urgent), (first.Kind, first.Subject, first.Severity));
        Assert.Contains("first at record 7, 2 in all, the last of them 9.", first.Evidence, StringComparison.Ordinal);
        Assert.All(written, item => Assert.True(RegistryId.IsValid(item.Id)));
        Assert.Equal(2, _journal.Records.Count(record => record.Event == "alert.raise"));
    }

    // The first was a restore drill, which somebody closed; a later one of the same kind is another thing, also after a restart.
    [Theory]
    [InlineData("state", "closed")]
    [InlineData("snoozedUntil", "2026-05-20T00:00:00Z")]
    public async Task Raise_AnotherPlaceAfterItWasPutAside_IsOpenAgain_TheSamePlaceIsNot(string member, string value)
    {
        var store = new FakeRegistryStore(_time);
        var finding = new ProofFinding(FindingCode.StoreRecordEdited, "gw-01/x", 7, "In the store, it is another.");
        await new ProofAlerts(store, _journal, _time).RaiseAsync(finding);
        var item = Assert.Single(await store.ListAsync(RegistryKind.Alert, null, 10, default));
        var form = JsonNode.Parse(item.Json)!;
        form[member] = value;
        await store.WriteAsync([new RegistryWrite(RegistryKind.Alert, item.Id, form.ToJsonString(), item.Version)], "kim", default);

        var restarted = new ProofAlerts(store, _journal, _time);
        Assert.False(await restarted.RaiseAsync(finding));
        Assert.True(await restarted.RaiseAsync(finding with { Sequence = 900_000 }));
        Assert.False(await restarted.RaiseAsync(finding with { Sequence = 900_000 }));

        var alert = Read(Assert.Single(await store.ListAsync(RegistryKind.Alert, null, 10, default)));
        Assert.Equal((AlertState.Open, AlertSeverity.Urgent), (alert.State, alert.Severity));
        Assert.Null(alert.SnoozedUntil);
        Assert.Contains("900000", alert.Evidence, StringComparison.Ordinal);
        Assert.Equal("alert.escalate", _journal.Records[^1].Event);
    }

    private static Alert Read(RegistryItem item) => RegistryJson.Deserialize<Alert>(StoredBody.WithoutNotes(item.Json).ToJsonString());
}
