using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>What a revocation matches in the registry as it stands.</summary>
/// <param name="IsKnown">Whether its target exists; false: it would revoke nothing, whoever reads it.</param>
/// <param name="Clients">The clients that it stops now, found as they are asked for: there may be tens of thousands.</param>
internal sealed record RevocationMatch(bool IsKnown, IEnumerable<string> Clients)
{
    /// <summary>Of one revocation. Tokens and moments are told by no document: they match what will be shown.</summary>
    public static RevocationMatch Of(WorkingSet set, Revocation row) =>
        row.Target switch
        {
            RevocationTarget.Client => Of(set.Find(RegistryKind.Client, row.Value) is not null, [row.Value]),
            RevocationTarget.Credential => OfCredential(set.Find(RegistryKind.Credential, row.Value)),
            RevocationTarget.Organization => Of(
                set.Find(RegistryKind.Organization, row.Value) is not null,
                set.UseCasesOf(RegistryKind.Organization, row.Value).SelectMany(useCase => ClientsOf(set, useCase.Id))
            ),
            RevocationTarget.UseCase => Of(set.Find(RegistryKind.UseCase, row.Value) is not null, ClientsOf(set, row.Value)),
            RevocationTarget.Tenant => OfTenant(set, row.Value),
            RevocationTarget.Issuer => OfIssuer(set, row.Value),
            RevocationTarget.OtherThanTreatment => OfOtherPurposes(set),
            RevocationTarget.Model => OfModel(set, row.Value),
            _ => new RevocationMatch(true, []),
        };

    /// <summary>Every client that the revocations of a change match.</summary>
    public static IReadOnlyList<string> ClientsOf(EditOutcome outcome) =>
        [
            .. outcome
                .Plan.Revocations.SelectMany(row => Of(outcome.Before, row).Clients)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Whether documents that this version does not understand may name a target that no other does.</summary>
    public static bool MayBeNamed(WorkingSet set, RevocationTarget target) =>
        target switch
        {
            RevocationTarget.Tenant => HasNewer(set, RegistryKind.UseCase),
            RevocationTarget.Issuer => HasNewer(set, RegistryKind.Credential),
            RevocationTarget.Model => HasNewer(set, RegistryKind.Client),
            _ => false,
        };

    private static bool HasNewer(WorkingSet set, RegistryKind kind) => set.Kind(kind).Values.Any(static item => item.IsNotUnderstood);

    private static RevocationMatch Of(bool isKnown, IEnumerable<string> clients) => new(isKnown, isKnown ? clients : []);

    private static RevocationMatch OfCredential(WorkingItem? found) =>
        Of(found is not null, found?.Entity is Credential credential ? [credential.Client] : []);

    private static RevocationMatch OfTenant(WorkingSet set, string tenant)
    {
        var useCases = set.All<UseCase>(RegistryKind.UseCase).Where(useCase => useCase.Tenants.Contains(tenant)).ToList();
        var clients = useCases
            .SelectMany(useCase => set.ClientsOf(useCase.Id))
            .Where(client => client.Tenants.Count == 0 || client.Tenants.Contains(tenant));
        return Of(useCases.Count > 0, clients.Select(static client => client.Id));
    }

    private static RevocationMatch OfIssuer(WorkingSet set, string issuer)
    {
        var credentials = set.All<Credential>(RegistryKind.Credential).Where(credential => credential.Issuer == issuer).ToList();
        return Of(credentials.Count > 0, credentials.Select(static credential => credential.Client).Distinct(StringComparer.Ordinal));
    }

    // Every client that may call for anything else, though it may call for treatment too: those of its calls go on.
    private static RevocationMatch OfOtherPurposes(WorkingSet set) =>
        Of(
            true,
            set.All<UseCase>(RegistryKind.UseCase)
                .Where(static useCase => !useCase.Purposes.All(IsTreatment))
                .SelectMany(useCase => ClientsOf(set, useCase.Id))
        );

    private static bool IsTreatment(string code) => PurposeOfUse.TryParse(code, out var purpose) && purpose.IsTreatment;

    // As the decision reads it: one model, or every model of a vendor.
    private static RevocationMatch OfModel(WorkingSet set, string model)
    {
        var agents = set.All<Client>(RegistryKind.Client)
            .Where(client =>
                client.Charter is { } charter
                && (
                    model == AgentCharter.NameOf(charter.Vendor, charter.Model)
                    || model == AgentCharter.NameOf(charter.Vendor, AgentCharter.EveryModel)
                )
            )
            .ToList();
        return Of(agents.Count > 0, agents.Select(static client => client.Id));
    }

    private static IEnumerable<string> ClientsOf(WorkingSet set, string useCase) =>
        set.ClientsOf(useCase).Select(static client => client.Id);
}
