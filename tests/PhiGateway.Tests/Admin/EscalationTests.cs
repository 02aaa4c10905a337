using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Watch.Findings;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>An urgent alert that nobody takes is told again; one that somebody took, or that may wait, is not.</summary>
public sealed class EscalationTests
{
    private const string Alerts = "/admin/v1/alerts/";

    [Fact]
    public async Task RunOnce_UrgentAndNotTaken_IsToldAgainThreeTimesAtMost()
    {
        await using var server = await OpenAsync(AlertSeverity.Urgent);
        var escalation = Escalation(server);
        Assert.Equal(0, await escalation.RunOnceAsync(default));
        for (var hour = 1; hour <= 5; hour++)
        {
            server.Time.Now = server.Time.Now.AddHours(1);
            Assert.Equal(hour <= 3 ? 1 : 0, await escalation.RunOnceAsync(default));
            Assert.Equal(0, await escalation.RunOnceAsync(default));
        }

        var alert = (await server.GetAsync(Alerts + "a-1")).Json;
        Assert.Equal((3, "act"), ((int)alert["escalations"]!, (string)alert["lane"]!));
        var told = server.Journal.Records.Where(static record => record.Event == "alert.escalate").ToList();
        Assert.Equal(3, told.Count);
        Assert.All(told, static record => Assert.Equal("system", record.Actor));
    }

    [Fact]
    public async Task RunOnce_TakenSnoozedClosedOrNotUrgent_IsLeftAlone()
    {
        await using var warning = await OpenAsync(AlertSeverity.Warning);
        warning.Time.Now = warning.Time.Now.AddHours(9);
        Assert.Equal(0, await Escalation(warning).RunOnceAsync(default));

        await using var taken = await OpenAsync(AlertSeverity.Urgent);
        Assert.Equal(200, (await taken.PostAsync(Alerts + "a-1:take", "{}")).Status);
        taken.Time.Now = taken.Time.Now.AddHours(9);
        Assert.Equal(0, await Escalation(taken).RunOnceAsync(default));

        await using var waits = await OpenAsync(AlertSeverity.Urgent);
        var until = waits.Time.Now.AddHours(4).ToString("O");
        Assert.Equal(200, (await waits.PostAsync(Alerts + "a-1:snooze", $$"""{"until":"{{until}}","reason":"tonight"}""")).Status);
        waits.Time.Now = waits.Time.Now.AddHours(4.5);
        Assert.Equal(0, await Escalation(waits).RunOnceAsync(default));
        waits.Time.Now = waits.Time.Now.AddHours(1);
        Assert.Equal(1, await Escalation(waits).RunOnceAsync(default));
    }

    // Somebody took it and left, or it was given to a name that nobody has: after a day it is everybody's again.
    [Theory]
    [InlineData(":take", "{}")]
    [InlineData(":assign", """{"person":"nobody@hospital.example"}""")]
    public async Task RunOnce_TakenAndLeft_IsOpenAndToldAgain_TakenAgainIsNot(string verb, string body)
    {
        await using var server = await OpenAsync(AlertSeverity.Urgent);
        var escalation = Escalation(server);
        Assert.Equal(200, (await server.PostAsync(Alerts + "a-1" + verb, body)).Status);
        server.Time.Now = server.Time.Now.AddHours(23);
        Assert.Equal(0, await escalation.RunOnceAsync(default));
        Assert.Equal(200, (await server.PostAsync(Alerts + "a-1" + verb, body)).Status);
        server.Time.Now = server.Time.Now.AddHours(23);
        Assert.Equal(0, await escalation.RunOnceAsync(default));

        server.Time.Now = server.Time.Now.AddHours(1);
        Assert.Equal(1, await escalation.RunOnceAsync(default));
        var alert = (await server.GetAsync(Alerts + "a-1")).Json;
        Assert.Equal(("open", 1), ((string)alert["state"]!, (int)alert["escalations"]!));
        Assert.Null(alert["assignedTo"]);
        server.Time.Now = server.Time.Now.AddMinutes(59);
        Assert.Equal(0, await escalation.RunOnceAsync(default));
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(1, await escalation.RunOnceAsync(default));
    }

    [Fact]
    public async Task RunOnce_TakenForGood_StaysTaken()
    {
        await using var server = await OpenAsync(AlertSeverity.Urgent);
        Assert.Equal(200, (await server.PostAsync(Alerts + "a-1:take", "{}")).Status);
        server.Time.Now = server.Time.Now.AddDays(90);

        Assert.Equal(0, await Escalation(server, TimeSpan.Zero).RunOnceAsync(default));
    }

    // It was told three times and closed; now it is worse: told anew, and three times more.
    [Fact]
    public async Task RunOnce_WorseAfterItWasToldThrice_IsToldAgain()
    {
        await using var server = await OpenAsync(AlertSeverity.Urgent);
        var finding = new Finding
        {
            Rule = "two-places",
            Subject = "client/x",
            At = server.Time.Now,
            Severity = FindingSeverity.High,
            Words = "Odd.",
        };
        var sink = new FindingAlerts(
            server.Store,
            server.Journal,
            server.Services.GetRequiredService<ISnapshotSource>(),
            QuarantineRules.None,
            server.Time
        );
        await sink.RaiseAsync(finding, default);
        Assert.Equal(200, (await server.PostAsync(Alerts + "a-1:close", """{"reason":"not this one"}""")).Status);
        var escalation = Escalation(server);
        for (var hour = 1; hour <= 4; hour++)
        {
            server.Time.Now = server.Time.Now.AddHours(1);
            Assert.Equal(hour <= 3 ? 1 : 0, await escalation.RunOnceAsync(default));
        }

        await sink.RaiseAsync(finding with { Severity = FindingSeverity.Critical }, default);
        Assert.Equal(0, await escalation.RunOnceAsync(default));
        for (var hour = 1; hour <= 4; hour++)
        {
            server.Time.Now = server.Time.Now.AddHours(1);
            Assert.Equal(hour <= 3 ? 1 : 0, await escalation.RunOnceAsync(default));
        }
    }

    [Fact]
    public async Task Escalations_ByAPerson_CannotBeWritten()
    {
        await using var server = await OpenAsync(AlertSeverity.Urgent);

        Assert.Equal(422, (await server.PatchAsync(Alerts + "a-1", """{"escalations":3}""")).Status);
    }

    private static async Task<AdminServer> OpenAsync(AlertSeverity severity)
    {
        var server = await AdminServer.StartAsync();
        var alert = new Alert
        {
            Id = "a-1",
            Kind = "odd",
            Subject = "client/x",
            At = server.Time.Now,
            Evidence = "seen",
            Severity = severity,
        };
        await server.Store.WriteAsync([new RegistryWrite(RegistryKind.Alert, "a-1", RegistryJson.Serialize(alert), 0)], "system", default);
        return server;
    }

    private static AlertEscalation Escalation(AdminServer server, TimeSpan? takenFor = null) =>
        new(
            server.Store,
            server.Services.GetRequiredService<WorkingSetSource>(),
            server.Journal,
            server.Services.GetRequiredService<ISnapshotSource>(),
            takenFor is { } time ? new AdminOptions { TakenFor = time } : new AdminOptions(),
            server.Time,
            NullLogger<AlertEscalation>.Instance
        );
}
