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

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("conny", "audit-consumer");
        await Sample.WriteAsync(server);
        StoredTrail.Add(server, Released("ada@hospital.example"));
        StoredTrail.Add(server, [.. Enumerable.Range(0, 150).Select(static _ => Released("dr-4711"))]);
        return server;
    }

    private static AuditRecord Released(string subject)
    {
        var record = TestRecords.Disclosure();
        (record.Issuer, record.Subject) = ("hospital-idp", subject);
        return record;
    }
}
