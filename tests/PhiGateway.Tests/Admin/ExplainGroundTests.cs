using System.Text.Json.Nodes;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Cli;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>An explanation says on what an access rested: what the record itself says, and of older ones what the registry does.</summary>
public sealed class ExplainGroundTests
{
    // What the record says counts, whatever the registry has become since.
    [Fact]
    public async Task Explain_RecordThatSaysOnWhatItRested_ShowsThat()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var record = await RecordAsync(server);
        (record.Agreement, record.Approval, record.Approvers) = ("baa-of-then", "approval-of-then", ["arno@hospital.example"]);
        (record.Patients, record.CoveredBy) = (["17", "18"], ["roster/acme-orders@2026-01-01T00:00:00Z/..", "task/t-1"]);
        StoredTrail.Add(server, record);

        var json = await ExplainAsync(server, record);
        var ground = json["ground"]!;
        Assert.Equal(
            ("record", "baa-of-then", "approval-of-then", "arno@hospital.example"),
            ((string)ground["source"]!, (string)ground["agreement"]!, (string)ground["approval"]!, (string)ground["approvers"]![0]!)
        );
        Assert.Equal(["roster/acme-orders", "task"], ground["covered_by"]!.AsArray().Select(static node => (string)node!));
        Assert.Equal("arno@hospital.example", (string)json["who"]!["approved_by"]!);
        Assert.Null(json["who"]!["approved_at"]);
    }

    // The twin: of a record of before the registry says it, and that it does.
    [Fact]
    public async Task Explain_RecordOfBefore_SaysWhatTheRegistrySays()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var record = await RecordAsync(server);
        (record.Agreement, record.Approval, record.Approvers, record.CoveredBy) = (null, null, [], []);
        StoredTrail.Add(server, record);

        var json = await ExplainAsync(server, record);
        var ground = json["ground"]!;
        Assert.Equal(("registry", "baa-1"), ((string)ground["source"]!, (string)ground["agreement"]!));
        Assert.StartsWith("anna", (string)ground["approvers"]![0]!);
        Assert.StartsWith("anna", (string)json["who"]!["approved_by"]!);
        Assert.NotNull(json["who"]!["approved_at"]);
        Assert.Empty(ground["covered_by"]!.AsArray());
    }

    [Fact]
    public async Task CommandLine_Explain_SaysWhetherItIsTheRecords()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var record = await RecordAsync(server);
        record.Parameters = ["patient", "_include=Observation:subject"];
        StoredTrail.Add(server, record);
        using var shell = new PhigwShell(server);

        var told = await shell.RunAsync("august", string.Empty, "explain", record.Id.ToString("D"));

        Assert.True(told.Code == 0, told.Error);
        Assert.Contains(
            "rests on  agreement acme-baa   approval acme-1   by anna@hospital.example   patients by roster/acme-orders   (as recorded)",
            told.Output,
            StringComparison.Ordinal
        );

        // What a search by POST named in its body, which its target does not say.
        Assert.Contains("patient, _include=Observation:subject", told.Output, StringComparison.Ordinal);

        // Where the record holds the body it is that.
        var whole = await RecordAsync(server);
        (whole.Parameters, whole.Form) = (["patient"], "patient=17");
        StoredTrail.Add(server, whole);
        told = await shell.RunAsync("august", string.Empty, "explain", whole.Id.ToString("D"));
        Assert.Contains("patient=17", told.Output, StringComparison.Ordinal);
    }

    private static async Task<AuditRecord> RecordAsync(AdminServer server)
    {
        var record = TestRecords.Disclosure();
        (record.Client, record.UseCase) = ("acme-connector", "lab-results");
        record.Revision = await server.Store.GetRevisionAsync(default);
        return record;
    }

    private static async Task<JsonNode> ExplainAsync(AdminServer server, AuditRecord record)
    {
        var answer = await server.GetAsync($"/admin/v1/decisions/{record.Id:D}", "august");
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Json;
    }
}
