using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Cases;
using PhiGateway.Tests.Policy.Snapshot;

namespace PhiGateway.Tests.Policy.Decisions;

/// <summary>Requests that a sound registry permits, to be spoiled one member at a time.</summary>
internal static class Asked
{
    internal static Caller Caller(string client = "connector", string scopes = "system/*.cruds") =>
        new()
        {
            Issuer = "idp",
            IssuerEnvironment = "production",
            ClientId = client,
            Scopes = Cases.CaseScopes.Read(scopes),
            Purposes = [PurposeOfUse.Parse("TREAT")],
            IssuedAt = TestRegistry.Now.AddSeconds(-30),
            ExpiresAt = TestRegistry.Now.AddSeconds(270),
            TokenHash = "00",
            TokenId = "jti",
        };

    internal static AccessRequest For(string client, params AccessPart[] parts) => For(Caller(client), parts);

    internal static AccessRequest For(Caller caller, params AccessPart[] parts) =>
        new()
        {
            Caller = caller,
            Tenant = "north",
            Environment = "production",
            Now = TestRegistry.Now,
            Parts = parts,
        };

    internal static AccessPart Search(string type) => new() { Interaction = Interaction.SearchType, Type = ResourceType.Parse(type) };

    internal static AccessPart Read(string type, string id = "1") =>
        new()
        {
            Interaction = Interaction.Read,
            Type = ResourceType.Parse(type),
            Id = id,
        };

    internal static ResourceFacts Facts(string type, params string[] owners)
    {
        var facts = new ResourceFacts
        {
            Type = ResourceType.Parse(type),
            Id = "1",
            Owner = owners.Length > 0 ? OwnerState.Known : OwnerState.Undetermined,
            Confidentiality = Confidentiality.Normal,
        };
        foreach (var owner in owners)
        {
            facts.AddOwner(PatientId.Parse(owner));
        }

        return facts;
    }
}
