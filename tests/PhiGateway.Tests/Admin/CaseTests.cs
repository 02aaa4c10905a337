using PhiGateway.Admin.Cases;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Alerts that are looked at as one: grouped by what they look at, or by hand, noted, and closed together with a reason.</summary>
public sealed class CaseTests
{
    private const string Cases = "/admin/v1/cases";

    [Fact]
    public void Of_SameSubjectFamilyAndDays_IsOneGroup()
    {
        var start = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
        Alert[] alerts =
        [
            NewAlert("a", "volume-spike", "client/x", start),
            NewAlert("b", "record-scraping", "client/x", start.AddDays(2)),
            NewAlert("c", "off-hours", "client/x", start.AddDays(4)),
            NewAlert("d", "volume-spike", "client/x", start.AddDays(12)),
            NewAlert("e", "new-network", "client/x", start),
            NewAlert("f", "volume-spike", "client/y", start),
        ];
        var groups = CaseGrouping.Of(alerts).Select(static group => string.Concat(group.Alerts.Select(static alert => alert.Id))).Order();

        Assert.Equal(["cba", "d", "e", "f"], groups);
    }

    [Fact]
    public async Task Case_OpenedNotedAndClosed_ClosesItsAlertsButEmergencyUses()
    {
        await using var server = await AdminServer.StartAsync();
        await WriteAsync(server, NewAlert("a-1", "odd", "client/x", server.Time.Now));
        await WriteAsync(server, NewAlert("a-2", "odd", "client/x", server.Time.Now.AddHours(1)));
        await WriteAsync(server, NewAlert("break-glass-1", "break-glass", "client/x", server.Time.Now));
        var opened = await server.PostAsync(Cases + ":open", """{"alerts":["a-1","break-glass-1"]}""");
        Assert.True(opened.Status == 201, opened.Text);
        var id = (string)opened.Json["id"]!;
        var view = (await server.GetAsync($"{Cases}/{id}/view")).Json;
        Assert.Equal("a-2", (string)Assert.Single(view["alike"]!.AsArray())!["id"]!);

        Assert.Equal("in-a-case", (await server.PostAsync(Cases + ":open", """{"alerts":["a-1"]}""")).Code);
        Assert.Equal(200, (await server.PostAsync($"{Cases}/{id}:add", """{"alerts":["a-2"]}""")).Status);
        Assert.Equal(422, (await server.PostAsync($"{Cases}/{id}:note", "{}")).Status);
        Assert.Equal(200, (await server.PostAsync($"{Cases}/{id}:note", """{"text":"the vendor tests a release"}""")).Status);
        Assert.Equal(422, (await server.PostAsync($"{Cases}/{id}:close", "{}")).Status);
        Assert.Equal(200, (await server.PostAsync($"{Cases}/{id}:close", """{"reason":"agreed with the vendor"}""")).Status);

        Assert.Equal("closed", (string)(await server.GetAsync("/admin/v1/alerts/a-2")).Json["state"]!);
        Assert.Equal("agreed with the vendor", (string)(await server.GetAsync("/admin/v1/alerts/a-1")).Json["resolution"]!);
        Assert.Equal("open", (string)(await server.GetAsync("/admin/v1/alerts/break-glass-1")).Json["state"]!);
        Assert.Equal("already-closed", (await server.PostAsync($"{Cases}/{id}:note", """{"text":"late"}""")).Code);
        var timeline = (await server.GetAsync($"{Cases}/{id}/view")).Json["timeline"]!.AsArray();
        Assert.Contains(timeline, static moment => (string)moment!["words"]! == "noted: the vendor tests a release");
    }

    // What is found to be worse after its case was closed is looked at anew: the closed case keeps its story and binds nothing.
    [Fact]
    public async Task Open_OfAnAlertThatStandsInAClosedCase_IsANewCase_OneInAnOpenCaseIsRefused()
    {
        await using var server = await AdminServer.StartAsync();
        await WriteAsync(server, NewAlert("a-1", "odd", "client/x", server.Time.Now));
        await WriteAsync(server, NewAlert("a-2", "odd", "client/x", server.Time.Now));
        var first = (string)(await server.PostAsync(Cases + ":open", """{"alerts":["a-1"]}""")).Json["id"]!;
        Assert.Equal("in-a-case", (await server.PostAsync(Cases + ":open", """{"alerts":["a-1"]}""")).Code);
        Assert.Equal(200, (await server.PostAsync($"{Cases}/{first}:close", """{"reason":"agreed"}""")).Status);
        var item = (await server.Store.FindAsync(RegistryKind.Alert, "a-1", default))!;
        RegistryWrite[] reopened =
        [
            new(RegistryKind.Alert, "a-1", RegistryJson.Serialize(NewAlert("a-1", "odd", "client/x", server.Time.Now)), item.Version),
        ];
        await server.Store.WriteAsync(reopened, "gateway", default);

        var second = (string)(await server.PostAsync(Cases + ":open", """{"alerts":["a-2"]}""")).Json["id"]!;
        var view = (await server.GetAsync($"{Cases}/{second}/view")).Json;
        Assert.Equal("a-1", (string)Assert.Single(view["alike"]!.AsArray())!["id"]!);
        Assert.Equal(200, (await server.PostAsync($"{Cases}/{second}:add", """{"alerts":["a-1"]}""")).Status);
        Assert.Equal(
            "a-1",
            (string)Assert.Single((await server.GetAsync($"{Cases}/{first}/view")).Json["alerts"]!.AsArray())!["alert"]!["id"]!
        );
    }

    [Fact]
    public async Task Remove_TheLastAlert_IsRefused_AndAnotherIsTakenOut()
    {
        await using var server = await AdminServer.StartAsync();
        await WriteAsync(server, NewAlert("a-1", "odd", "client/x", server.Time.Now));
        await WriteAsync(server, NewAlert("a-2", "odd", "client/y", server.Time.Now));
        var id = (string)(await server.PostAsync(Cases + ":open", """{"alerts":["a-1","a-2"],"title":"both"}""")).Json["id"]!;

        Assert.Equal(200, (await server.PostAsync($"{Cases}/{id}:remove", """{"alerts":["a-2"]}""")).Status);
        Assert.Equal("empty-case", (await server.PostAsync($"{Cases}/{id}:remove", """{"alerts":["a-1"]}""")).Code);
        Assert.Equal(404, (await server.PostAsync($"{Cases}/{id}:add", """{"alerts":["nothing"]}""")).Status);
        Assert.Equal(422, (await server.PostAsync(Cases + ":open", """{"alerts":[]}""")).Status);
    }

    private static Alert NewAlert(string id, string kind, string subject, DateTimeOffset at) =>
        new()
        {
            Id = id,
            Kind = kind,
            Subject = subject,
            At = at,
            Evidence = "seen",
        };

    private static async Task WriteAsync(AdminServer server, Alert alert) =>
        await server.Store.WriteAsync(
            [new RegistryWrite(RegistryKind.Alert, alert.Id, RegistryJson.Serialize(alert), 0)],
            "gateway",
            default
        );
}
