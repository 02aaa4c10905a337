using System.Text;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A row that is no step of a register, put into the store by whoever ships, keeps nobody from the steps that are.</summary>
public sealed class StrangeStepTests
{
    public static TheoryData<string, string> Strange =>
        new()
        {
            { "shadow.begin", "no record" },
            { "shadow.begin", "no content" },
            { "shadow.begin", "empty content" },
            { "shadow.begin", "no key" },
            { "offboarding.begin", "no record" },
            { "offboarding.begin", "no content" },
            { "offboarding.begin", "empty content" },
            { "offboarding.begin", "no key" },
        };

    [Theory]
    [MemberData(nameof(Strange))]
    public async Task List_WithARowThatIsNoStep_IsAnswered(string step, string how)
    {
        await using var server = await AdminServer.StartAsync();
        var path = step.StartsWith("shadow", StringComparison.Ordinal) ? "/admin/v1/shadows" : "/admin/v1/offboardings";
        server.Trail.Entries.Add(RowOf(step, how, server.Time.Now));

        var listed = await server.GetAsync(path, "august");
        Assert.True(listed.Status == 200, listed.Text);
        Assert.Empty(listed.Json["items"]!.AsArray());
    }

    [Theory]
    [InlineData("no record")]
    [InlineData("unreadable")]
    public async Task Search_WithARowThatCannotBeRead_ShowsItForWhatItIs(string how)
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("cora", "audit-consumer");
        var row = RowOf("read", how, server.Time.Now.AddYears(1));
        server.Trail.Entries.Add(row);

        var events = await server.GetAsync($"/fhir/AuditEvent/{row.Id:D}", "cora");
        Assert.True(events.Status == 200, events.Text);
        Assert.Contains(AuditEntry.UnreadableNote, events.Text, StringComparison.Ordinal);
        var found = await server.GetAsync($"/admin/v1/audit/{row.Id:D}", "august");
        Assert.True(found.Status == 200, found.Text);
        Assert.Equal(how == "unreadable" ? "kind" : "body", (string?)found.Json["record"]!["unreadable"]);
    }

    private static AuditEntry RowOf(string step, string how, DateTimeOffset at)
    {
        var record = new AuditRecord
        {
            Id = Guid.NewGuid(),
            Kind = AuditKind.Hold,
            Event = step,
            Time = at,
            Actor = "somebody",
            After = how == "empty content" ? "{}" : "no JSON",
        };
        var row = StoredTrail.EntryOf(record, 0);
        return how switch
        {
            "no record" => row with { Body = Encoding.UTF8.GetBytes("no record") },
            "no key" => row with { Body = Array.Empty<byte>(), IsDestroyed = true, IsKeyMissing = true },
            "unreadable" => row with { Kind = default, Unreadable = "kind", Body = Array.Empty<byte>() },
            _ => row,
        };
    }
}
