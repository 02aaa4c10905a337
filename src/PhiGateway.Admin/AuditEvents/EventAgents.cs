using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>Says who took part in an event: the client, the server behind, the person, the administrator, the node.</summary>
internal static class EventAgents
{
    /// <summary>System of a client's id.</summary>
    internal const string ClientSystem = "urn:phi-gateway:client";

    /// <summary>System of an administrator's name.</summary>
    internal const string PersonSystem = "urn:phi-gateway:administrator";

    private const string ActorSystem = "urn:phi-gateway:actor";
    private const string UpstreamSystem = "urn:phi-gateway:upstream";
    private const string NodeSystem = "urn:phi-gateway:node";

    /// <summary>The agents; at least one, and one of them asked.</summary>
    public static IReadOnlyList<FhirAgent> Of(AuditEntry entry, AuditRecord record, string profile)
    {
        var node = entry.Log.Split('/')[0];
        // Emergency access is recorded by the gateway and done by the client.
        if (record.Actor is { } actor && (record.Kind != AuditKind.Override || record.Client is null))
        {
            return
            [
                new FhirAgent(FhirCoding.Application, PersonSystem, actor, true) { Address = record.Peer, Policy = record.Subject },
                new FhirAgent(FhirCoding.Custodian, NodeSystem, node, false),
            ];
        }

        var agents = new List<FhirAgent>(4);
        var (client, server) = Parts(record, profile);
        var person = PersonOf(record);
        agents.Add(
            new FhirAgent(client, ClientSystem, record.Client ?? record.IssuerClientId ?? "unknown", person is null)
            {
                Address = record.Peer,
            }
        );
        agents.Add(
            new FhirAgent(server, record.Upstream is null ? NodeSystem : UpstreamSystem, record.Upstream ?? node, false)
            {
                Address = node,
                AddressType = "1",
            }
        );
        // Each hop of a delegation, by a role that IHE's patterns count no agents of; the outermost may be the client itself.
        foreach (var hop in record.Actors)
        {
            if (hop != record.IssuerClientId && hop != record.Client)
            {
                agents.Add(new FhirAgent(FhirCoding.Agent, ActorSystem, hop, false));
            }
        }

        if (person is not null)
        {
            agents.Add(
                new FhirAgent(IsWrite(record) ? FhirCoding.Author : FhirCoding.Recipient, IssuerOf(record), person, true)
                {
                    Policy = record.TokenId is { } token ? "urn:ietf:params:oauth:jti:" + token : null,
                    Purposes = PurposesOf(record),
                }
            );
        }

        return agents;
    }

    /// <summary>The purposes that counted.</summary>
    public static IReadOnlyList<FhirCoding> PurposesOf(AuditRecord record) =>
        record.Purpose is { Length: > 0 } purpose ? [.. purpose.Split(' ').Select(FhirCoding.Purpose)] : [];

    // IHE turns the parts round: data flows to the client when it reads, and from it, as a query or a record, when it does not.
    private static (FhirCoding Client, FhirCoding Server) Parts(AuditRecord record, string profile) =>
        profile switch
        {
            EventProfiles.Read or EventProfiles.PatientRead => (FhirCoding.Destination, FhirCoding.Source),
            EventProfiles.Delete or EventProfiles.PatientDelete => (FhirCoding.Application, FhirCoding.Custodian),
            EventProfiles.Access when record.Kind == AuditKind.Disclosure => (FhirCoding.Destination, FhirCoding.Source),
            _ when RestProfiles.IsBalp(profile) || profile == EventProfiles.Access => (FhirCoding.Source, FhirCoding.Destination),
            _ => (FhirCoding.Application, FhirCoding.Custodian),
        };

    // The token's subject, where it is not the machine itself.
    private static string? PersonOf(AuditRecord record) =>
        record.Subject is { Length: > 0 } subject && subject != record.IssuerClientId && subject != record.Client ? subject : null;

    private static bool IsWrite(AuditRecord record) => record.Interaction is "create" or "update" or "patch" or "delete";

    private static string? IssuerOf(AuditRecord record) => record.Issuer is { } issuer ? "urn:phi-gateway:issuer:" + issuer : null;
}
