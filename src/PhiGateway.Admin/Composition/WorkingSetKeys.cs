using PhiGateway.Admin.Access;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Composition;

/// <summary>Gives the gate the admin keys of the working set, and who made them.</summary>
internal sealed class WorkingSetKeys(WorkingSetSource sets) : IAdminKeys
{
    public async Task<IEnumerable<AdminKey>> ListAsync(CancellationToken cancellationToken) =>
        (await sets.GetAsync(cancellationToken)).All<AdminKey>(RegistryKind.AdminKey);

    // The key of a new installation is above this: it makes the first persons' keys, and ends.
    public async Task<IReadOnlyList<string>> KnownToAsync(AdminKey key, CancellationToken cancellationToken) =>
        (await sets.GetAsync(cancellationToken)).Find(RegistryKind.AdminKey, key.Id)?.Item is { } item
            ?
            [
                .. AuthorNote
                    .KnownTo(item)
                    .Where(person => !PersonName.AreSame(person, key.Person) && !PersonName.AreSame(person, BootstrapKey.Id)),
            ]
            : [];
}
