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
    [InlineData("accounting.hold", "no record")]
    [InlineData("accounting.hold", "no content")]
    [InlineData("accounting.hold", "empty content")]
    [InlineData("accounting.hold", "no key")]
    [InlineData("accounting.request", "no record")]
    [InlineData("accounting.request", "no content")]
    public async Task ListOfAllPatients_WithARowThatIsNoStep_HasTheOthers(string step, string how)
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("petra", "privacy-officer");
        var now = server.Time.Now;
        const string Held = """{"Agency":"Sheriff","Reason":"inquiry","Oral":false,"Until":"2026-05-20T00:00:00+00:00"}""";
        const string Asked = """{"Received":"2026-04-20T00:00:00+00:00"}""";
        server.Trail.Entries.Add(StoredTrail.EntryOf(StepOf("accounting.hold", Held, now), 0));
        server.Trail.Entries.Add(StoredTrail.EntryOf(StepOf("accounting.request", Asked, now), 1));
        server.Trail.Entries.Add(RowOf(step, how, now) with { Sequence = 2 });

        foreach (var path in (string[])["/admin/v1/accounting/holds", "/admin/v1/accounting/requests"])
        {
            var listed = await server.GetAsync(path, "petra");
            Assert.True(listed.Status == 200, listed.Text);
            Assert.Single(listed.Json["items"]!.AsArray());
        }
    }

    // A row may bear the id of a step that is not its own, and be newer.
    [Theory]
    [InlineData("no record")]
    [InlineData("empty content")]
    public async Task Release_BesideANewerRowOfTheSameId_FindsTheHold(string how)
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("petra", "privacy-officer");
        var now = server.Time.Now;
        var hold = StepOf("accounting.hold", "{}", now);
        (hold.Tenant, hold.Patients) = ("north", ["p-1"]);
        server.Trail.Entries.Add(StoredTrail.EntryOf(hold, 0));
        server.Trail.Entries.Add(RowOf("accounting.request", how, now.AddMinutes(1)) with { Id = hold.Id, Sequence = 1 });

        var released = await server.PostAsync($"/admin/v1/accounting/holds/{hold.Id:D}:release", """{"reason":"case closed"}""", "petra");
        Assert.True(released.Status == 200, released.Text);
        var step = Assert.Single(server.Journal.Records, static record => record.Event == "accounting.release");
        Assert.Equal((hold.Id, "p-1"), (step.ParentId, Assert.Single(step.Patients)));
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

    private static AuditRecord StepOf(string step, string content, DateTimeOffset at) =>
        new()
        {
            Id = Guid.NewGuid(),
            Kind = AuditKind.Hold,
            Event = step,
            Time = at,
            Actor = "somebody",
            After = content,
        };

    private static AuditEntry RowOf(string step, string how, DateTimeOffset at)
    {
        var row = StoredTrail.EntryOf(StepOf(step, how == "empty content" ? "{}" : "no JSON", at), 0);
        return how switch
        {
            "no record" => row with { Body = Encoding.UTF8.GetBytes("no record") },
            "no key" => row with { Body = Array.Empty<byte>(), IsDestroyed = true, IsKeyMissing = true },
            "unreadable" => row with { Kind = default, Unreadable = "kind", Body = Array.Empty<byte>() },
            _ => row,
        };
    }
}
