using System.Runtime.CompilerServices;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Organizations;

/// <summary>Lists organizations with their agreements and the clients that act for them; called by the console.</summary>
internal sealed class VendorDirectory(WorkingSetSource sets)
{
    private static readonly ConditionalWeakTable<WorkingSet, WorkingItem[]> Sorted = [];

    /// <summary>Organizations, the outside ones first, whose agreement ends first before the others, searched over all of them.</summary>
    /// <param name="call">The call.</param>
    /// <param name="text">Part of an id or a name, in any case; null: all.</param>
    /// <param name="skip">How many stand on earlier pages.</param>
    /// <param name="take">How many stand on a page.</param>
    public async Task<Outcome<VendorList>> ListAsync(AdminCall call, string? text = null, int skip = 0, int take = int.MaxValue)
    {
        var set = await sets.GetAsync(call.Cancelled);
        var sorted = Sorted.GetValue(set, static all => Sort(all));
        var found = text is null ? sorted : [.. sorted.Where(item => Names((Organization)item.Entity!, text))];
        return new VendorList([.. found.Skip(skip).Take(take).Select(item => Of(set, item))], found.Length);
    }

    // Once in each state of the registry, however many pages are looked at.
    private static WorkingItem[] Sort(WorkingSet set) =>
        [
            .. set.Kind(RegistryKind.Organization)
                .Values.Where(static item => item.Entity is Organization)
                .OrderBy(static item => ((Organization)item.Entity!).Kind == OrganizationKind.Internal)
                .ThenBy(item => EndOf(set, (Organization)item.Entity!))
                .ThenBy(static item => ((Organization)item.Entity!).Name, StringComparer.OrdinalIgnoreCase),
        ];

    // Of the agreements that its uses stand under: one that was replaced needs nobody. Of one that is closed nothing has to be done any more.
    private static DateOnly EndOf(WorkingSet set, Organization organization)
    {
        if (organization.Status != OrganizationStatus.Active)
        {
            return DateOnly.MaxValue;
        }

        return set.UseCasesOf(RegistryKind.Organization, organization.Id)
            .Select(static useCase => useCase.Agreement)
            .OfType<string>()
            .Select(id => set.Find<Agreement>(RegistryKind.Agreement, id))
            .OfType<Agreement>()
            .Where(static agreement => !agreement.Terminated)
            .Select(static agreement => agreement.Expires)
            .DefaultIfEmpty(DateOnly.MaxValue)
            .Min();
    }

    /// <summary>One organization.</summary>
    public async Task<Outcome<Vendor>> FindAsync(AdminCall call, string id)
    {
        var set = await sets.GetAsync(call.Cancelled);
        return set.Find(RegistryKind.Organization, id) is { Entity: Organization } item
            ? Of(set, item)
            : AdminProblem.NotFound("organization");
    }

    private static bool Names(Organization organization, string text) =>
        organization.Id.Contains(text, StringComparison.OrdinalIgnoreCase)
        || organization.Name.Contains(text, StringComparison.OrdinalIgnoreCase);

    private static Vendor Of(WorkingSet set, WorkingItem item)
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
    }
}

/// <summary>Organizations with what hangs on them.</summary>
/// <param name="Items">One page: the outside ones first, by the next end of an agreement, then by name.</param>
/// <param name="Total">How many there are in all.</param>
public sealed record VendorList(IReadOnlyList<Vendor> Items, int Total);

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
