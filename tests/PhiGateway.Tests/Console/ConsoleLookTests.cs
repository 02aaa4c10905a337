using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Http;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>Whoever looks at a page that was read out of the trail is on record for it, and the page says so.</summary>
public sealed class ConsoleLookTests
{
    [Theory]
    [InlineData("viewer")]
    [InlineData("auditor")]
    [InlineData("privacy-officer")]
    [InlineData("responder")]
    [InlineData("operator")]
    [InlineData("approver")]
    [InlineData("admin")]
    [InlineData("all")]
    public async Task Page_ReadOutOfTheTrail_IsOnRecordAndSaysSo(string person)
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        ConsolePageTests.Add(server, "acme-connector", "permit");
        StoredTrail.AddEmergency(server.Admin, "t1");
        await server.Admin.Services.GetRequiredService<EmergencyUses>().RunOnceAsync(1, default);
        var use = (string)(await server.Admin.GetAsync("/admin/v1/alerts?kind=break-glass")).Json["items"]![0]!["id"]!;
        StoredTrail.Ship(server.Admin);
        using var browser = await server.SignInAsync(person);
        var read = new List<string>();
        foreach (var path in PathsOf(server, use))
        {
            var (looks, records) = (server.Admin.Trail.Looks, server.Admin.Journal.Records.Count);
            var page = await browser.GetAsync(path);
            if (page.Status == 403)
            {
                continue;
            }

            var isRecorded = server
                .Admin.Journal.Records.Skip(records)
                .Any(record => record.Kind == AuditKind.AuditUse && record.Actor == person + "@hospital.example");
            var isSaid = page.Text.Contains("On record:", StringComparison.Ordinal);
            var isPage = page.ContentType?.StartsWith("text/html", StringComparison.Ordinal) == true && page.Status == 200;
            if (server.Admin.Trail.Looks > looks)
            {
                read.Add(path);
                Assert.True(isRecorded, $"{path} was read out of the trail, and nobody knows by whom");
                Assert.True(isSaid || !isPage, $"{path} was read out of the trail, and does not say that this is on record");
            }

            Assert.True(isRecorded || !isSaid, $"{path} says that something is on record which is not");
        }

        // A viewer reads nothing of it; an auditor most.
        Assert.Equal(person == "viewer", read.Count == 0);
        Assert.True(read.Count > 10 || person is not ("auditor" or "all"), string.Join(", ", read));
    }

    private static IEnumerable<string> PathsOf(ConsoleServer server, string use) =>
        ConsoleAccessTests
            .Endpoints(server)
            .Where(static endpoint =>
                ConsoleAccessTests.MethodOf(endpoint) == "GET" && endpoint.Metadata.GetMetadata<RequiredRoles>() is not null
            )
            .Select(endpoint =>
                ConsoleAccessTests
                    .PathOf(endpoint)
                    .Replace("cases/nobody", "cases/c-1", StringComparison.Ordinal)
                    .Replace("reviews/nobody", "reviews/q2", StringComparison.Ordinal)
                    .Replace("alerts/nobody", "alerts/" + use, StringComparison.Ordinal)
                    .Replace("nobody", "acme-connector", StringComparison.Ordinal)
            )
            .Append("/console/alerts/odd-1")
            .Append("/console/stop?target=organization&value=acme");
}
