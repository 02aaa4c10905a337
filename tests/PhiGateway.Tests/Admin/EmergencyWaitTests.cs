using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Alerts;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>An emergency use waits for a decision until its time and no longer, and what was said at it is shown to whoever decides.</summary>
public sealed class EmergencyWaitTests
{
    private const string Soon = "2026-05-02T11:00:00Z";

    /// <summary>Whoever stands behind the client does not put its use off, day after day; a stranger does, up to when it is due.</summary>
    [Theory]
    [InlineData("snooze", "\"until\":\"" + Soon + "\",")]
    [InlineData("take", "")]
    [InlineData("acknowledge", "")]
    [InlineData("assign", "\"person\":\"zoe@hospital.example\",")]
    public async Task Verb_ByWhoStandsBehindTheClient_IsRefused_ByAStrangerItIsDone(string verb, string body)
    {
        await using var server = await AdminServer.StartAsync();
        var id = await RaiseAsync(server, owner: "anna@hospital.example");
        var text = $$"""{{{body}}"reason":"later"}""";

        var behind = await server.PostAsync($"/admin/v1/alerts/{id}:{verb}", text, "anna");
        Assert.Equal((403, "four-eyes"), (behind.Status, behind.Code));
        var cased = await server.PostAsync("/admin/v1/cases:open", $$"""{"title":"one","alerts":["{{id}}"]}""", "anna");
        Assert.Equal((403, "four-eyes"), (cased.Status, cased.Code));

        var stranger = await server.PostAsync($"/admin/v1/alerts/{id}:{verb}", text, "arno");
        Assert.True(stranger.Status == 200, stranger.Text);
        Assert.Equal(201, (await server.PostAsync("/admin/v1/cases:open", $$"""{"title":"one","alerts":["{{id}}"]}""", "arno")).Status);
    }

    [Fact]
    public async Task Snooze_BeyondWhenItIsDue_IsRefused_OfAnotherAlertItIsNot()
    {
        await using var server = await AdminServer.StartAsync();
        var id = await RaiseAsync(server);
        var late = await server.PostAsync($"/admin/v1/alerts/{id}:snooze", """{"until":"2026-05-02T13:00:00Z","reason":"later"}""", "arno");
        Assert.Equal((422, "/until"), (late.Status, Assert.Single(late.Pointers)));
        server.Time.Now = server.Time.Now.AddDays(2);
        var past = await server.PostAsync($"/admin/v1/alerts/{id}:snooze", """{"until":"2026-05-04T13:00:00Z","reason":"later"}""", "arno");
        Assert.Equal(422, past.Status);

        const string Note = """
            {"id":"own","kind":"note","subject":"client/acme-connector","at":"2026-01-01T00:00:00Z","evidence":"Look."}
            """;
        Assert.Equal(201, (await server.PostAsync("/admin/v1/alerts", Note)).Status);
        var other = await server.PostAsync("/admin/v1/alerts/own:snooze", """{"until":"2026-05-20T13:00:00Z","reason":"later"}""", "arno");
        Assert.True(other.Status == 200, other.Text);
    }

    /// <summary>However many calls the client makes later on that day: the words of the first stand in the report, and it is not lost.</summary>
    [Fact]
    public async Task Report_OfAUseBehindMoreCallsThanAreRead_ShowsWhatWasSaid()
    {
        await using var server = await AdminServer.StartAsync();
        var id = await RaiseAsync(server);
        var call = server.Trail.Entries[0];
        var later = new AuditRecord
        {
            Id = Guid.NewGuid(),
            ParentId = Guid.NewGuid(),
            Kind = AuditKind.Override,
            Event = EmergencyUse.Event,
            Actor = EmergencyUse.Actor,
            Time = call.Time.AddMinutes(1),
            Decision = "permit",
            Client = "acme-connector",
            Tenant = "north",
            TokenHash = "t2",
            Note = "something else",
        };
        var entry = StoredTrail.EntryOf(later, 1);
        for (var i = 0; i <= EmergencyReports.MostRead; i++)
        {
            server.Trail.Entries.Add(entry with { Sequence = i + 1 });
        }

        var report = await server.GetAsync($"/admin/v1/alerts/{id}/emergency-use", "august");
        Assert.True(report.Status == 200, report.Text);
        Assert.Equal("unconscious, no other source", (string)Assert.Single(report.Json["reasons"]!.AsArray())!["words"]!);
        Assert.Equal(1, (long)report.Json["calls"]!);
    }

    /// <summary>The twin: of more tokens than have an alert of their own each one has its own words, and the rest those of the others.</summary>
    [Fact]
    public async Task Report_OfMoreTokensThanAreToldApart_HasTheCallsOfEach()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        for (var i = 0; i < 303; i++)
        {
            StoredTrail.AddEmergency(server, $"t{i % 101:000}", at: server.Time.Now.AddSeconds(i));
        }

        await server.Services.GetRequiredService<EmergencyUses>().RunOnceAsync(1, default);
        var alerts = (await server.GetAsync("/admin/v1/alerts?kind=break-glass&limit=200")).Json["items"]!.AsArray();
        Assert.Equal(101, alerts.Count);
        foreach (var alert in alerts)
        {
            var report = await server.GetAsync($"/admin/v1/alerts/{(string)alert!["id"]!}/emergency-use", "august");
            Assert.True(report.Status == 200 && (long)report.Json["calls"]! == 3, report.Text);
        }
    }

    private static async Task<string> RaiseAsync(AdminServer server, string? owner = null)
    {
        await Sample.WriteAsync(server);
        StoredTrail.AddEmergency(server, "t1", owner);
        await server.Services.GetRequiredService<EmergencyUses>().RunOnceAsync(1, default);
        return (string)(await server.GetAsync("/admin/v1/alerts?kind=break-glass")).Json["items"]![0]!["id"]!;
    }
}
