using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Compiling;

/// <summary>Finds nulls in an entity where its types promise none, since JSON can put them into lists.</summary>
internal static class NullMembers
{
    internal static bool Exist(IRegistryEntity entity) =>
        entity switch
        {
            Organization organization => In(organization.Modules) || organization.Contacts is null || In(organization.Contacts.Values),
            Agreement agreement => In(agreement.Jurisdictions),
            UseCase useCase => In(useCase.Purposes)
                || In(useCase.Tenants)
                || In(useCase.Grants)
                || useCase.Grants.Any(InGrant)
                || (useCase.StepUp is { } stepUp && (In(stepUp.Acr) || In(stepUp.Types))),
            Client client => In(client.Tenants)
                || In(client.Networks)
                || In(client.Hours)
                || In(client.Requires)
                || In(client.Scopes)
                || (client.Actors is { } actors && In(actors))
                || client.Limits is null
                || (client.Charter is { } charter && InCharter(charter)),
            _ => false,
        };

    private static bool InGrant(Grant grant) =>
        In(grant.Types)
        || In(grant.Interactions)
        || grant.Where is null
        || In(grant.Where.Values)
        || In(grant.Operations)
        || In(grant.Includes)
        || grant.Confidentiality is null
        || In(grant.Labels)
        || In(grant.Elements)
        || In(grant.Masks);

    private static bool InCharter(AgentCharter charter) =>
        charter.Model is null
        || charter.Vendor is null
        || charter.Accountable is null
        || charter.TimeZone is null
        || In(charter.Tools)
        || In(charter.Types)
        || In(charter.Hours);

    private static bool In<T>(IEnumerable<T>? items) => items is null || items.Any(static item => item is null);
}
