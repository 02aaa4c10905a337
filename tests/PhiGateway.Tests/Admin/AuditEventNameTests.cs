using Hl7.Fhir.Model;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;
using Task = System.Threading.Tasks.Task;

namespace PhiGateway.Tests.Admin;

/// <summary>AuditEvents by a name are those of whoever took part under it.</summary>
[Trait("Size", "Large")]
public sealed class AuditEventNameTests
{
    // A registered client is also a hop through which others call: before, its bare name found its own calls only, and no next page.
    [Theory]
    [InlineData("acme-connector", 2)]
    [InlineData("urn:phi-gateway:actor|acme-connector", 1)]
    [InlineData("urn:phi-gateway:client|acme-connector", 1)]
    public async Task Search_ByAClientsName_FindsWhatOthersDidThroughIt(string agent, int expected)
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("conny", "audit-consumer");
        await Sample.WriteAsync(server);
        var through = Read("other-client");
        through.Actors = ["acme-connector"];
        StoredTrail.Add(server, Read("acme-connector"), through, Read("other-client"));
        var answer = await server.GetAsync($"/fhir/AuditEvent?agent={agent}", "conny");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(expected, FhirValidator.Parse<Bundle>(answer.Text).Entry.Count);
    }

    private static AuditRecord Read(string client)
    {
        var record = TestRecords.Disclosure();
        (record.Event, record.Interaction, record.RawTarget, record.Purpose) = ("read", "read", "/fhir/Observation?patient=p-1", "TREAT");
        (record.Client, record.Issuer, record.IssuerClientId, record.TokenId) = (client, "hospital-idp", "idp-client", "jti-1");
        return record;
    }
}
