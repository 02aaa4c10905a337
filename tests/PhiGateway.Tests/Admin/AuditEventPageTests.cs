using Hl7.Fhir.Model;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;
using Task = System.Threading.Tasks.Task;

namespace PhiGateway.Tests.Admin;

/// <summary>A page of AuditEvents costs the store so many questions at most, whoever is asked for.</summary>
[Trait("Size", "Large")]
public sealed class AuditEventPageTests
{
    private const string ByAda = "/fhir/AuditEvent?agent=ada@hospital.example&_count=";

    // One event at a time is a question to the store for each row: a call asks so many, and its next link goes on.
    [Fact]
    public async Task Search_OneAtATimeForAPersonWhoIsRare_AsksTheStoreSoOftenOnly_AndTheNextLinkGoesOn()
    {
        await using var server = await StartAsync();
        var asked = 0;
        server.Trail.BeforeQuery = _ =>
        {
            asked++;
            return Task.CompletedTask;
        };

        var first = FhirValidator.Parse<Bundle>((await server.GetAsync(ByAda + "1", "conny")).Text);
        Assert.Empty(first.Entry);
        Assert.InRange(asked, 1, 100);
        var second = FhirValidator.Parse<Bundle>((await server.GetAsync(first.NextLink!.PathAndQuery, "conny")).Text);
        Assert.Single(second.Entry);
    }

    [Fact]
    public async Task Search_ForAPersonWhoIsRare_FindsThemInOnePage()
    {
        await using var server = await StartAsync();

        var page = FhirValidator.Parse<Bundle>((await server.GetAsync(ByAda + "50", "conny")).Text);
        Assert.Single(page.Entry);
        Assert.Null(page.NextLink);
    }

    // In each tenant a patient has another pseudonym, and the look is on record: of so many one is named, by the parameter that there is.
    [Fact]
    public async Task Search_ForAPatientInMoreTenantsThanOneSearchLooksInto_IsRefused_InOneOfThemItIsNot()
    {
        await using var server = await StartAsync();
        StoredTrail.Add(server, [.. Enumerable.Range(0, 501).Select(static number => Of($"t-{number}"))]);

        var every = await SearchAsync(server, "patient=Patient/p-1");
        Assert.Equal(400, every.Status);
        Assert.StartsWith("Query parameter 'site'", (string)every.Json["issue"]![0]!["diagnostics"]!, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Journal.Records, static record => record.Event == "audit.fhir-search");

        Assert.Equal(200, (await SearchAsync(server, "patient=Patient/p-1&site=t-7")).Status);
        Assert.Single(server.Journal.Records, static record => record is { Event: "audit.fhir-search", Tenant: "t-7", Patients: ["p-1"] });
    }

    private static Task<AdminAnswer> SearchAsync(AdminServer server, string form) =>
        server.SendAsync("conny", "POST", "/fhir/AuditEvent/_search", form, ("Content-Type", "application/x-www-form-urlencoded"));

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("conny", "audit-consumer");
        await Sample.WriteAsync(server);
        StoredTrail.Add(server, Released("ada@hospital.example"));
        StoredTrail.Add(server, [.. Enumerable.Range(0, 150).Select(static _ => Released("dr-4711"))]);
        return server;
    }

    private static AuditRecord Of(string tenant)
    {
        var record = TestRecords.Disclosure();
        record.Tenant = tenant;
        return record;
    }

    private static AuditRecord Released(string subject)
    {
        var record = TestRecords.Disclosure();
        (record.Issuer, record.Subject) = ("hospital-idp", subject);
        return record;
    }
}
