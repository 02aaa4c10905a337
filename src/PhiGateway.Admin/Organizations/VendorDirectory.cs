using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Organizations;

/// <summary>Lists organizations with their agreements and the clients that act for them; called by the console.</summary>
internal sealed class VendorDirectory(WorkingSetSource sets)
{
    /// <summary>Every organization, the outside ones first.</summary>
    public async Task<Outcome<VendorList>> ListAsync(AdminCall call)
    {
        var set = await sets.GetAsync(call.Cancelled);
        return new VendorList([
            .. set.Kind(RegistryKind.Organization)
                .Values.Where(static item => item.Entity is Organization)
                .Select(item =>
                {
                    var organization = (Organization)item.Entity!;
                    var useCases = set.UseCasesOf(RegistryKind.Organization, organization.Id).ToList();
                    return new Vendor(
                        organization,
                        item.Item.Version,
                        [.. set.AgreementsOf(organization.Id)],
                        useCases,
                        [.. useCases.SelectMany(useCase => set.ClientsOf(useCase.Id))]
                    );
                })
                .OrderBy(static vendor => vendor.Organization.Kind == OrganizationKind.Internal)
                .ThenBy(static vendor => vendor.Organization.Name, StringComparer.OrdinalIgnoreCase),
        ]);
    }
}

/// <summary>Organizations with what hangs on them.</summary>
/// <param name="Items">The outside ones first, by name.</param>
public sealed record VendorList(IReadOnlyList<Vendor> Items);

/// <summary>One organization with what hangs on it.</summary>
/// <param name="Organization">The organization.</param>
/// <param name="Version">Its version.</param>
/// <param name="Agreements">Its agreements.</param>
/// <param name="UseCases">Uses of PHI that its clients serve.</param>
/// <param name="Clients">Clients of those.</param>
public sealed record Vendor(
    Organization Organization,
    long Version,
    IReadOnlyList<Agreement> Agreements,
    IReadOnlyList<UseCase> UseCases,
    IReadOnlyList<Client> Clients
);
